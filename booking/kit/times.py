"""Instants, planned local times, and how both are told.

An instant is an aware UTC datetime. A planned local time is a naive datetime with an IANA
zone's name beside it; its instant is derived when needed, so that a change of the zone's
rules moves the instant and not the appointment (G21).
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date, format_skeleton, get_date_format, get_day_names, get_timezone_location

__all__ = [
    "UTC",
    "AmbiguousTime",
    "NoSuchTime",
    "clock_name",
    "in_zone",
    "is_zone",
    "settle",
    "settle_on",
    "show_date",
    "show_day",
    "show_first",
    "show_time",
    "show_weekday",
    "to_instant",
]

# "EEEE, d 'de' MMMM 'de' y": where a language puts the year first, it stays.
YEAR_LAST: Final = re.compile(r"[,،]?\s*('[^']*'\s*)?\by+$")


class NoSuchTime(ValueError):
    """The clock jumps over this local time."""


class AmbiguousTime(ValueError):
    """The clock shows this local time twice."""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether it is an IANA zone's name."""
    return name in _zones()


def to_instant(local: datetime, zone: str) -> datetime:
    """The one instant at which clocks in `zone` show `local`.

    Raises:
        NoSuchTime: the clock jumps over it.
        AmbiguousTime: the clock shows it twice.
    """
    first, second = settle(local, zone), settle(local.replace(fold=1), zone)
    if first != second:
        if first > second:
            raise NoSuchTime(f"{local} in {zone}")
        raise AmbiguousTime(f"{local} in {zone}")
    return first


def settle(local: datetime, zone: str) -> datetime:
    """The instant of `local` in `zone`; in a gap the same time by the old offset, of two the first (RFC 5545 3.3.5)."""
    if local.tzinfo is not None:
        raise ValueError("a planned local time carries no offset")
    return settle_on(local.date(), local.time(), zone)


def settle_on(day: date, clock: time, zone: str) -> datetime:
    """The same of a day and a time of day; the fold is the time's."""
    return _settled(day, clock, clock.fold, ZoneInfo(zone))


# A clinic's steps begin at a few dozen times of its days: a hold alone asks for twenty. Two times that differ in their fold alone are
# equal, so it is named apart; a zone whose rules were read anew is another object.
@lru_cache(maxsize=20_000)
def _settled(day: date, clock: time, fold: int, zone: ZoneInfo) -> datetime:  # noqa: ARG001 - a part of what is asked
    return datetime.combine(day, clock, zone).astimezone(UTC)


def in_zone(instant: datetime, zone: str) -> datetime:
    """The instant as clocks in `zone` show it."""
    return instant.astimezone(ZoneInfo(zone))


def show_date(day: date, language: str) -> str:
    """`Tuesday 9 March 2027`: a date is never only digits."""
    return format_date(day, _full(language), locale=language)


def show_day(day: date, language: str) -> str:
    """`Tue 9 March`: where the year is plain from the page."""
    return format_date(day, "EEE d MMMM", locale=language) if language == "en" else _skeleton(day, language)


def show_weekday(weekday: int, language: str) -> str:
    """`Monday` for 0, as it stands alone."""
    return str(get_day_names("wide", context="stand-alone", locale=language)[weekday])


def show_first(first: date, last: date, language: str) -> str:
    """`Monday 9 March`, before `to Friday 13 March 2027`: the first of some days has a year of its own only if the last has another."""
    pattern = YEAR_LAST.sub("", _full(language))
    return show_date(first, language) if first.year != last.year else format_date(first, pattern, locale=language)


def show_month(day: date, language: str) -> str:
    """`March 2027`."""
    return format_skeleton("yMMMM", datetime.combine(day, time()), locale=language)


def _full(language: str) -> str:
    return "EEEE d MMMM y" if language == "en" else get_date_format("full", locale=language).pattern


def _skeleton(day: date, language: str) -> str:
    return format_skeleton("MMMMEd", datetime.combine(day, time()), locale=language)


def show_time(instant: datetime, zone: str) -> str:
    """`14:05` as clocks in `zone` show it: 24 hours, in every language."""
    return in_zone(instant, zone).strftime("%H:%M")


def clock_name(zone: str, language: str) -> str:
    """Whose clock it is, by the place that people know: "London", "Lagos"."""
    return str(get_timezone_location(zone, locale=language, return_city=True)).rpartition("/")[2]


def days_between(first: date, last: date) -> list[date]:
    """Every day from first to last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
