"""Moving one step of a booking: where it can go, what that breaks, and the move. The calendar's drag asks here too."""

import asyncio
from datetime import date, time, timedelta
from functools import partial
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from booking.journeys.first_day import BeforeFirstDay
from booking.journeys.move_step import Entry, LookedAt, StepDoesNotFit, look_at_step, move_step, open_step
from booking.kit.errors import NotFound
from booking.kit.times import days_between
from booking.slots.step_moves import Target
from booking.web.asked import day_in, number_in, time_in
from booking.web.desk.kinds import kind_name
from booking.web.desk.moves import hours_of
from booking.web.desk.said import OCCASIONS
from booking.web.desk.step_words import places_of, said
from booking.web.forms import Form
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.request import language_of, links_of, now_of, viewer_of

LONGEST_LOOK = timedelta(days=100)
AROUND = timedelta(days=3)


class Asked(NamedTuple):
    """What an address or a form says: the entry, where it is to go, and the calendar that it was seen on."""

    entry: Entry
    to: int | None
    day: date | None
    starts: time | None
    span: str
    on: str
    kind: str

    @classmethod
    def of(cls, request: Request, values: dict[str, str]) -> "Asked":
        """Raises NotFound for an entry that cannot be: what is wrong with a target is only left out."""
        resource = number_in(values.get("from", ""))
        if resource is None:
            raise NotFound
        path = request.path_params
        return cls(
            Entry(path["code"], path["step"], resource),
            number_in(values.get("to", "")),
            day_in(values.get("day", "")),
            time_in(values.get("starts", "")),
            values.get("span", "")[:10],
            values.get("on", "")[:10],
            values.get("kind", "")[:64],
        )

    def fields(self, **other: object) -> dict[str, str]:
        """The same, for an address or a form, with some of it changed."""
        target = {"to": self.to, "day": self.day, "starts": self.starts and f"{self.starts:%H:%M}"}
        seen = {"span": self.span, "on": self.on, "kind": self.kind}
        every = {"from": self.entry.resource, **target, **seen, **other}
        return {name: str(value) for name, value in every.items() if value}


async def step(request: Request) -> Response:
    """Every place where it could go; with a target, what moving it there breaks or changes."""
    asked = Asked.of(request, dict(request.query_params))
    if asked.to is None or asked.day is None:
        return await _choose(request, asked)
    return await _look(request, asked)


async def targets(request: Request) -> Response:
    """The same for every resource and day that a calendar shows, in one answer."""
    asked = Asked.of(request, dict(request.query_params))
    first, last = (day_in(request.query_params.get(name, "")) for name in ("first", "last"))
    if first is None or last is None or not timedelta() <= last - first <= LONGEST_LOOK:
        raise NotFound
    opened = await open_step(viewer_of(request), asked.entry, first, last, now=now_of(request))
    # Three months of a step that may be on any day are thousands of places: nobody else waits for that.
    places = await asyncio.to_thread(places_of, opened, days_between(first, last), language_of(request))
    return JSONResponse(places.to_json())


async def moved(request: Request) -> Response:
    """Done, or shown why it cannot be any more."""
    form = await Form.read(request)
    asked = Asked.of(request, form.values)
    if asked.to is None or asked.day is None or asked.starts is None:
        return await _choose(request, asked, 422)
    try:
        done = await move_step(
            viewer_of(request),
            asked.entry,
            Target(asked.to, asked.day, asked.starts),
            tell=form.values.get("tell") != "later",
            anyway=form.ticked("anyway"),
            links=links_of(request),
            now=now_of(request),
        )
    except (StepDoesNotFit, BeforeFirstDay) as refused:
        return await _look(request, asked, refused.status)
    return RedirectResponse(_calendar(request, asked, moved=Undo(done.back, done.to).told()), status_code=303)


