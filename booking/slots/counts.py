"""The desk's calendar from afar: how often each resource is taken on each day, and no booking by its name."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from booking.kit.db import run
from booking.kit.times import days_between, settle_on
from booking.slots.calendar import CLOSURES, holidays_apart

# A row for each resource, its days as one value each: thousands of rows would cost more to read than all the rest.
COUNTS: Final = """
SELECT r.id, r.kind, r.name, busy.days, busy.taken, busy.held
  FROM resource r JOIN clinic k ON k.id = r.clinic_id
  LEFT JOIN LATERAL (
    SELECT array_agg(day) AS days, array_agg(taken) AS taken, array_agg(held) AS held
      FROM (SELECT begins + later AS day, count(*) AS taken, count(lapses_at) AS held
              FROM (SELECT (c.starts_at AT TIME ZONE k.zone)::date AS begins, c.lapses_at,
                           ((c.ends_at - interval '1 microsecond') AT TIME ZONE k.zone)::date AS ends
                      FROM claim c
                     WHERE c.resource_id = r.id AND c.ends_at > $2 AND c.starts_at < $3
                       AND (c.lapses_at IS NULL OR c.lapses_at > $4)) AS claimed, generate_series(0, ends - begins) AS later
             GROUP BY 1) AS each_day) AS busy ON true
 WHERE r.clinic_id = $1 AND r.is_active
 ORDER BY r.kind, r.name, r.id"""


@dataclass(frozen=True, slots=True)
class Count:
    """How many claims lie on a day, and how many of these are holds."""

    taken: int
    held: int


@dataclass(frozen=True, slots=True)
class CountedLine:
    """One resource: its counts on clinic-local days, and the days on which a closure lies."""

    resource_id: int
    kind: str
    name: str
    counts: Mapping[date, Count]
    shut: frozenset[date]


@dataclass(frozen=True, slots=True)
class Counts:
    """Every resource's line, and by their names the days on which the whole clinic is closed."""

    lines: list[CountedLine]
    holidays: Mapping[date, str]


async def load_counts(clinic_id: int, zone: str, first: date, last: date, now: datetime) -> Counts:
    """Each of the clinic's resources from first to last, lapsed holds aside, in two statements."""
    reach = (settle_on(day, time(), zone) for day in (first, last + timedelta(days=1)))
    rows = await run(COUNTS, clinic_id, *reach, now)
    shut: defaultdict[int, set[date]] = defaultdict(set)
    holidays, closures = holidays_apart(await run(CLOSURES, clinic_id, first, last))
    for row in closures:
        days = max(first, row["first_day"]), min(last, row["last_day"])
        shut[row["resource_id"]].update(days_between(*days))
    lines = [
        CountedLine(
            row["id"],
            row["kind"],
            row["name"],
            {
                day: Count(taken, held)
                for day, taken, held in zip(row["days"] or (), row["taken"] or (), row["held"] or (), strict=True)
            },
            frozenset(shut[row["id"]]),
        )
        for row in rows
    ]
    return Counts(lines, holidays)
