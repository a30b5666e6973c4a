"""Cancelling a trip: first what comes back, then the word."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.cancel import cancel, preview_cancel
from booking.kit.money import Money
from booking.payments.terms import RefundCause
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, services_of, viewer_of


async def preview(request: Request) -> Response:
    looked_at = await preview_cancel(viewer_of(request), request.path_params["code"], now=now_of(request))
    return page(
        request, "portal/cancel.html", cancellation=looked_at, clinic=looked_at.clinic, code=looked_at.booking.code
    )


async def confirmed(request: Request) -> Response:
    """Cancelled for what was shown and nothing else: the form carries the sum that the page promised."""
    form = await Form.read(request)
    amount, currency = form.number("amount", least=0, most=10**12), form.text("currency", at_most=3)
    done = await cancel(
        viewer_of(request),
        request.path_params["code"],
        RefundCause.CHANGE_OF_MIND,
        services=services_of(request),
        now=now_of(request),
        expecting=Money(amount or 0, currency),
    )
    return redirect(request, "portal:booking", code=done.booking.code)


ROUTES = [
    route("/portal/bookings/{code}/cancel", preview, name="portal:cancel", who=Who.FAMILY),
    route("/portal/bookings/{code}/cancel", confirmed, name="portal:cancel", who=Who.FAMILY, methods=["POST"]),
]
