"""What a calendar file must say about the zones that it mentions (VTIMEZONE, RFC 5545, 3.6.5)."""

from datetime import date, datetime
from functools import lru_cache

from icalendar import Calendar, Timezone


def add_zones(calendar: Calendar, first: datetime, last: datetime) -> None:
    """The rules of every zone in the calendar, in the order of their names, for the years of its events and one around them."""
    for number, zone in enumerate(sorted(calendar.get_missing_tzids())):
        calendar.subcomponents.insert(number, _rules(zone, first.year - 1, last.year + 2))


# icalendar finds the changes of a clock by trying one moment after another: a tenth of a second for a zone with summer time.
@lru_cache(maxsize=256)
def _rules(zone: str, first_year: int, end_year: int) -> Timezone:
    return Timezone.from_tzid(zone, first_date=date(first_year, 1, 1), last_date=date(end_year, 1, 1))
