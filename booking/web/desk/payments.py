"""Money that needs a person."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.handle_payments import open_payments, refund_again
from booking.payments.trouble import TroubleKind
from booking.web.desk import said
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of


async def payments(request: Request) -> Response:
    found = await open_payments(viewer_of(request), now=now_of(request))
    by_kind = {kind: [one for one in found if one.kind is kind] for kind in TroubleKind}
    return page(request, "desk/payments.html", by_kind=by_kind, Kind=TroubleKind, said=said)


async def again(request: Request) -> Response:
    form = await Form.read(request)
    await refund_again(viewer_of(request), form.text("refund", at_most=16), now=now_of(request))
    return redirect(request, "desk:payments")


ROUTES = [
    route("/desk/payments", payments, name="desk:payments", who=Who.STAFF),
    route("/desk/payments", again, name="desk:payments", who=Who.COORDINATOR, methods=["POST"]),
]
