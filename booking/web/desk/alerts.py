"""Red flags, in front of everyone on the desk until a clinician has dealt with them."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.acknowledge_alert import acknowledge_alert, open_alerts
from booking.web.desk import said
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of


async def alerts(request: Request) -> Response:
    return await _show(request, None, "")


async def acknowledge(request: Request) -> Response:
    form = await Form.read(request)
    code, note = form.text("alert", at_most=16), form.text("note", at_most=4000)
    if not form.ok:
        return await _show(request, form, code, 422)
    await acknowledge_alert(viewer_of(request), code, note, now=now_of(request))
    return redirect(request, "desk:alerts")


async def _show(request: Request, form: Form | None, code: str, status: int = 200) -> Response:
    """`code` is the alert whose form `form` is."""
    waiting = await open_alerts(viewer_of(request), now=now_of(request))
    return page(request, "desk/alerts.html", status, waiting=waiting, form=form, code=code, said=said)


ROUTES = [
    route("/desk/alerts", alerts, name="desk:alerts", who=Who.STAFF),
    route("/desk/alerts", acknowledge, name="desk:alerts", who=Who.CLINICIAN, methods=["POST"]),
]
