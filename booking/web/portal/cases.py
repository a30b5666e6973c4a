"""A case as its family sees it: where it stands, what happens next, who does it, and the way to everything else."""

from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from booking.accounts.viewers import Scope
from booking.journeys.case_file import CaseFile
from booking.journeys.open_case import open_case
from booking.journeys.request_consultation import ANSWERED_WITHIN
from booking.journeys.tell_more import tell_more
from booking.kit.errors import Invalid
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.portal.waymarks import waymarks
from booking.web.request import language_of, now_of, viewer_of

# The public register of trials, open to everyone; only the programme's name goes there, and only if the link is followed.
TRIALS: Final = "https://clinicaltrials.gov/search"


async def case(request: Request) -> Response:
    return await _show(request, None)


async def more(request: Request) -> Response:
    """The answer to what the clinician asked for."""
    form, code = await Form.read(request), request.path_params["code"]
    try:
        await tell_more(viewer_of(request), code, form.values.get("more", ""), now=now_of(request))
    except Invalid as invalid:
        form.refuse_all(invalid)
        return await _show(request, form, 422)
    return redirect(request, "portal:case", code=code)


async def opened(request: Request, *, with_health: bool = True) -> CaseFile:
    """The case that the address names, for this reader."""
    return await open_case(
        viewer_of(request),
        request.path_params["code"],
        now=now_of(request),
        language=language_of(request),
        with_health=with_health,
    )


def show_case(request: Request, template: str, file: CaseFile, status: int = 200, **more: Any) -> Response:
    """A page about a case, with its way beside it."""
    mine = file.patient is not None and file.patient.id == viewer_of(request).person_id
    steps = waymarks(request, file.way)
    return page(request, template, status, file=file, clinic=file.clinic, steps=steps, mine=mine, Scope=Scope, **more)


async def _show(request: Request, form: Form | None, status: int = 200) -> Response:
    file = await opened(request)
    return show_case(
        request,
        "portal/case.html",
        file,
        status,
        form=form,
        answered_within=ANSWERED_WITHIN,
        alternatives=[item for item in file.offer.content.consent.items if item.key == "alternatives"],
        trials=_trials(file.programme.slug),
    )


def _trials(slug: str) -> str:
    """Trials that take people now, for what the programme is about."""
    return f"{TRIALS}?{urlencode({'cond': slug.replace('-', ' '), 'aggFilters': 'status:rec'})}"


ROUTES = [
    route("/portal/cases/{code}", case, name="portal:case", who=Who.FAMILY),
    route("/portal/cases/{code}/more", more, name="portal:tell-more", who=Who.FAMILY, methods=["POST"]),
]
