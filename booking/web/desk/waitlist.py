"""Who waits for dates to become free, and taking someone off the list."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.open_waitlist import open_removal, open_waitlist, remove_from_waitlist
from booking.kit.errors import Invalid
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of


async def waitlist(request: Request) -> Response:
    found = await open_waitlist(viewer_of(request), now=now_of(request))
    return page(request, "desk/waitlist.html", clinic=found.clinic, line=found.line)


async def removal(request: Request) -> Response:
    return await _ask(request, None)


async def remove(request: Request) -> Response:
    form, code = await Form.read(request), request.path_params["code"]
    reason = form.text("reason", required=False, at_most=200)
    if form.ok:
        try:
            await remove_from_waitlist(viewer_of(request), code, reason, now=now_of(request))
        except Invalid as invalid:
            form.refuse_all(invalid)
        else:
            return redirect(request, "desk:case", code=code)
    return await _ask(request, form, 422)


async def _ask(request: Request, form: Form | None, status: int = 200) -> Response:
    case, wait = await open_removal(viewer_of(request), request.path_params["code"])
    return page(request, "desk/waitlist-remove.html", status, case=case, wait=wait, form=form)


ROUTES = [
    route("/desk/waitlist", waitlist, name="desk:waitlist", who=Who.STAFF),
    route("/desk/cases/{code}/waitlist", removal, name="desk:remove-wait", who=Who.COORDINATOR),
    route("/desk/cases/{code}/waitlist", remove, name="desk:remove-wait", who=Who.COORDINATOR, methods=["POST"]),
]
