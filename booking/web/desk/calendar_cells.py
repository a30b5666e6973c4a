"""The calendar as rows and cells of prepared text: a month of fifty resources is thousands of them, so each is small.

What is the same for a booking on all its cells (its address, its words) is worked out once. From afar, where cells only
count, most of them are the same: each kind of cell is told once, and a row says which it has.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final, Generic, NamedTuple, TypeVar

from babel.dates import format_date, format_skeleton, format_timedelta
from markupsafe import Markup

from booking.journeys.open_calendar import DeskCalendar, DeskCounts
from booking.kit.times import in_zone, show_day
from booking.kit.words import gettext, language, ngettext
from booking.programmes.parts import in_language
from booking.slots.calendar import Line, Shut, Taken
from booking.slots.counts import Count, CountedLine
from booking.slots.lots import OnShelf
from booking.web.desk.kinds import kind_name

SATURDAY: Final = 5
NOTHING: Final = Count(0, 0)
# Stands in a cell's address for the resource whose row it is drawn into: nothing else in a cell has braces.
WHOSE_ROW: Final = "{row}"

AnyLine = TypeVar("AnyLine", Line, CountedLine)
Cells = TypeVar("Cells")


class Addresses(NamedTuple):
    """Where an entry leads: to its case by the case's code; and to where it is moved, for those who may."""

    case: Callable[[str], str]
    move: Callable[[str, str, int], str] | None


@dataclass(frozen=True, slots=True)
class Mark:
    """One entry. `kind` is booking, hold or closure; `more` are further lines about it; `move` is where it is moved."""

    kind: str
    when: str
    what: str
    href: str | None
    more: tuple[str, ...]
    move: str | None = None
    booking: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One resource on one day, with everything that is on it."""

    day: date
    marks: tuple[Mark, ...]


class CountCell(NamedTuple):
    """A day of the calendar from afar, by its place: how often it is taken, whether only by holds, and if it is shut."""

    at: int
    taken: int
    is_held: bool
    is_shut: bool


@dataclass(frozen=True, slots=True)
class Row(Generic[Cells]):
    name: str
    resource_id: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Group(Generic[Cells]):
    """The resources of one kind."""

    kind: str
    name: str
    rows: list[Row[Cells]]


@dataclass(frozen=True, slots=True)
class Afar:
    """The calendar from afar. `cells` are all the different ones that there are; a row tells its own by their places.

    A number among them stands for so many days on which there is nothing.
    """

    groups: list[Group[list[int]]]
    cells: list[CountCell | int]


def row_of(row: Row[list[int]], drawn: Sequence[Markup]) -> Markup:
    """A row's cells as they have been drawn, one after another, each with the row's own resource in its address."""
    cells = "".join([drawn[cell] for cell in row.cells]).replace(WHOSE_ROW, str(row.resource_id))
    return Markup(cells)  # noqa: S704 - every one of them is Markup already


@dataclass(frozen=True, slots=True)
class Head:
    """A day at the top of its column, which leads to that day; `short` where columns are narrow.

    `closed` is what the day is called on which the whole clinic is closed.
    """

    day: date
    href: str
    said: str
    short: str
    is_today: bool
    is_weekend: bool
    closed: str


class Closed(NamedTuple):
    """Days one after the other on which the whole clinic is closed: the only one, or the first and last; and why."""

    days: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot on the days on which it may be used: `days` holds True on those, and `last` is the last of them."""

    lot: OnShelf
    about: str
    days: list[bool]
    last: date


def heads(calendar: DeskCalendar | DeskCounts, day_address: Callable[[date], str]) -> list[Head]:
    spoken = language()
    return [
        Head(
            day,
            day_address(day),
            show_day(day, spoken),
            _short(day, spoken),
            day == calendar.today,
            day.weekday() >= SATURDAY,
            calendar.holidays.get(day, ""),
        )
        for day in calendar.days
    ]


def closed_days(holidays: Mapping[date, str]) -> list[Closed]:
    """The clinic's holidays, a run of them told once."""
    spoken = language()
    found = []
    for _run, at in groupby(enumerate(sorted(holidays)), key=lambda at: at[1] - timedelta(days=at[0])):
        days = [day for _at, day in at]
        ends = tuple(show_day(day, spoken) for day in dict.fromkeys((days[0], days[-1])))
        found.append(Closed(ends, tuple(dict.fromkeys(holidays[day] for day in days))))
    return found


def _short(day: date, language: str) -> str:
    """`7`, and at the first of a month its name too."""
    return str(format_skeleton("MMMd", day, locale=language)) if day.day == 1 else str(day.day)


def groups(calendar: DeskCalendar, addresses: Addresses, *, now: datetime) -> list[Group[list[Cell]]]:
    """The rows to draw, by kind, in the order in which they come."""
    told = _Told(calendar, addresses, now)
    return _grouped(calendar.lines, lambda line: list(told.cells(line)))


