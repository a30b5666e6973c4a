"""Staff open the calendar: what their clinic's people, rooms and chairs are taken for, and what is on the shelf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.journeys.who_booked import Booked, own_clinic, who_booked
from booking.kit.db import transaction
from booking.kit.times import days_between, in_zone
from booking.programmes.models import Clinic
from booking.slots.calendar import Line, load_calendar
from booking.slots.counts import CountedLine, load_counts
from booking.slots.lots import OnShelf, shelf
from booking.slots.models import LotState


@dataclass(frozen=True, slots=True)
class DeskCalendar:
    """The clinic's days from first to last as they are now. `kinds` are all there are, whichever are shown.

    `holidays` are the days on which the whole clinic is closed, and what they are called; `booked` tells of every booking
    on it by its code; `lots` are those that could be used, or still could not, on one of the days.
    """

    clinic: Clinic
    today: date
    days: Sequence[date]
    lines: Sequence[Line]
    holidays: Mapping[date, str]
    kinds: Sequence[str]
    booked: Mapping[str, Booked]
    lots: Sequence[OnShelf]


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """The same from afar: how often each resource is taken, and by nobody's name. `booked` has the one that was asked for."""

    clinic: Clinic
    today: date
    days: Sequence[date]
    lines: Sequence[CountedLine]
    holidays: Mapping[date, str]
    kinds: Sequence[str]
    booked: Mapping[str, Booked]
    lots: Sequence[OnShelf]


async def open_calendar(
    viewer: Viewer, first: date, last: date, *, kind: str = "", resource_id: int | None = None, now: datetime
) -> DeskCalendar:
    """The calendar of the viewer's clinic, of one kind or one resource where that is asked for.

    The number of statements does not grow with what is on it. It names patients, so it leaves an audit row.
    """
    async with transaction():
        clinic = await own_clinic(viewer)
        found = await load_calendar(clinic.id, first, last, now)
        lines = [line for line in found.lines if _wanted(line, kind, resource_id)]
        codes = (taken.booking for line in lines for day in line.taken.values() for taken in day)
        booked = await who_booked(clinic.id, codes)
        lots = [lot for lot in await shelf(clinic.id, now) if _matters(lot, first, last)]
        await audit.record(viewer, "calendar.read", f"clinic {clinic.slug}", now=now)
    kinds = list(dict.fromkeys(line.kind for line in found.lines))
    today = in_zone(now, clinic.zone).date()
    return DeskCalendar(clinic, today, found.days, lines, found.holidays, kinds, booked, lots)


async def count_calendar(
    viewer: Viewer,
    first: date,
    last: date,
    *,
    kind: str = "",
    resource_id: int | None = None,
    about: str | None = None,
    now: datetime,
) -> DeskCounts:
    """The same from afar. It names nobody, so it leaves no trail; of the booking `about` is there is what its steps are called."""
    clinic = await own_clinic(viewer)
    found = await load_counts(clinic.id, clinic.zone, first, last, now)
    lots = [lot for lot in await shelf(clinic.id, now) if _matters(lot, first, last)]
    return DeskCounts(
        clinic,
        in_zone(now, clinic.zone).date(),
        days_between(first, last),
        [line for line in found.lines if _wanted(line, kind, resource_id)],
        found.holidays,
        list(dict.fromkeys(line.kind for line in found.lines)),
        await who_booked(clinic.id, [about] if about else []),
        lots,
    )


def _wanted(line: Line | CountedLine, kind: str, resource_id: int | None) -> bool:
    return (not kind or line.kind == kind) and resource_id in (None, line.resource_id)


def _matters(lot: OnShelf, first: date, last: date) -> bool:
    return lot.state is not LotState.RECALLED and lot.usable_from <= last and lot.usable_until >= first
