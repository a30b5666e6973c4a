"""Cancelling a booking: the reason, what comes back, and then the act."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.cancel import CAUSES, cancel, preview_cancel
from booking.kit.money import Money
from booking.payments.terms import RefundCause
from booking.web.desk import said
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, services_of, viewer_of


async def ask(request: Request) -> Response:
    return await _causes(request, None)


async def look_or_cancel(request: Request) -> Response:
    viewer, code, now = viewer_of(request), request.path_params["code"], now_of(request)
    form = await Form.read(request)
    cause = form.one_of("cause", [each.value for each in CAUSES])
    if cause is None:
        return await _causes(request, form, 422)
    looked = await preview_cancel(viewer, code, cause=RefundCause(cause), now=now)
    case = looked.booking.case
    if form.values.get("do") != "cancel":
        return page(request, "desk/cancel-look.html", found=looked, case=case, said=said)
    expecting = form.number("expecting", least=0, most=10**15)
    shown = Money(expecting or 0, looked.comes_back.currency)
    await cancel(viewer, code, looked.cause, services=services_of(request), now=now, expecting=shown)
    # A clinician who declined now decides: until then the case still says that it suits.
    decides = viewer_of(request).is_clinician and looked.cause is RefundCause.CLINIC_DECLINED
    return redirect(request, "desk:review" if decides else "desk:case", code=case.code)


async def _causes(request: Request, form: Form | None, status: int = 200) -> Response:
    looked = await preview_cancel(viewer_of(request), request.path_params["code"], now=now_of(request))
    if form is None and "cause" in request.query_params:
        form = Form({"cause": request.query_params["cause"]})
    causes = [(cause.value, said.CAUSES[cause]) for cause in CAUSES]
    return page(
        request,
        "desk/cancel.html",
        status,
        found=looked,
        case=looked.booking.case,
        form=form,
        causes=causes,
    )


ROUTES = [
    route("/desk/bookings/{code}/cancel", ask, name="desk:cancel", who=Who.STAFF),
    route("/desk/bookings/{code}/cancel", look_or_cancel, name="desk:cancel", who=Who.STAFF, methods=["POST"]),
]
