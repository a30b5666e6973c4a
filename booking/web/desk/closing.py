"""Ending a case."""

from starlette.requests import Request
from starlette.responses import Response

from booking.consultations.models import CaseStatus
from booking.journeys.close_case import ENDS, close_case, open_ending
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of


async def ending(request: Request) -> Response:
    return await _show(request, None)


async def end(request: Request) -> Response:
    code, form = request.path_params["code"], await Form.read(request)
    chosen = form.one_of("end", [each.value for each in ENDS])
    if chosen is None:
        return await _show(request, form, 422)
    await close_case(viewer_of(request), code, CaseStatus(chosen), now=now_of(request))
    return redirect(request, "desk:case", code=code)


async def _show(request: Request, form: Form | None, status: int = 200) -> Response:
    case, ends, planned = await open_ending(viewer_of(request), request.path_params["code"])
    return page(request, "desk/closing.html", status, case=case, ends=ends, planned=planned, form=form)


ROUTES = [
    route("/desk/cases/{code}/close", ending, name="desk:close", who=Who.COORDINATOR),
    route("/desk/cases/{code}/close", end, name="desk:close", who=Who.COORDINATOR, methods=["POST"]),
]
