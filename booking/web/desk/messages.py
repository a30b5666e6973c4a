"""All mails of a case: what was sent, what is planned, and stopping them."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.pause_messages import SAID_BY_STAFF, open_messages, resume_messages, stop_messages
from booking.messages.models import SilenceReason
from booking.web.desk import said
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of


async def messages(request: Request) -> Response:
    return await _show(request, "desk/messages.html", form=None)


async def steer(request: Request) -> Response:
    """Nothing happens on the first press: it shows what would not be sent. By POST, for a reason may be a death."""
    viewer, code, form = viewer_of(request), request.path_params["code"], await Form.read(request)
    do = form.one_of("do", ["look", "stop", "look-resume", "resume"])
    if do == "look-resume":
        return await _show(request, "desk/messages-resume.html")
    if do == "resume":
        await resume_messages(viewer, code, now=now_of(request))
        return redirect(request, "desk:messages", code=code)
    reason = form.one_of("reason", [each.value for each in SAID_BY_STAFF])
    if reason is None or do is None:
        return await _show(request, "desk/messages.html", 422, form=form)
    if do == "look":
        return await _show(request, "desk/messages-stop.html", reason=SilenceReason(reason))
    await stop_messages(viewer, code, SilenceReason(reason), now=now_of(request))
    return redirect(request, "desk:messages", code=code)


async def _show(request: Request, template: str, status: int = 200, **more: object) -> Response:
    found = await open_messages(viewer_of(request), request.path_params["code"])
    return page(request, template, status, found=found, case=found.case, reasons=SAID_BY_STAFF, said=said, **more)


ROUTES = [
    route("/desk/cases/{code}/messages", messages, name="desk:messages", who=Who.STAFF),
    route("/desk/cases/{code}/messages", steer, name="desk:messages", who=Who.STAFF, methods=["POST"]),
]
