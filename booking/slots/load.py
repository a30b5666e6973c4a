"""A clinic's stock, read from the database: six statements, however much there is."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from booking.kit.db import Record, run
from booking.kit.errors import NotFound
from booking.kit.times import settle
from booking.slots.grid import Period
from booking.slots.hours import Closed, Hours
from booking.slots.stock import LotStock, Stock, Supply

ZONE: Final = "SELECT zone FROM clinic WHERE id = $1"

RESOURCES: Final = "SELECT id, kind, skills FROM resource WHERE clinic_id = $1 AND is_active ORDER BY id"

HOURS: Final = """
SELECT h.resource_id, h.weekday, h.opens, h.closes, h.from_day, h.until_day
  FROM opening_hours h JOIN resource r ON r.id = h.resource_id
 WHERE r.clinic_id = $1 AND h.from_day <= $3 AND coalesce(h.until_day, $2) >= $2
 ORDER BY h.weekday, h.opens, h.id"""

CLOSURES: Final = """
SELECT c.resource_id, c.first_day, c.last_day, c.from_time, c.to_time
  FROM closure c JOIN resource r ON r.id = c.resource_id
 WHERE r.clinic_id = $1 AND c.first_day <= $3 AND c.last_day >= $2
 ORDER BY c.first_day, c.id"""

# In ticks, and one row per resource: turning a hundred thousand rows into objects would cost more than the search.
# A claim that has lapsed is as good as gone (G3).
BUSY: Final = """
SELECT c.resource_id,
       array_agg(floor(date_part('epoch', c.starts_at) / 300)::int ORDER BY c.starts_at) AS starts,
       array_agg(ceil(date_part('epoch', c.ends_at) / 300)::int ORDER BY c.starts_at) AS ends
  FROM claim c JOIN resource r ON r.id = c.resource_id
 WHERE r.clinic_id = $1 AND c.ends_at > $2 AND c.starts_at < $3
   AND (c.lapses_at IS NULL OR c.lapses_at > $4) AND c.booking_id IS DISTINCT FROM $5
 GROUP BY c.resource_id"""

LOTS: Final = """
SELECT l.id, l.product, l.usable_from, l.usable_until, count(d.id) AS free
  FROM lot l LEFT JOIN dose d ON d.lot_id = l.id
       AND (d.booking_id IS NULL OR d.lapses_at <= $4 OR d.booking_id IS NOT DISTINCT FROM $5)
 WHERE l.clinic_id = $1 AND l.state = 'released' AND l.usable_from <= $3 AND l.usable_until >= $2
 GROUP BY l.id ORDER BY l.usable_until, l.id"""


async def load_stock(clinic_id: int, first: date, last: date, now: datetime, *, but_for: int | None = None) -> Stock:
    """What the clinic has from first to last, lapsed holds being free.

    `but_for` is a booking whose own claims and doses count as free: the one that is being moved.
    """
    zone = await _zone(clinic_id)
    resources = await run(RESOURCES, clinic_id)
    hours = _by_resource(await run(HOURS, clinic_id, first, last), _hours)
    closures = _by_resource(await run(CLOSURES, clinic_id, first, last), _closed)
    reach = (settle(datetime.combine(day, time()), zone) for day in (first, last + timedelta(days=1)))
    busy = {row["resource_id"]: _busy(row) for row in await run(BUSY, clinic_id, *reach, now, but_for)}
    supplies = tuple(
        Supply(
            row["id"],
            row["kind"],
            frozenset(json.loads(row["skills"])),
            hours.get(row["id"], ()),
            closures.get(row["id"], ()),
            busy.get(row["id"], ()),
        )
        for row in resources
    )
    lots = tuple(LotStock(**row) for row in await run(LOTS, clinic_id, first, last, now, but_for))
    return Stock(clinic_id, zone, first, last, now, supplies, lots)


async def _zone(clinic_id: int) -> str:
    rows = await run(ZONE, clinic_id)
    if not rows:
        raise NotFound
    return str(rows[0]["zone"])


def _by_resource(rows: Iterable[Record], read: Callable[[Record], Any]) -> Mapping[int, tuple[Any, ...]]:
    grouped: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row["resource_id"]].append(read(row))
    return {resource: tuple(values) for resource, values in grouped.items()}


def _hours(row: Record) -> Hours:
    return Hours(row["weekday"], row["opens"], row["closes"], row["from_day"], row["until_day"] or date.max)


def _closed(row: Record) -> Closed:
    return Closed(row["first_day"], row["last_day"], row["from_time"] or time(), row["to_time"] or time())


def _busy(row: Record) -> tuple[Period, ...]:
    return tuple(map(Period, row["starts"], row["ends"]))
