"""The calendar as rows and cells of prepared text: a month of fifty resources is thousands of them, so each is small.

What is the same for a booking on all its cells (its address, its words) is worked out once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_skeleton, format_timedelta

from booking.journeys.open_calendar import DeskCalendar
from booking.kit.times import in_zone, show_day
from booking.kit.words import gettext, language, ngettext
from booking.programmes.parts import in_language
from booking.slots.calendar import Line, Shut, Taken
from booking.slots.lots import OnShelf
from booking.web.desk.kinds import kind_name

SATURDAY = 5
CaseAddress = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Mark:
    """One entry. `kind` is booking, hold or closure; `more` are further lines about it."""

    kind: str
    when: str
    what: str
    href: str | None
    more: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One resource on one day: how often it is taken, how many of these are holds, whether a closure is on it.

    `marks` tell each of them, where there is room for that.
    """

    day: date
    count: int
    held: int
    is_shut: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    resource_id: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Group:
    """The resources of one kind."""

    kind: str
    name: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Head:
    """A day at the top of its column; `short` where columns are narrow."""

    day: date
    said: str
    short: str
    is_today: bool
    is_weekend: bool


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot on the days on which it may be used: `days` holds True on those, and `last` is the last of them."""

    lot: OnShelf
    about: str
    days: list[bool]
    last: date


def heads(calendar: DeskCalendar) -> list[Head]:
    spoken = language()
    return [
        Head(day, show_day(day, spoken), _short(day, spoken), day == calendar.today, day.weekday() >= SATURDAY)
        for day in calendar.days
    ]


def _short(day: date, language: str) -> str:
    """`7`, and at the first of a month its name too."""
    return str(format_skeleton("MMMd", day, locale=language)) if day.day == 1 else str(day.day)


def groups(calendar: DeskCalendar, case_address: CaseAddress, *, counted: bool, now: datetime) -> list[Group]:
    """The rows to draw, by kind, in the order in which they come; `counted` leaves their marks out."""
    told = _Told(calendar, case_address, now, counted=counted)
    found: dict[str, Group] = {}
    for line in calendar.lines:
        group = found.setdefault(line.kind, Group(line.kind, str(kind_name(line.kind)), []))
        group.rows.append(Row(line.name, line.resource_id, list(told.cells(line))))
    return list(found.values())


def lot_rows(calendar: DeskCalendar) -> list[LotRow]:
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

    def __init__(self, calendar: DeskCalendar, case_address: CaseAddress, now: datetime, *, counted: bool) -> None:
        self._counted = counted
        self._days = calendar.days
        self._zone = calendar.clinic.zone
        self._booked = calendar.booked
        self._href = {code: case_address(one.case) for code, one in calendar.booked.items()}
        self._now = now
        self._titles: dict[tuple[str, str], str] = {}
        self._clocks: dict[datetime, str] = {}

    def cells(self, line: Line) -> Iterator[Cell]:
        for day in self._days:
            taken, shut = line.taken.get(day, ()), line.shut.get(day, ())
            held = sum(one.lapses_at is not None for one in taken)
            yield Cell(day, len(taken), held, bool(shut), () if self._counted else self._marks(taken, shut))

    def _marks(self, taken: Sequence[Taken], shut: Sequence[Shut]) -> tuple[Mark, ...]:
        return (*(_shut(one) for one in shut), *(self._taken(one) for one in taken))

    def _taken(self, one: Taken) -> Mark:
        more = [self._title(one)]
        if one.patient_from != one.starts_at or one.patient_until != one.ends_at:
            times = {"from": self._clock(one.starts_at), "until": self._clock(one.ends_at)}
            more.append(gettext("Taken %(from)s to %(until)s") % times)
        if (left := one.left(self._now)) is not None:
            more.append(gettext("Held: %(time)s left") % {"time": time_left(left)})
        when = f"{self._clock(one.patient_from)}\N{EN DASH}{self._clock(one.patient_until)}"
        who = self._booked[one.booking].patient
        what = f"{who} {one.booking}" if who else one.booking
        return Mark("hold" if one.lapses_at else "booking", when, what, self._href[one.booking], tuple(more))

    def _title(self, one: Taken) -> str:
        key = one.booking, one.step
        if key not in self._titles:
            self._titles[key] = in_language(self._booked[one.booking].title(one.step), language())
        return self._titles[key]

    def _clock(self, instant: datetime) -> str:
        if instant not in self._clocks:
            local = in_zone(instant, self._zone)
            self._clocks[instant] = f"{local.hour:02}:{local.minute:02}"  # strftime takes twenty times as long
        return self._clocks[instant]


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
