"""Opening hours, and the days on which someone or something is away."""

from dataclasses import dataclass, replace
from datetime import time
from operator import itemgetter
from typing import Any

from babel.dates import get_day_names
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from booking.journeys.close_resource import Hours, close_resource, open_again, open_hours
from booking.kit.errors import Invalid, NotFound
from booking.slots.closures import Closing, Opening, Touched
from booking.web.desk.kinds import kind_name
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, viewer_of

DAYS_A_WEEK = 7
LONGEST_ID = 18


async def closures(request: Request) -> Response:
    return await _show(request, Form({"resource": request.query_params.get("resource", "")}))


async def close(request: Request) -> Response:
    """Closes at once what touches nobody; else shows who is touched, closes when told so again, and shows what they may have."""
    form = await Form.read(request)
    closing = _closing(form)
    if closing is None:
        return await _show(request, form, 422)
    try:
        closed = await close_resource(viewer_of(request), closing, anyway=form.ticked("anyway"), now=now_of(request))
    except Invalid as invalid:
        form.refuse_all(invalid)
        return await _show(request, form, 422)
    if not closed.is_kept:
        return page(request, "desk/closure-touches.html", closed=closed, clinic=closed.clinic, form=form)
    if closed.touched:
        return RedirectResponse(f"{request.app.state.urls('desk:touched')}?closure={closed.closure}", status_code=303)
    return redirect(request, "desk:closures")


async def reopen(request: Request) -> Response:
    """Takes back one closure, or the same of several resources."""
    form = await Form.read(request)
    told = [one for one in form.many.get("closure", []) if one.isdecimal() and len(one) <= LONGEST_ID]
    if not told:
        raise NotFound
    await open_again(viewer_of(request), [int(one) for one in told], now=now_of(request))
    return redirect(request, "desk:closures")


@dataclass(frozen=True, slots=True)
class Together:
    """The same closure of one or more resources, and everything that it touches."""

    closing: Closing
    ids: list[int]
    resources: list[str]
    touched: list[Touched]


def together(hours: Hours) -> list[Together]:
    """The clinic's closures, those of the same days, times and reason in one: a public holiday closes everything."""
    found: dict[Closing, Together] = {}
    for kept in hours.closures:
        same = replace(kept.closing, resource_id=0)
        entry = found.setdefault(same, Together(kept.closing, [], [], []))
        entry.ids.append(kept.id)
        entry.resources.append(kept.resource)
        entry.touched.extend(kept.touched)
    return list(found.values())


def changed(hours: Hours) -> list[tuple[int, str, list[Touched]]]:
    """Each resource that no longer suits some of its bookings, by its id and name, with these."""
    names = dict.fromkeys((one.resource_id, one.resource) for one in hours.unsuited)
    return [
        (id_, name, [one.touched for one in hours.unsuited if one.resource_id == id_])
        for id_, name in sorted(names, key=itemgetter(1))
    ]


def _closing(form: Form) -> Closing | None:
    """What was typed, or None with the errors beside the fields."""
    resource = form.number("resource", least=1, most=2**62)
    first = form.date("first_day")
    last = form.date("last_day", required=False) or first
    from_time, to_time = form.time("from_time", required=False), form.time("to_time", required=False)
    reason = form.text("reason", required=False, at_most=200)
    if not form.ok or resource is None or first is None or last is None:
        return None
    return Closing(resource, first, last, from_time, to_time, reason)


async def _show(request: Request, form: Form, status: int = 200) -> Response:
    found = await open_hours(viewer_of(request), now=now_of(request))
    return page(
        request,
        "desk/closures.html",
        status,
        hours=found,
        clinic=found.clinic,
        form=form,
        resources=[(each.id, each.name) for each in found.resources],
        together=together(found),
        changed=changed(found),
        week=_week(found),
        day_names=day_names(language_of(request)),
        kind_name=kind_name,
        hours_said=hours_said,
    )


def _week(hours: Hours) -> dict[int, list[list[Opening]]]:
    """Each resource's openings, Monday first."""
    return {
        each.id: [[one for one in hours.openings.get(each.id, ()) if one.weekday == day] for day in range(DAYS_A_WEEK)]
        for each in hours.resources
    }


def day_names(language: str) -> list[str]:
    names: Any = get_day_names("abbreviated", context="stand-alone", locale=language)
    return [names[day] for day in range(DAYS_A_WEEK)]


def hours_said(opens: time, closes: time) -> str:
    """`08:00-17:30`; the midnight that ends the day is 24:00."""
    end = "24:00" if closes == time() else f"{closes:%H:%M}"
    return f"{opens:%H:%M}\N{EN DASH}{end}"


ROUTES = [
    route("/desk/closures", closures, name="desk:closures", who=Who.STAFF),
    route("/desk/closures", close, name="desk:closures", who=Who.COORDINATOR, methods=["POST"]),
    route("/desk/closures/reopen", reopen, name="desk:reopen", who=Who.COORDINATOR, methods=["POST"]),
]
