"""The clinician's decision."""

from starlette.requests import Request
from starlette.responses import Response

from booking.consultations.models import Decision
from booking.journeys.desk_file import open_desk_file
from booking.journeys.preview_mail import preview_about_case
from booking.journeys.review_case import TELLS, review_case
from booking.kit.errors import Invalid
from booking.web.desk import said
from booking.web.desk.letters import composer_of
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, viewer_of


async def review(request: Request) -> Response:
    return await _show(request, None)


async def decide(request: Request) -> Response:
    code, form = request.path_params["code"], await Form.read(request)
    decision = form.choice("decision", Decision)
    reasons, note = form.text("reasons", at_most=4000), form.text("note", required=False, at_most=4000)
    if decision is None or not form.ok:
        return await _show(request, form, 422)
    try:
        await review_case(viewer_of(request), code, decision, reasons=reasons, note=note, now=now_of(request))
    except Invalid as refusal:
        form.refuse_all(refusal)
        return await _show(request, form, 422)
    return redirect(request, "desk:case", code=code)


async def _show(request: Request, form: Form | None, status: int = 200) -> Response:
    viewer, code, now = viewer_of(request), request.path_params["code"], now_of(request)
    opened = await open_desk_file(viewer, code, now=now, language=language_of(request))
    letters = [
        letter
        for occasion in TELLS.values()
        for letter in await preview_about_case(viewer, code, occasion, composer=composer_of(request), now=now)
    ]
    return page(
        request,
        "desk/review.html",
        status,
        file=opened.file,
        zone=opened.file.clinic.zone,
        letters=letters,
        form=form,
        said=said,
    )


ROUTES = [
    route("/desk/cases/{code}/review", review, name="desk:review", who=Who.CLINICIAN),
    route("/desk/cases/{code}/review", decide, name="desk:review", who=Who.CLINICIAN, methods=["POST"]),
]
