"""The clinic's calendar: resources down the side, days across."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Self
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.open_calendar import DeskCalendar, DeskCounts, count_calendar, open_calendar
from booking.journeys.who_booked import Booked
from booking.kit.times import show_date, show_month
from booking.kit.words import Text, _, speaking
from booking.slots.calendar import month_of, week_of
from booking.web.asked import day_in, number_in
from booking.web.desk.calendar_cells import (
    WHOSE_ROW,
    Addresses,
    closed_days,
    from_afar,
    groups,
    heads,
    lot_rows,
    row_of,
)
from booking.web.desk.kinds import LOT_STATES, kind_name
from booking.web.desk.steps import Undo
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, viewer_of


class Span(StrEnum):
    """How much of the calendar a page shows."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


SPANS: dict[Span, Text] = {
    Span.DAY: _("Day"),
    Span.WEEK: _("Week"),
    Span.MONTH: _("Month"),
    Span.QUARTER: _("3 months"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page of it is to show: the span that a day is in; all kinds, one kind or one resource; and a move to take back."""

    span: Span
    day: date
    kind: str
    resource: int | None
    undo: Undo | None

    @classmethod
    def of(cls, request: Request) -> Self:
        asked = request.query_params
        day = day_in(asked.get("day", "")) or now_of(request).date()
        resource, undo = number_in(asked.get("resource", "")), Undo.read(asked.get("moved", ""))
        return cls(_span(asked.get("span", "")), day, asked.get("kind", ""), resource, undo)

    @property
    def only(self) -> dict[str, Any]:
        """The one kind or resource, as the address has it."""
        return {name: value for name, value in (("kind", self.kind), ("resource", self.resource)) if value}


async def calendar(request: Request) -> Response:
    """A day, a week, a month or three; all kinds, one kind or one resource."""
    asked = Asked.of(request)
    address = partial(calendar_address, request, span=asked.span, day=asked.day, **asked.only)
    first, last = days_of(asked.span, asked.day)
    with speaking(language_of(request)):
        draw = _from_afar if asked.span is Span.QUARTER else _near
        found, drawn = await draw(request, asked, first, last)
        return page(
            request,
            "desk/calendar.html",
            calendar=found,
            clinic=found.clinic,
            span=asked.span,
            title=_title(asked.span, first, found.days[-1], language_of(request)),
            heads=heads(found, lambda each: address(span=Span.DAY, day=each)),
            closed=closed_days(found.holidays),
            lots=[] if asked.only else lot_rows(found),
            lot_states=LOT_STATES,
            spans=[(each, name, address(span=each)) for each, name in SPANS.items()],
            kinds=[(each, kind_name(each)) for each in found.kinds],
            kind=asked.kind,
            resource=asked.resource,
            day=asked.day,
            address=address,
            earlier=address(day=first - timedelta(days=1)),
            later=address(day=last + timedelta(days=1)),
            here_and_now=address(day=found.today),
            undo=_undo(found, asked.undo),
            **drawn,
        )


async def _near(request: Request, asked: Asked, first: date, last: date) -> tuple[DeskCalendar, dict[str, Any]]:
    """Every entry by itself."""
    viewer, now = viewer_of(request), now_of(request)
    found = await open_calendar(viewer, first, last, kind=asked.kind, resource_id=asked.resource, now=now)
    lead = addresses(request, asked.span, str(asked.day), asked.kind)
    return found, {"groups": groups(found, lead, now=now)}


async def _from_afar(request: Request, asked: Asked, first: date, last: date) -> tuple[DeskCounts, dict[str, Any]]:
    """How many entries each day has."""
    viewer, now, about = viewer_of(request), now_of(request), asked.undo.entry.booking if asked.undo else None
    found = await count_calendar(viewer, first, last, kind=asked.kind, resource_id=asked.resource, about=about, now=now)
    afar = from_afar(found)
    lead = _cell_address(request, asked.day, asked.kind)
    return found, {"groups": afar.groups, "cells": afar.cells, "row_of": row_of, "cell_address": lead}


def days_of(span: Span, day: date) -> tuple[date, date]:
    """The first and the last day of the span that a day is in."""
    if span is Span.DAY:
        return day, day
    if span is Span.WEEK:
        return week_of(day)
    first, last = month_of(day)
    if span is Span.QUARTER:
        last = month_of(month_of(last + timedelta(days=1))[1] + timedelta(days=1))[1]
    return first, last


def _title(span: Span, first: date, last: date, language: str) -> Text:
    if span is Span.DAY:
        return _("%(day)s").with_facts(day=show_date(first, language))
    if span is Span.WEEK:
        return _("Week of %(day)s").with_facts(day=show_date(first, language))
    if span is Span.MONTH:
        return _("%(month)s").with_facts(month=show_month(first, language))
    months = {"first": show_month(first, language), "last": show_month(last, language)}
    return _("%(first)s – %(last)s").with_facts(**months)


def calendar_address(request: Request, **asked: Any) -> str:
    return f"{request.app.state.urls('desk:calendar')}?{urlencode({name: one for name, one in asked.items() if one})}"


def _cell_address(request: Request, on: date, kind: str) -> str:
    """Of what is in the row that it is drawn into on a day, which comes at its end: it is drawn for hundreds of cells."""
    seen = {"on": on, **({"kind": kind} if kind else {})}
    return f"{request.app.state.urls('desk:calendar-cell')}?{urlencode(seen)}&resource={WHOSE_ROW}&day="


def addresses(request: Request, span: str, on: str, kind: str) -> Addresses:
    """Where the entries of a calendar lead, and back to it."""
    urls = request.app.state.urls

    def case(code: str) -> str:
        address: str = urls("desk:case", code=code)
        return address

    def move(code: str, step: str, resource: int) -> str:
        asked = {"from": resource, "span": span, "on": on, **({"kind": kind} if kind else {})}
        return f"{urls('desk:step', code=code, step=step)}?{urlencode(asked)}"

    return Addresses(case, move if viewer_of(request).is_coordinator else None)


def _undo(found: DeskCalendar | DeskCounts, undo: Undo | None) -> tuple[Undo, Booked] | None:
    """The move that takes the last one back, if its booking is on this calendar."""
    booked = found.booked.get(undo.entry.booking) if undo else None
    return (undo, booked) if undo and booked else None


def _span(written: str) -> Span:
    return Span(written) if written in set(Span) else Span.WEEK


ROUTES = [route("/desk/calendar", calendar, name="desk:calendar", who=Who.STAFF)]
