"""The clinic's resources: who and what can be booked, in which weeks, and on which days the whole clinic is closed."""

import re
from collections.abc import Mapping
from datetime import time
from itertools import pairwise
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from booking.journeys.change_resource import (
    Changed,
    OneResource,
    bring_back_resource,
    change_resource,
    open_resource,
    retire_resource,
    set_hours,
)
from booking.journeys.keep_resources import add_resource, open_holidays, open_resources, set_capacity, set_holiday
from booking.kit.errors import Invalid, NotFound
from booking.kit.words import _
from booking.slots.grid import GRAIN
from booking.slots.hours import Hours
from booking.slots.resources import MOST_IN_A_POOL, Rostered, StillBooked
from booking.web.desk.closures import DAYS_A_WEEK, LONGEST_ID, day_names, hours_said
from booking.web.desk.kinds import KINDS, kind_name
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, viewer_of

PERIOD: Final = re.compile(r"(?a)([01]?\d|2[0-3]):([0-5]\d) *[-\N{EN DASH}] *([01]?\d|2[0-4]):([0-5]\d)")
NOT_HOURS: Final = _("Please write hours such as 08:00-12:00, 13:00-17:30, in steps of five minutes; empty is closed.")


async def resources(request: Request) -> Response:
    return await _list(request, Form())


async def add(request: Request) -> Response:
    form = await Form.read(request)
    name, kind = form.text("name", at_most=180), form.text("kind", at_most=64)
    skills = _skills(form)
    count = form.number("count", least=1, most=MOST_IN_A_POOL)
    like = form.number("like", least=1, most=2**62, required=False)
    if form.ok and count is not None:
        try:
            one = Rostered(kind, name, skills)
            await add_resource(viewer_of(request), one, count=count, like=like, now=now_of(request))
        except Invalid as invalid:
            form.refuse_all(invalid)
    return await _list(request, form, 422) if form.errors else redirect(request, "desk:resources")


async def capacity(request: Request) -> Response:
    form = await Form.read(request)
    wanted = form.number("capacity", least=1, most=MOST_IN_A_POOL)
    if wanted is None:
        return await _list(request, form, 422)
    pool, kind = form.text("pool", at_most=200), form.text("of_kind", at_most=64)
    try:
        await set_capacity(viewer_of(request), pool, kind, wanted, now=now_of(request))
    except StillBooked as refusal:
        return await _list(request, form, refusal.status, still=refusal)
    return redirect(request, "desk:resources")


async def resource(request: Request) -> Response:
    return await _one(request, Form())


async def change(request: Request) -> Response:
    """Keeps at once what no booking asks for; else shows which do, and keeps it when told so again."""
    form = await Form.read(request)
    name, skills, anyway = form.text("name", at_most=200), _skills(form), form.ticked("anyway")
    if not form.ok:
        return await _one(request, form, 422)
    try:
        changed = await change_resource(
            viewer_of(request), _id(request), name=name, skills=skills, anyway=anyway, now=now_of(request)
        )
    except Invalid as invalid:
        form.refuse_all(invalid)
        return await _one(request, form, 422)
    kept = {name: form.values.get(name, "") for name in ("name", "skills")}
    return _answer(request, changed, kept, "desk/skills-fall-short.html") or redirect(request, "desk:resources")


async def hours(request: Request) -> Response:
    """Keeps at once what leaves nobody outside; else shows who is, and keeps it when told so again."""
    form = await Form.read(request)
    from_day, week = form.date("from_day"), _week(form)
    if from_day is None or not form.ok:
        return await _one(request, form, 422)
    try:
        changed = await set_hours(
            viewer_of(request), _id(request), week, from_day, anyway=form.ticked("anyway"), now=now_of(request)
        )
    except Invalid as invalid:
        form.refuse_all(invalid)
        return await _one(request, form, 422)
    kept = {name: form.values.get(name, "") for name in ("from_day", *(f"hours-{day}" for day in range(DAYS_A_WEEK)))}
    return _answer(request, changed, kept, "desk/hours-leave-outside.html") or redirect(
        request, "desk:resource", id=_id(request)
    )


async def retire(request: Request) -> Response:
    try:
        await retire_resource(viewer_of(request), _id(request), now=now_of(request))
    except StillBooked as refusal:
        return await _one(request, Form(), refusal.status, still=refusal)
    return redirect(request, "desk:resources")


async def bring_back(request: Request) -> Response:
    form = await Form.read(request)
    retired, from_day = form.number("retired", least=1, most=2**62), form.date("from_day", required=False)
    if retired is None or not form.ok:
        return await _list(request, form, 422)
    try:
        await bring_back_resource(viewer_of(request), retired, from_day, now=now_of(request))
    except Invalid as invalid:
        form.refuse_all(invalid)
        return await _list(request, form, 422)
    return redirect(request, "desk:resource", id=retired)


async def closed_days(request: Request) -> Response:
    found = await open_holidays(viewer_of(request), now=now_of(request))
    return page(request, "desk/holidays.html", holidays=found, clinic=found.clinic)