def from_afar(calendar: DeskCounts) -> Afar:
    """The rows of the calendar from afar. Most cells are like others, so each kind is there to be drawn once."""
    places: dict[CountCell | int, int] = {}

    def told(line: CountedLine) -> list[int]:
        return [places.setdefault(cell, len(places)) for cell in _counted(line, calendar.days)]

    return Afar(_grouped(calendar.lines, told), list(places))


def _grouped(lines: Iterable[AnyLine], cells: Callable[[AnyLine], Cells]) -> list[Group[Cells]]:
    found: dict[str, Group[Cells]] = {}
    for line in lines:
        group = found.setdefault(line.kind, Group(line.kind, str(kind_name(line.kind)), []))
        group.rows.append(Row(line.name, line.resource_id, cells(line)))
    return list(found.values())


def _counted(line: CountedLine, days: Sequence[date]) -> list[CountCell | int]:
    cells: list[CountCell | int] = []
    bare = 0
    for at, day in enumerate(days):
        count, is_shut = line.counts.get(day, NOTHING), day in line.shut
        if count is NOTHING and not is_shut:
            bare += 1
            continue
        if bare:
            cells.append(bare)
            bare = 0
        cells.append(CountCell(at, count.taken, count.held == count.taken, is_shut))
    return [*cells, bare] if bare else cells


def lot_rows(calendar: DeskCalendar | DeskCounts) -> list[LotRow]:
    return [
        LotRow(
            lot,
            _about(lot, calendar.today),
            [lot.usable_from <= day <= lot.usable_until for day in calendar.days],
            lot.usable_until,
        )
        for lot in calendar.lots
    ]


def time_left(left: timedelta) -> str:
    """`3 hours`, in the reader's language."""
    return str(format_timedelta(left, granularity="minute", threshold=2, locale=language()))


class _Told:
    """Turns lines into cells; keeps what it has said of a booking."""

    def __init__(self, calendar: DeskCalendar, addresses: Addresses, now: datetime) -> None:
        self._days = calendar.days
        self._zone = calendar.clinic.zone
        self._booked = calendar.booked
        self._href = {code: addresses.case(one.case) for code, one in calendar.booked.items()}
        self._move = addresses.move
        self._now = now
        self._titles: dict[tuple[str, str], str] = {}
        self._locals: dict[datetime, datetime] = {}

    def cells(self, line: Line) -> Iterator[Cell]:
        for day in self._days:
            shut = (_shut(one) for one in line.shut.get(day, ()))
            taken = (self._taken(one, line.resource_id, day) for one in line.taken.get(day, ()))
            yield Cell(day, (*shut, *taken))

    def _taken(self, one: Taken, resource: int, day: date) -> Mark:
        more = [self._title(one)]
        if one.patient_from != one.starts_at or one.patient_until != one.ends_at:
            times = {"from": self._clock(one.starts_at, day), "until": self._clock(one.ends_at, day)}
            more.append(gettext("Taken %(from)s to %(until)s") % times)
        if (left := one.left(self._now)) is not None:
            more.append(gettext("Held: %(time)s left") % {"time": time_left(left)})
        when = f"{self._clock(one.patient_from, day)}\N{EN DASH}{self._clock(one.patient_until, day)}"
        who = self._booked[one.booking].patient
        what = f"{who} {one.booking}" if who else one.booking
        # It is picked up where it begins: that is the day which goes elsewhere.
        begins = self._local(one.patient_from).date() == day and one.starts_at > self._now
        move = self._move(one.booking, one.step, resource) if self._move and begins else None
        kind = "hold" if one.lapses_at else "booking"
        return Mark(kind, when, what, self._href[one.booking], tuple(more), move, one.booking)

    def _title(self, one: Taken) -> str:
        key = one.booking, one.step
        if key not in self._titles:
            self._titles[key] = in_language(self._booked[one.booking].title(one.step), language())
        return self._titles[key]

    def _clock(self, instant: datetime, day: date) -> str:
        """The time, and of another day than this one its name too."""
        local = self._local(instant)
        time = f"{local.hour:02}:{local.minute:02}"  # strftime takes twenty times as long
        return time if local.date() == day else f"{format_date(local, 'EEE d', locale=language())} {time}"

    def _local(self, instant: datetime) -> datetime:
        if instant not in self._locals:
            self._locals[instant] = in_zone(instant, self._zone)
        return self._locals[instant]


def _shut(one: Shut) -> Mark:
    hours = one.from_time and f"{one.from_time:%H:%M}\N{EN DASH}{one.to_time:%H:%M}"
    return Mark("closure", hours or "", gettext("Closed"), None, (one.reason,) if one.reason else ())


def _about(lot: OnShelf, today: date) -> str:
    facts = {"free": lot.free, "doses": lot.doses, "num": lot.days_left(today)}
    if lot.days_left(today) < 0:
        return gettext("%(free)s of %(doses)s doses left, expired") % facts
    sentence = ngettext(
        "%(free)s of %(doses)s doses left, %(num)s day to expiry",
        "%(free)s of %(doses)s doses left, %(num)s days to expiry",
        lot.days_left(today),
    )
    return sentence % facts
