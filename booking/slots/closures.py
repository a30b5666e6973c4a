"""Absences and closures of a resource: told, taken back, and which bookings each of them touches.

A closure keeps new dates away at once (`claims.take` looks at it again). What was claimed before it stays claimed: it
is shown to the desk for as long as it is in the way, with what it may have instead (`remedies.py`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from booking.kit.db import Record, execute, run
from booking.kit.errors import Invalid, NotFound
from booking.kit.words import Text, _
from booking.slots.changing import held
from booking.slots.local import instant
from booking.slots.models import Closure, Resource

# A claim and a closure meet on a clinic-local day; midnight as the end is the end of that day.
MEETS: Final = """
  {held} AND x.ends_at > {now}
  AND EXISTS (
    SELECT FROM generate_series(
             greatest({first}::date, (x.starts_at AT TIME ZONE k.zone)::date - 1)::timestamp,
             least({last}::date, (x.ends_at AT TIME ZONE k.zone)::date)::timestamp, '1 day') AS day
     WHERE {closed_from} < x.ends_at AND {closed_until} > x.starts_at AND {closed_from} < {closed_until})"""


def _meets(now: str, first: str, last: str, opens: str, closes: str) -> str:
    return MEETS.format(
        held=held("x", now),
        now=now,
        first=first,
        last=last,
        closed_from=instant(f"(day + coalesce({opens}, '00:00'::time))", "k.zone"),
        closed_until=instant(f"(day + coalesce(nullif({closes}, '00:00'::time), '24:00'::time))", "k.zone"),
    )


TOUCHED: Final = f"""
SELECT NULL AS closure_id, b.code AS booking, x.step, x.starts_at, x.ends_at, x.lapses_at
  FROM claim x JOIN booking b ON b.id = x.booking_id JOIN resource r ON r.id = x.resource_id
  JOIN clinic k ON k.id = r.clinic_id
 WHERE r.clinic_id = $1 AND r.id = $2 AND {_meets("$3", "$4", "$5", "$6::time", "$7::time")}
 ORDER BY x.starts_at, x.id"""  # noqa: S608 - every part is ours

TOUCHED_BY_ALL: Final = f"""
SELECT c.id AS closure_id, b.code AS booking, x.step, x.starts_at, x.ends_at, x.lapses_at
  FROM closure c JOIN resource r ON r.id = c.resource_id JOIN clinic k ON k.id = r.clinic_id
  JOIN claim x ON x.resource_id = r.id AND x.ends_at > c.first_day - 1 AND x.starts_at < c.last_day + 2
  JOIN booking b ON b.id = x.booking_id
 WHERE r.clinic_id = $1 AND c.last_day >= $3 AND {_meets("$2", "c.first_day", "c.last_day", "c.from_time", "c.to_time")}
 ORDER BY x.starts_at, x.id"""  # noqa: S608 - every part is ours

CLOSURES: Final = """
SELECT c.id, r.id AS resource_id, r.name AS resource, c.first_day, c.last_day, c.from_time, c.to_time, c.reason
  FROM closure c JOIN resource r ON r.id = c.resource_id
 WHERE r.clinic_id = $1 AND c.last_day >= $2 AND r.is_active
 ORDER BY c.first_day, r.kind, r.name, c.id"""

REMOVE: Final = """
DELETE FROM closure USING resource r
 WHERE closure.id = $2 AND r.id = closure.resource_id AND r.clinic_id = $1"""

# What began before that day lasted until the day before; what was to begin is dropped.
END: Final = "UPDATE closure SET last_day = $2::date - 1 WHERE resource_id = $1 AND first_day < $2 AND last_day >= $2"
DROP: Final = "DELETE FROM closure WHERE resource_id = $1 AND first_day >= $2"

HOURS: Final = """
SELECT h.resource_id, h.weekday, h.opens, h.closes, h.from_day, h.until_day
  FROM opening_hours h JOIN resource r ON r.id = h.resource_id
 WHERE r.clinic_id = $1 AND coalesce(h.until_day, $2) >= $2
 ORDER BY h.resource_id, h.weekday, h.opens, h.from_day, h.id"""


@dataclass(frozen=True, slots=True)
class Closing:
    """Days, or the same hours of each of them, on which a resource is not to be had. Clinic-local."""

    resource_id: int
    first_day: date
    last_day: date
    from_time: time | None = None
    to_time: time | None = None
    reason: str = ""

    def check(self) -> None:
        """Raises Invalid with what is wrong beside its field."""
        errors: dict[str, Text] = {}
        if self.last_day < self.first_day:
            errors["last_day"] = _("The last day is before the first.")
        if (self.from_time is None) != (self.to_time is None):
            errors["to_time"] = _("Please give both times, or none for the whole day.")
        elif self.from_time and self.to_time and self.from_time >= self.to_time != time():
            errors["to_time"] = _("The end is before the beginning.")
        if errors:
            raise Invalid(errors)


@dataclass(frozen=True, slots=True)
class Touched:
    """One claim that a change of the clinic's stands in the way of; `lapses_at` if it is a hold."""

    booking: str
    step: str
    starts_at: datetime
    ends_at: datetime
    lapses_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A closure as it is kept, and what it touches now."""

    id: int
    resource: str
    closing: Closing
    touched: tuple[Touched, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """One weekly opening of a resource: Monday is 0, `closes` 00:00 is the end of the day."""

    weekday: int
    opens: time
    closes: time
    from_day: date
    until_day: date | None


async def touched_by(clinic_id: int, closing: Closing, *, now: datetime) -> list[Touched]:
    """What a closure would touch: kept and held claims that are not over, the first first."""
    rows = await run(
        TOUCHED,
        clinic_id,
        closing.resource_id,
        now,
        closing.first_day,
        closing.last_day,
        closing.from_time,
        closing.to_time,
    )
    return [_touched(row) for row in rows]


async def add(clinic_id: int, closing: Closing) -> int:
    """Close the resource; the closure's id. Raises Invalid, and NotFound if it is not this clinic's."""
    closing.check()
    if not await Resource.exists(id=closing.resource_id, clinic_id=clinic_id):
        raise NotFound
    closure = await Closure.create(
        resource_id=closing.resource_id,
        first_day=closing.first_day,
        last_day=closing.last_day,
        from_time=closing.from_time,
        to_time=closing.to_time,
        reason=closing.reason,
    )
    closure_id: int = closure.id
    return closure_id


async def remove(clinic_id: int, closure_id: int) -> None:
    """Open again. Raises NotFound if there is no such closure at this clinic."""
    if not await execute(REMOVE, clinic_id, closure_id):
        raise NotFound


async def end(resource_id: int, day: date) -> None:
    """From that day on nothing that has been told so far keeps it away."""
    await execute(END, resource_id, day)
    await execute(DROP, resource_id, day)


async def closures_of(clinic_id: int, today: date, *, now: datetime) -> list[Kept]:
    """The clinic's closures that are not over, the first first, with what each touches, in two statements."""
    touched: defaultdict[int, list[Touched]] = defaultdict(list)
    for row in await run(TOUCHED_BY_ALL, clinic_id, now, today):
        touched[row["closure_id"]].append(_touched(row))
    return [_kept(row, touched[row["id"]]) for row in await run(CLOSURES, clinic_id, today)]


async def opening_hours(clinic_id: int, today: date) -> dict[int, list[Opening]]:
    """Each resource's weekly hours from today on, in the order of the week."""
    hours: defaultdict[int, list[Opening]] = defaultdict(list)
    for row in await run(HOURS, clinic_id, today):
        hours[row["resource_id"]].append(
            Opening(row["weekday"], row["opens"], row["closes"], row["from_day"], row["until_day"])
        )
    return dict(hours)


def _touched(row: Record) -> Touched:
    return Touched(row["booking"], row["step"], row["starts_at"], row["ends_at"], row["lapses_at"])


def _kept(row: Record, touched: Iterable[Touched]) -> Kept:
    days = row["first_day"], row["last_day"], row["from_time"], row["to_time"]
    return Kept(row["id"], row["resource"], Closing(row["resource_id"], *days, row["reason"]), tuple(touched))
