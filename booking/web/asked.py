"""What an address may say: a month, a day, a time, a row's number; None for anything else."""

from datetime import date, time
from typing import Final

# Far below what the database can count to, and more rows than anyone has.
LONGEST_NUMBER: Final = 9


def day_in(written: str) -> date | None:
    """A day that a calendar can be drawn around."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= date(2200, 1, 1) else None


def month_in(written: str) -> date | None:
    """The first day of `2027-03`."""
    return day_in(f"{written}-01")


def time_in(written: str) -> time | None:
    try:
        return time.fromisoformat(written).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


def number_in(written: str) -> int | None:
    return int(written) if written.isdecimal() and len(written) <= LONGEST_NUMBER else None
