"""Erasing a case, when its patient has asked for it."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.erase_case import erase_case, open_erasure
from booking.kit.errors import Invalid
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of


async def look(request: Request) -> Response:
    return await _show(request, Form())


async def erase(request: Request) -> Response:
    code, form = request.path_params["code"], await Form.read(request)
    typed = form.text("typed", at_most=32)
    if form.ok:
        try:
            await erase_case(viewer_of(request), code, typed=typed, now=now_of(request))
        except Invalid as invalid:
            form.refuse_all(invalid)
    return redirect(request, "desk:board") if form.ok else await _show(request, form, 422)


async def _show(request: Request, form: Form, status: int = 200) -> Response:
    found = await open_erasure(viewer_of(request), request.path_params["code"], now=now_of(request))
    return page(request, "desk/erasure.html", status, found=found, form=form)


ROUTES = [
    route("/desk/cases/{code}/erase", look, name="desk:erase", who=Who.COORDINATOR),
    route("/desk/cases/{code}/erase", erase, name="desk:erase", who=Who.COORDINATOR, methods=["POST"]),
]
