"""Questions between a family and the clinic."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.ask_question import ask_question
from booking.kit.errors import Invalid
from booking.web.forms import Form
from booking.web.pages import redirect
from booking.web.policy import Who, route
from booking.web.portal.cases import opened, show_case
from booking.web.request import now_of, viewer_of


async def questions(request: Request) -> Response:
    return show_case(request, "portal/questions.html", await opened(request), form=None)


async def ask(request: Request) -> Response:
    form, code = await Form.read(request), request.path_params["code"]
    try:
        await ask_question(viewer_of(request), code, form.values.get("text", ""), now=now_of(request))
    except Invalid as invalid:
        form.refuse_all(invalid)
        return show_case(request, "portal/questions.html", await opened(request), 422, form=form)
    return redirect(request, "portal:questions", code=code)


ROUTES = [
    route("/portal/cases/{code}/questions", questions, name="portal:questions", who=Who.FAMILY),
    route("/portal/cases/{code}/questions", ask, name="portal:questions", who=Who.FAMILY, methods=["POST"]),
]
