"""A family's question, and the answer to it."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.answer_question import answer_question, open_question
from booking.journeys.preview_mail import preview_about_case
from booking.kit.errors import Invalid
from booking.web.desk.letters import composer_of
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of


async def question(request: Request) -> Response:
    return await _show(request, None)


async def answer(request: Request) -> Response:
    code, form = request.path_params["code"], await Form.read(request)
    text = form.text("answer", at_most=4000)
    if not form.ok:
        return await _show(request, form, 422)
    try:
        await answer_question(viewer_of(request), code, request.path_params["question"], text, now=now_of(request))
    except Invalid as refusal:
        form.refuse_all(refusal)
        return await _show(request, form, 422)
    return redirect(request, "desk:case", code=code)


async def _show(request: Request, form: Form | None, status: int = 200) -> Response:
    viewer, now, code = viewer_of(request), now_of(request), request.path_params["code"]
    case, asked = await open_question(viewer, code, request.path_params["question"], now=now)
    letters = await preview_about_case(
        viewer, code, "question-answered", link="portal:questions", composer=composer_of(request), now=now
    )
    return page(request, "desk/question.html", status, case=case, asked=asked, form=form, letters=letters)


ROUTES = [
    route("/desk/cases/{code}/questions/{question}", question, name="desk:answer", who=Who.STAFF),
    route("/desk/cases/{code}/questions/{question}", answer, name="desk:answer", who=Who.STAFF, methods=["POST"]),
]
