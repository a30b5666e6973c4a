"""The desk's calendar as values: resources down the side, days across, and what lies on each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from booking.kit.db import Record, run
from booking.kit.times import days_between, in_zone, settle_on

# Until midnight is no part of the day after.
MOMENT: Final = timedelta(microseconds=1)

RESOURCES: Final = """
SELECT r.id, r.kind, r.name, c.zone FROM resource r JOIN clinic c ON c.id = r.clinic_id
 WHERE r.clinic_id = $1 AND r.is_active ORDER BY r.kind, r.name, r.id"""

CLAIMS: Final = """
SELECT c.resource_id, b.code, c.step, c.starts_at, c.ends_at, c.lapses_at,
       coalesce((s.step ->> 'buffer_before')::int, 0) AS buffer_before,
       coalesce((s.step ->> 'buffer_after')::int, 0) AS buffer_after
  FROM claim c JOIN resource r ON r.id = c.resource_id JOIN booking b ON b.id = c.booking_id
  LEFT JOIN LATERAL (
       SELECT each AS step FROM jsonb_array_elements(b."window" -> 'steps') AS each
        WHERE each ->> 'key' = c.step LIMIT 1
       ) s ON true
 WHERE r.clinic_id = $1 AND c.ends_at > $2 AND c.starts_at < $3 AND (c.lapses_at IS NULL OR c.lapses_at > $4)
 ORDER BY c.starts_at, c.resource_id"""

# A row without a resource is a holiday: the whole clinic is closed.
CLOSURES: Final = """
SELECT x.resource_id, x.first_day, x.last_day, x.from_time, x.to_time, x.reason
  FROM closure x JOIN resource r ON r.id = x.resource_id
 WHERE r.clinic_id = $1 AND x.first_day <= $3 AND x.last_day >= $2
 UNION ALL
SELECT NULL, h.day, h.day, NULL, NULL, h.name
  FROM holiday h
 WHERE h.clinic_id = $1 AND h.day BETWEEN $2 AND $3 AND NOT h.is_open
 ORDER BY first_day, resource_id"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim on the calendar: taken for the whole period, the patient there between the two buffers."""

    booking: str
    step: str
    starts_at: datetime
    ends_at: datetime
    patient_from: datetime
    patient_until: datetime
    lapses_at: datetime | None

    def left(self, now: datetime) -> timedelta | None:
        """The time left of a hold; None for what is kept."""
        return None if self.lapses_at is None else max(self.lapses_at - now, timedelta())


@dataclass(frozen=True, slots=True)
class Shut:
    """A closure on one day; without times it is the whole day."""

    from_time: time | None
    to_time: time | None
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One resource's line: what lies on each clinic-local day. A claim stands on every day that it touches, its nights and its buffers included."""

    resource_id: int
    kind: str
    name: str
    taken: Mapping[date, list[Taken]]
    shut: Mapping[date, list[Shut]]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The clinic's resources over some days, as they are now; lapsed holds are not on it.

    `holidays` are the days on which the whole clinic is closed, and what they are called: no line tells of them again.
    """

    zone: str
    days: list[date]
    lines: list[Line]
    holidays: Mapping[date, str]


def week_of(day: date) -> tuple[date, date]:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def month_of(day: date) -> tuple[date, date]:
    """The first and the last of the month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


async def load_calendar(clinic_id: int, first: date, last: date, now: datetime) -> Calendar:
    """The clinic's calendar from first to last, in three statements."""
    days = days_between(first, last)
    resources = await run(RESOURCES, clinic_id)
    if not resources:
        return Calendar("UTC", days, [], {})
    zone = str(resources[0]["zone"])
    reach = (settle_on(day, time(), zone) for day in (first, last + timedelta(days=1)))
    taken = _taken(await run(CLAIMS, clinic_id, *reach, now), zone)
    holidays, closures = holidays_apart(await run(CLOSURES, clinic_id, first, last))
    shut = _shut(closures, first, last)
    lines = [Line(r["id"], r["kind"], r["name"], taken.get(r["id"], {}), shut.get(r["id"], {})) for r in resources]
    return Calendar(zone, days, lines, holidays)


def holidays_apart(rows: Iterable[Record]) -> tuple[dict[date, str], list[Record]]:
    """The clinic's holidays, and the closures of its resources, from the rows of CLOSURES."""
    holidays: dict[date, str] = {}
    closures: list[Record] = []
    for row in rows:
        if row["resource_id"] is None:
            holidays[row["first_day"]] = row["reason"]
        else:
            closures.append(row)
    return holidays, closures


def _taken(rows: Iterable[Record], zone: str) -> dict[int, dict[date, list[Taken]]]:
    by_resource = _by_resource_and_day()
    for row in rows:
        taken = Taken(
            row["code"],
            row["step"],
            row["starts_at"],
            row["ends_at"],
            row["starts_at"] + timedelta(minutes=row["buffer_before"]),
            row["ends_at"] - timedelta(minutes=row["buffer_after"]),
            row["lapses_at"],
        )
        for day in days_between(*(in_zone(at, zone).date() for at in (taken.starts_at, taken.ends_at - MOMENT))):
            by_resource[row["resource_id"]][day].append(taken)
    return by_resource


def _shut(rows: Iterable[Record], first: date, last: date) -> dict[int, dict[date, list[Shut]]]:
    by_resource = _by_resource_and_day()
    for row in rows:
        # Until further notice is a date far away: only the days that are shown are gone through.
        for day in days_between(max(first, row["first_day"]), min(last, row["last_day"])):
            by_resource[row["resource_id"]][day].append(Shut(row["from_time"], row["to_time"], row["reason"]))
    return by_resource


def _by_resource_and_day() -> defaultdict[int, dict[date, list[Any]]]:
    return defaultdict(lambda: defaultdict(list))