async def open_day(request: Request) -> Response:
    form = await Form.read(request)
    day, do = form.date("day"), form.one_of("do", ("open", "close"))
    if day is None or do is None:
        raise NotFound
    await set_holiday(viewer_of(request), day, is_open=do == "open", now=now_of(request))
    return redirect(request, "desk:holidays")


def _answer(request: Request, changed: Changed, kept: Mapping[str, str], question: str) -> Response | None:
    """What became of a change that touches bookings: the question whether to keep it, or what they may have instead."""
    if not changed.is_kept:
        return page(
            request, question, changed=changed, clinic=changed.clinic, id=_id(request), kept={**kept, "anyway": "yes"}
        )
    if changed.touched:
        return RedirectResponse(f"{request.app.state.urls('desk:touched')}?resource={_id(request)}", status_code=303)
    return None


def _skills(form: Form) -> tuple[str, ...]:
    """Words with commas or spaces between them."""
    return tuple(dict.fromkeys(re.findall(r"[^\s,;]+", form.text("skills", required=False, at_most=500))))


def _week(form: Form) -> list[Hours]:
    """The hours as typed for each day of the week, with an error beside a day that cannot be read."""
    week = []
    for day in range(DAYS_A_WEEK):
        periods = _periods(form.text(f"hours-{day}", required=False, at_most=200))
        if periods is None:
            form.refuse(f"hours-{day}", NOT_HOURS)
        else:
            week += [Hours(day, opens, closes) for opens, closes in periods]
    return week


def _periods(typed: str) -> list[tuple[time, time]] | None:
    """`08:00-12:00, 13:00-24:00` as times, one after another; None for anything else."""
    minutes = []
    for part in filter(None, (part.strip() for part in re.split("[,;]", typed))):
        if not (found := PERIOD.fullmatch(part)):
            return None
        first, last, until, end = (int(figure) for figure in found.groups())
        minutes += [first * 60 + last, until * 60 + end]
    if any(later <= sooner for sooner, later in pairwise(minutes)):
        return None
    if any(minute % GRAIN or minute > 24 * 60 for minute in minutes):
        return None
    clocks = [time(*divmod(minute % (24 * 60), 60)) for minute in minutes]
    return list(zip(clocks[::2], clocks[1::2], strict=True))


def _id(request: Request) -> int:
    written = request.path_params["id"]
    if not written.isdecimal() or len(written) > LONGEST_ID:
        raise NotFound
    return int(written)


async def _list(request: Request, form: Form, status: int = 200, *, still: StillBooked | None = None) -> Response:
    found = await open_resources(viewer_of(request))
    pooled = {one.id for pool in found.pools if len(pool.members) > 1 for one in pool.members}
    kinds = dict.fromkeys([*KINDS, *(one.kind for one in found.every)])
    return page(
        request,
        "desk/resources.html",
        status,
        found=found,
        clinic=found.clinic,
        form=form,
        still=still,
        pools=[pool for pool in found.pools if len(pool.members) > 1],
        pooled=pooled,
        kinds=list(kinds),
        kind_name=kind_name,
        others=[(one.id, one.name) for one in found.every],
        retired=[(one.id, f"{one.name} ({one.kind})") for one in found.retired],
    )


async def _one(request: Request, form: Form, status: int = 200, *, still: StillBooked | None = None) -> Response:
    one = await open_resource(viewer_of(request), _id(request), now=now_of(request))
    return page(
        request,
        "desk/resource.html",
        status,
        one=one,
        clinic=one.clinic,
        form=form,
        still=still,
        kind_name=kind_name,
        days=list(enumerate(day_names(language_of(request)))),
        week=_said(one),
        openings=sorted(one.openings, key=lambda each: (each.from_day, each.weekday, each.opens)),
        hours_said=hours_said,
    )


def _said(one: OneResource) -> list[str]:
    """The hours that hold last, day by day, as they are typed."""
    return [
        ", ".join(
            hours_said(each.opens, each.closes).replace("\N{EN DASH}", "-")
            for each in one.openings
            if each.weekday == day and each.until_day is None
        )
        for day in range(DAYS_A_WEEK)
    ]


ROUTES = [
    route("/desk/resources", resources, name="desk:resources", who=Who.COORDINATOR),
    route("/desk/resources", add, name="desk:resources", who=Who.COORDINATOR, methods=["POST"]),
    route("/desk/resources/capacity", capacity, name="desk:capacity-of-pool", who=Who.COORDINATOR, methods=["POST"]),
    route("/desk/resources/back", bring_back, name="desk:resource-back", who=Who.COORDINATOR, methods=["POST"]),
    route("/desk/resources/{id}", resource, name="desk:resource", who=Who.COORDINATOR),
    route("/desk/resources/{id}", change, name="desk:resource", who=Who.COORDINATOR, methods=["POST"]),
    route("/desk/resources/{id}/hours", hours, name="desk:resource-hours", who=Who.COORDINATOR, methods=["POST"]),
    route("/desk/resources/{id}/retire", retire, name="desk:resource-retire", who=Who.COORDINATOR, methods=["POST"]),
    route("/desk/holidays", closed_days, name="desk:holidays", who=Who.COORDINATOR),
    route("/desk/holidays", open_day, name="desk:holidays", who=Who.COORDINATOR, methods=["POST"]),
]
