"""The clinic has changed: every booking that this touches, what each may have instead, and its acceptance."""

from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from booking.journeys.accept_remedies import Answer, Choice, accept_remedies
from booking.journeys.find_dates import window_key
from booking.journeys.find_remedies import Change, Touches, find_remedies
from booking.kit.errors import NotFound
from booking.kit.times import show_date
from booking.kit.words import Text
from booking.slots.explain import NoDates, Why
from booking.slots.windows import Window, WindowStep
from booking.web.desk.kinds import doses_of, kind_name
from booking.web.forms import Form
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.portal.dates import REASONS
from booking.web.request import language_of, links_of, now_of, services_of, viewer_of

ALL = "all"
DOSES = "doses"
LONGEST_ID = 18
CONFLICT = 409


async def touched(request: Request) -> Response:
    """What the named closures, closed days or resource touch, or all of them."""
    asked = request.query_params
    return await _show(request, _change(asked.getlist("closure"), asked.getlist("day"), asked.getlist("resource")))


async def accept(request: Request) -> Response:
    form = await Form.read(request)
    named = [form.many.get(name, []) for name in ("closure", "day", "resource")]
    return await _accept(request, form, _change(*named))


async def lot_touched(request: Request) -> Response:
    """What a recalled lot touches, or one that is held back."""
    return await _show(request, Change(lot=request.path_params["code"]))


async def lot_accept(request: Request) -> Response:
    return await _accept(request, await Form.read(request), Change(lot=request.path_params["code"]))


def _change(closures: Sequence[str], days: Sequence[str], resources: Sequence[str]) -> Change:
    try:
        named = frozenset(date.fromisoformat(day) for day in days)
    except ValueError:
        raise NotFound from None
    return Change(frozenset(_ids(closures)), named, next(iter(_ids(resources)), None))


def _ids(told: Sequence[str]) -> list[int]:
    return [int(one) for one in told if one.isdecimal() and len(one) <= LONGEST_ID]


def choices(form: Form) -> list[Choice]:
    """What was chosen: for all bookings, or for the one whose button was pressed; nothing for those left for now."""
    wanted = form.values.get("accept", ALL)
    chosen = {name.removeprefix("to-"): value for name, value in form.values.items() if name.startswith("to-")}
    return [
        Choice(code, "" if value == DOSES else value, code in form.many.get("tell", ()))
        for code, value in chosen.items()
        if value and wanted in {ALL, code}
    ]


async def _accept(request: Request, form: Form, change: Change) -> Response:
    services = services_of(request)
    answers = await accept_remedies(
        viewer_of(request),
        change,
        choices(form),
        key=window_key(services.settings.secret_key),
        links=links_of(request),
        now=now_of(request),
    )
    if any(answer.refused for answer in answers):
        return await _show(request, change, answers)
    return RedirectResponse(_address(request, change, done=len(answers)), status_code=303)


async def _show(request: Request, change: Change, answers: Sequence[Answer] = ()) -> Response:
    key = window_key(services_of(request).settings.secret_key)
    found = await find_remedies(viewer_of(request), change, key=key, now=now_of(request))
    done = request.query_params.get("done", "")
    return page(
        request,
        "desk/touched-bookings.html",
        CONFLICT if answers else 200,
        found=found,
        clinic=found.clinic,
        accepted=int(done) if done.isdecimal() and len(done) < LONGEST_ID else _accepted(answers),
        refused=[answer for answer in answers if answer.refused],
        action=_address(request, change),
        change=change,
        doses=DOSES,
        changed=changed,
        others=_others(found),
        reasons=lambda none: reasons(none, language_of(request)),
    )


def _accepted(answers: Sequence[Answer]) -> int:
    return sum(answer.refused is None for answer in answers)


def _address(request: Request, change: Change, **asked: object) -> str:
    """The change's page; the closures stand in its address, so that it can be reloaded."""
    urls = request.app.state.urls
    path = urls("desk:lot-touched", code=change.lot) if change.lot else urls("desk:touched")
    named = [*(("closure", one) for one in sorted(change.closures)), *(("day", one) for one in sorted(change.days))]
    resource = [("resource", change.resource)] if change.resource else []
    query = urlencode([*named, *resource, *asked.items()])
    return f"{path}?{query}" if query else path


def changed(before: Window, after: Window) -> list[tuple[WindowStep, WindowStep]]:
    """The steps that are not what they were."""
    pairs = zip(before.steps, after.steps, strict=True)
    return [(was, will) for was, will in pairs if was != will]


def _others(found: Touches) -> Callable[[Window, Window], list[str]]:
    """Who and what come in, by their names."""

    def come_in(before: Window, after: Window) -> list[str]:
        pairs = changed(before, after)
        new = dict.fromkeys(one for was, will in pairs for one in will.resources if one not in was.resources)
        return [found.names[one] for one in new]

    return come_in


def reasons(none: NoDates, language: str) -> list[Text]:
    """What is in the way, in words."""
    return [
        REASONS[one.why].with_facts(
            what=doses_of(one.what) if one.why is Why.NO_DOSE else kind_name(one.what),
            **{name: show_date(day, language) for name, day in (("first", one.first), ("last", one.last)) if day},
        )
        for one in none.obstacles
    ]


ROUTES = [
    route("/desk/closures/touched", touched, name="desk:touched", who=Who.COORDINATOR),
    route("/desk/closures/touched", accept, name="desk:touched", who=Who.COORDINATOR, methods=["POST"]),
    route("/desk/lots/{code}/touched", lot_touched, name="desk:lot-touched", who=Who.COORDINATOR),
    route("/desk/lots/{code}/touched", lot_accept, name="desk:lot-touched", who=Who.COORDINATOR, methods=["POST"]),
]