class Undo(NamedTuple):
    """The move that takes the last one back, as the calendar's address keeps it."""

    entry: Entry
    target: Target

    def told(self) -> str:
        to, day, starts = self.target
        return ".".join([*map(str, self.entry), str(to), day.isoformat(), f"{starts:%H:%M}"])

    @classmethod
    def read(cls, told: str) -> "Undo | None":
        """What `told` told, or None for anything else."""
        parts = told.split(".")
        if len(parts) != len(Entry._fields) + len(Target._fields):
            return None
        booking, step_key, *rest = parts
        resource, to, day, starts = number_in(rest[0]), number_in(rest[1]), day_in(rest[2]), time_in(rest[3])
        if resource is None or to is None or day is None or starts is None:
            return None
        return cls(Entry(booking, step_key, resource), Target(to, day, starts))

    @property
    def fields(self) -> dict[str, str]:
        """What its form sends."""
        to, day, starts = self.target
        return {"from": str(self.entry.resource), "to": str(to), "day": day.isoformat(), "starts": f"{starts:%H:%M}"}


async def _choose(request: Request, asked: Asked, status: int = 200) -> Response:
    """The days on which the programme lets it be, and what is in the way there; and a form for any other place."""
    viewer, now = viewer_of(request), now_of(request)
    day = asked.day or day_in(asked.on) or now.date()
    opened = await open_step(viewer, asked.entry, day - AROUND, day + AROUND, now=now)
    has = opened.moves.now
    around = days_between(has.day - AROUND, has.day + AROUND)
    days = [each for each in around if each == has.day or not opened.moves.of_day(each)]
    return page(
        request,
        "desk/step.html",
        status,
        opened=opened,
        clinic=opened.clinic,
        places=places_of(opened, days, language_of(request)),
        days=days,
        has=has,
        asked=asked,
        kind=kind_name(opened.kinds[asked.entry.resource]),
        times=list(opened.moves.step.starts()),
        address=partial(_address, request, asked),
        back=_calendar(request, asked),
    )


async def _look(request: Request, asked: Asked, status: int = 200) -> Response:
    language = language_of(request)
    looked = await _looked(request, asked)
    opened, target = looked.opened, looked.target
    others = opened.moves.reach(target.resource, target.day).times
    return page(
        request,
        "desk/step-look.html",
        status,
        refused=status != HTTPStatus.OK,
        opened=opened,
        clinic=opened.clinic,
        target=target,
        move=looked.move,
        change=looked.change,
        breaks=[said(one, opened, language) for one in looked.move.breaks],
        advice=[said(one, opened, language) for one in looked.move.advice],
        pairs=[
            (before, after)
            for before, after in zip(opened.window.steps, looked.move.window.steps, strict=True)
            if before != after
        ],
        same_hours=hours_of(opened.window) == hours_of(looked.move.window),
        occasions=OCCASIONS,
        times=[(one, _address(request, asked, starts=f"{one:%H:%M}")) for one in others],
        fields=asked.fields(starts=f"{target.starts:%H:%M}"),
        choose=_address(request, asked, to=None, day=None, starts=None),
        back=_calendar(request, asked),
    )


async def _looked(request: Request, asked: Asked) -> LookedAt:
    """At the time that was asked for; else at the one that it has, or the first that works there."""
    viewer, now = viewer_of(request), now_of(request)
    to, day, starts = asked.to or 0, asked.day or now.date(), asked.starts
    if starts is None:
        moves = (await open_step(viewer, asked.entry, day, day, now=now)).moves
        free = moves.reach(to, day).times
        starts = moves.now.starts if moves.now.starts in free or not free else free[0]
    return await look_at_step(viewer, asked.entry, Target(to, day, starts), language=language_of(request), now=now)


def _address(request: Request, asked: Asked, **other: object) -> str:
    path = request.app.state.urls("desk:step", code=asked.entry.booking, step=asked.entry.step)
    return f"{path}?{urlencode(asked.fields(**other))}"


def _calendar(request: Request, asked: Asked, **more: str) -> str:
    """The calendar that it was seen on."""
    shown = {"span": asked.span, "day": asked.on or str(asked.day or ""), "kind": asked.kind, **more}
    return f"{request.app.state.urls('desk:calendar')}?{urlencode({name: one for name, one in shown.items() if one})}"


PATH = "/desk/bookings/{code}/steps/{step}"
ROUTES = [
    route(PATH, step, name="desk:step", who=Who.COORDINATOR),
    route(PATH, moved, name="desk:step", who=Who.COORDINATOR, methods=["POST"]),
    route(f"{PATH}/targets", targets, name="desk:step-targets", who=Who.COORDINATOR),
]
