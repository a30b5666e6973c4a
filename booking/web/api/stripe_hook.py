"""Stripe tells us: every event of a payment or a refund, signed."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from booking.journeys.settle_payment import settle
from booking.kit.errors import Refusal
from booking.kit.words import _
from booking.payments.gateway import BadSignature
from booking.web.policy import Who, route
from booking.web.request import links_of, now_of, services_of


class NotSigned(Refusal):
    """Not from Stripe, changed on its way, or too old to be believed."""

    say = _("The signature does not fit.")


async def stripe(request: Request) -> Response:
    """200 once the event has taken effect, also if it had before; anything else makes Stripe tell it again.

    The signature is of the bytes as they came: they are read before anything else looks at them.
    """
    raw, services = await request.body(), services_of(request)
    try:
        event = services.payments.read_event(raw, request.headers.get("stripe-signature", ""), now_of(request))
    except BadSignature as fault:
        raise NotSigned from fault
    await settle(event, links=links_of(request), now=now_of(request))
    return JSONResponse({"received": True})


ROUTES = [route("/hooks/stripe", stripe, name="hooks:stripe", who=Who.SIGNED, methods=["POST"])]
