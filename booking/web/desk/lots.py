"""Lots of cells: what is on the shelf, what is left of it, and who has a dose of which."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from booking.journeys.exchange_doses import exchange_doses
from booking.journeys.receive_lot import open_lot, open_shelf, receive_lot, set_lot_state
from booking.kit.errors import Invalid
from booking.kit.words import Text, _
from booking.slots.lots import MOST_DOSES, Arrival
from booking.slots.models import LotState
from booking.web.desk.kinds import LOT_STATES
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of

# What the button that brings a lot into a state says.
ACTS: dict[LotState, Text] = {
    LotState.RELEASED: _("Release it"),
    LotState.QUARANTINED: _("Hold it back"),
    LotState.RECALLED: _("Recall it for good"),
}
TAGS = {LotState.RELEASED: "done", LotState.QUARANTINED: "waiting", LotState.RECALLED: "stop"}


async def lots(request: Request) -> Response:
    return await _shelf(request, Form())


async def receive(request: Request) -> Response:
    form = await Form.read(request)
    arrival = _arrival(form)
    if arrival is not None:
        try:
            await receive_lot(viewer_of(request), arrival, now=now_of(request))
        except Invalid as invalid:
            form.refuse_all(invalid)
    return await _shelf(request, form, 422) if form.errors else redirect(request, "desk:lots")


async def lot(request: Request) -> Response:
    return await _lot(request, Form())


async def set_state(request: Request) -> Response:
    form, code = await Form.read(request), request.path_params["code"]
    was, to = form.choice("was", LotState), form.choice("to", LotState)
    reason = form.text("reason", required=False, at_most=200)
    if was is not None and to is not None and form.ok:
        try:
            await set_lot_state(viewer_of(request), code, was, to, reason=reason, now=now_of(request))
        except Invalid as invalid:
            form.refuse_all(invalid)
    return await _lot(request, form, 422) if form.errors else redirect(request, "desk:lot", code=code)


async def exchange(request: Request) -> Response:
    """The booking's doses are then shown with the lots that they come from now."""
    code = request.path_params["code"]
    await exchange_doses(viewer_of(request), code, now=now_of(request))
    return RedirectResponse(f"{request.app.state.urls('desk:lots')}?booking={code}", status_code=303)


def _arrival(form: Form) -> Arrival | None:
    """What was typed, or None with the errors beside the fields."""
    product, code = form.text("product", at_most=64), form.text("code", at_most=64)
    first, last = form.date("usable_from"), form.date("usable_until")
    doses = form.number("doses", least=1, most=MOST_DOSES)
    if not form.ok or first is None or last is None or doses is None:
        return None
    return Arrival(product, code, first, last, doses)


async def _shelf(request: Request, form: Form, status: int = 200) -> Response:
    asked = request.query_params.get("booking", "").strip().upper()[:16]
    shelf = await open_shelf(viewer_of(request), booking=asked, now=now_of(request))
    return page(
        request, "desk/lots.html", status, shelf=shelf, clinic=shelf.clinic, form=form, states=LOT_STATES, tags=TAGS
    )


async def _lot(request: Request, form: Form, status: int = 200) -> Response:
    file = await open_lot(viewer_of(request), request.path_params["code"], now=now_of(request))
    return page(
        request,
        "desk/lot.html",
        status,
        file=file,
        clinic=file.clinic,
        form=form,
        acts=ACTS,
        states=LOT_STATES,
        tags=TAGS,
    )


ROUTES = [
    route("/desk/lots", lots, name="desk:lots", who=Who.STAFF),
    route("/desk/lots", receive, name="desk:lots", who=Who.COORDINATOR, methods=["POST"]),
    route("/desk/bookings/{code}/doses", exchange, name="desk:exchange", who=Who.COORDINATOR, methods=["POST"]),
    route("/desk/lots/{code}", lot, name="desk:lot", who=Who.STAFF),
    route("/desk/lots/{code}", set_state, name="desk:lot", who=Who.COORDINATOR, methods=["POST"]),
]
