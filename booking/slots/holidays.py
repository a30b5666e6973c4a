"""Days on which the whole clinic is closed: its country's public holidays, and days of its own that come every year.

They are rows, filled in ahead, so that a coordinator can open the clinic on one of them, and a holiday that is
proclaimed meanwhile closes only what nobody has opened.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from booking.kit.db import execute, run
from booking.kit.errors import NotFound
from booking.programmes.models import Clinic
from booking.slots.changing import changing, held
from booking.slots.closures import Touched
from booking.slots.local import instant

AHEAD: Final = timedelta(days=31 * 19)  # 18 months, and the month in which the last stay ends

KNOWN_UNTIL: Final = "SELECT max(day) AS day FROM holiday WHERE clinic_id = $1"

# What a coordinator has opened stays open; a day that is not one any more is taken out.
FILL: Final = """
WITH told AS (
  SELECT * FROM unnest($2::date[], $3::text[]) AS told (day, name)
), gone AS (
  DELETE FROM holiday h WHERE h.clinic_id = $1 AND h.day >= $4 AND h.day NOT IN (SELECT day FROM told)
)
INSERT INTO holiday (clinic_id, day, name, is_open) SELECT $1, day, name, false FROM told
ON CONFLICT (clinic_id, day) DO UPDATE SET name = excluded.name WHERE holiday.name <> excluded.name"""

HOLIDAYS: Final = "SELECT day, name, is_open FROM holiday WHERE clinic_id = $1 AND day >= $2 ORDER BY day"

SET_OPEN: Final = "UPDATE holiday SET is_open = $3 WHERE clinic_id = $1 AND day = $2"

TOUCHED: Final = f"""
SELECT h.day, b.code AS booking, x.step, x.starts_at, x.ends_at, x.lapses_at
  FROM holiday h JOIN clinic k ON k.id = h.clinic_id JOIN resource r ON r.clinic_id = k.id
  JOIN claim x ON x.resource_id = r.id AND x.ends_at > {instant("h.day::timestamp", "k.zone")}
              AND x.starts_at < {instant("(h.day + 1)::timestamp", "k.zone")}
  JOIN booking b ON b.id = x.booking_id
 WHERE h.clinic_id = $1 AND h.day >= $2 AND x.ends_at > $3 AND {held("x", "$3")}
 ORDER BY x.starts_at, x.id"""  # noqa: S608 - our own texts


@dataclass(frozen=True, slots=True)
class Shut:
    """A day on which the clinic is closed, or opened for once; `touched` are the claims that lie on it."""

    day: date
    name: str
    is_open: bool
    touched: tuple[Touched, ...]


def closed_days(country: str, yearly: Iterable[Mapping[str, str]], first: date, last: date) -> dict[date, str]:
    """The days from first to last on which a clinic is closed, in order, and why. A country that is not known has none."""
    years = range(first.year - 1, last.year + 1)
    every = {day: one["name"] for one in yearly for year in years for day in _days_of(one, year)}
    every.update(_public(country, years))
    return {day: every[day] for day in sorted(every) if first <= day <= last}


async def fill(clinic: Clinic, today: date, *, anew: bool = False) -> None:
    """Know the clinic's closed days as far ahead as stays may be booked, and to the end of that year.

    It does nothing where they are known, unless `anew` says that what the clinic told of itself has changed.
    """
    last = (today + AHEAD).replace(month=12, day=31)
    [known] = await run(KNOWN_UNTIL, clinic.id)
    if not anew and known["day"] is not None and known["day"].year >= last.year:
        return
    days = closed_days(clinic.address["country"], clinic.closed_yearly, today, last)
    await changing(clinic.id)
    await execute(FILL, clinic.id, list(days), list(days.values()), today)


async def holidays_of(clinic_id: int, today: date, *, now: datetime) -> list[Shut]:
    """The clinic's closed days from today on with what lies on them, in two statements."""
    touched: defaultdict[date, list[Touched]] = defaultdict(list)
    for row in await run(TOUCHED, clinic_id, today, now):
        touched[row.pop("day")].append(Touched(**row))
    rows = await run(HOLIDAYS, clinic_id, today)
    return [Shut(row["day"], row["name"], row["is_open"], tuple(touched[row["day"]])) for row in rows]


async def set_open(clinic_id: int, day: date, *, is_open: bool) -> None:
    """Open the clinic on that day for once, or let it be closed after all. Raises NotFound if it is no such day."""
    if not await execute(SET_OPEN, clinic_id, day, is_open):
        raise NotFound


@cache
def _public(country: str, years: range) -> Mapping[date, str]:
    # Half a second, for every country there is: only whoever fills days in needs it.
    from holidays import country_holidays  # noqa: PLC0415

    try:
        return dict(country_holidays(country, years=years))
    except NotImplementedError:
        return {}


def _days_of(closed: Mapping[str, str], year: int) -> Iterator[date]:
    first, last = (date.fromisoformat(f"{year}-{closed[end]}") for end in ("first", "last"))
    if last < first:
        last = last.replace(year=year + 1)
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
