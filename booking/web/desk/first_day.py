"""From which day on a case's treatment may start."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.set_first_day import open_first_day, set_first_day
from booking.kit.errors import Invalid
from booking.slots.windows import Window
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of


async def first_day(request: Request) -> Response:
    return await _show(request, Form())


async def set_day(request: Request) -> Response:
    form, code = await Form.read(request), request.path_params["code"]
    day, sooner = form.date("day", required=False), None
    if form.ok:
        try:
            sooner = await set_first_day(viewer_of(request), code, day, now=now_of(request))
        except Invalid as invalid:
            form.refuse_all(invalid)
    if form.errors:
        return await _show(request, form, 422)
    return redirect(request, "desk:first-day" if sooner else "desk:case", code=code)


async def _show(request: Request, form: Form, status: int = 200) -> Response:
    found = await open_first_day(viewer_of(request), request.path_params["code"], now=now_of(request))
    return page(
        request,
        "desk/first-day.html",
        status,
        case=found.case,
        lead_days=found.lead_days,
        sooner=found.sooner,
        starts=Window.from_json(found.sooner.claimed).start if found.sooner else None,
        form=form,
    )


ROUTES = [
    route("/desk/cases/{code}/first-day", first_day, name="desk:first-day", who=Who.STAFF),
    route("/desk/cases/{code}/first-day", set_day, name="desk:first-day", who=Who.STAFF, methods=["POST"]),
]
