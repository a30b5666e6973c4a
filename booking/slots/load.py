"""A clinic's stock, read from the database: one statement, however much there is."""

import json
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from struct import Struct
from typing import Final

from booking.kit.db import Record, run
from booking.kit.errors import NotFound
from booking.slots.grid import GRAIN, packed, tick
from booking.slots.hours import Closed, Hours
from booking.slots.protocol import Protocol
from booking.slots.stock import LotStock, Stock, Supply

# One row for each resource, and for a clinic without any one row all the same; the lots, and the days
# on which the whole clinic is closed, come with the first of them.
# What a resource has is told as one value each: a hundred thousand rows would cost more to read than the whole search.
# A claim that has lapsed is as good as gone (G3). Claims of one resource end in the order in which they start, and that
# is the order of the index, which has all that is asked of them; only `but_for` makes it look at the rows themselves.
STOCK: Final = """
SELECT k.zone, r.id, r.kind, r.skills::text AS skills, hours.told AS hours, closures.told AS closures, busy.starts, busy.ends,
       CASE WHEN row_number() OVER (ORDER BY r.id) = 1 THEN (
         SELECT json_agg(json_build_array(lot.id, product, usable_from, usable_until, free) ORDER BY usable_until, lot.id)
           FROM (SELECT l.*, (SELECT count(*) FROM dose d
                               WHERE d.lot_id = l.id AND (d.booking_id IS NULL OR d.lapses_at <= $6 {or_of_the_moved})) AS free
                   FROM lot l
                  WHERE l.clinic_id = $1 AND l.state = 'released' AND l.usable_from <= $3 AND l.usable_until >= $2) AS lot
       ) END::text AS lots,
       CASE WHEN row_number() OVER (ORDER BY r.id) = 1 THEN (
         SELECT json_agg(day ORDER BY day) FROM holiday
          WHERE clinic_id = $1 AND day BETWEEN $2 AND $3 AND NOT is_open
       ) END::text AS shut
  FROM clinic k
  LEFT JOIN resource r ON r.clinic_id = k.id AND r.is_active
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(weekday, opens, closes, from_day, until_day) ORDER BY weekday, opens, id)::text AS told
      FROM opening_hours WHERE resource_id = r.id AND from_day <= $3 AND coalesce(until_day, $2) >= $2) AS hours ON true
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_array(first_day, last_day, from_time, to_time) ORDER BY first_day, id)::text AS told
      FROM closure WHERE resource_id = r.id AND first_day <= $3 AND last_day >= $2) AS closures ON true
  LEFT JOIN LATERAL (
    SELECT array_send(array_agg(starts_at)) AS starts, array_send(array_agg(ends_at)) AS ends
      FROM (SELECT starts_at, ends_at FROM claim c
             WHERE c.resource_id = r.id AND c.ends_at > $4 AND c.starts_at < $5
               AND (c.lapses_at IS NULL OR c.lapses_at > $6) {but_for_the_moved}
             ORDER BY c.ends_at) AS claimed) AS busy ON true
 WHERE k.id = $1
 ORDER BY r.id"""
FOR_ANYONE: Final = STOCK.format(or_of_the_moved="", but_for_the_moved="")
FOR_THE_MOVED: Final = STOCK.format(
    or_of_the_moved="OR d.booking_id = $7", but_for_the_moved="AND c.booking_id IS DISTINCT FROM $7"
)

HEADER: Final = 20
INSTANT: Final = Struct(">iq")
TICK: Final = GRAIN * 60 * 1_000_000
Y2K: Final = tick(datetime(2000, 1, 1, tzinfo=UTC))

# Local days lie within this much of the same days in UTC; what reaches beyond them does no harm.
ZONES: Final = timedelta(days=1)


async def load_stock(clinic_id: int, first: date, last: date, now: datetime, *, but_for: int | None = None) -> Stock:
    """What the clinic has from first to last, lapsed holds being free. Raises NotFound.

    `but_for` is a booking whose own claims and doses count as free: the one that is being moved.
    """
    reach = _midnight(first) - ZONES, _midnight(last + timedelta(days=1)) + ZONES
    asked = clinic_id, first, last, *reach, now
    rows = await (run(FOR_ANYONE, *asked) if but_for is None else run(FOR_THE_MOVED, *asked, but_for))
    if not rows:
        raise NotFound
    supplies = tuple(_supply(row, rows[0]["shut"]) for row in rows if row["id"] is not None)
    return Stock(clinic_id, rows[0]["zone"], first, last, now, supplies, _lots(rows[0]["lots"]))


async def stock_for(
    clinic_id: int, protocol: Protocol, first: date, last: date, now: datetime, *, but_for: int | None = None
) -> Stock:
    """All of the stock that the protocol can ask for if it starts from first to last: the days into which its steps and their buffers reach."""
    reach = first - timedelta(days=protocol.days_before), last + timedelta(days=protocol.days)
    return await load_stock(clinic_id, *reach, now, but_for=but_for)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _supply(row: Record, shut: str | None) -> Supply:
    return Supply(
        row["id"],
        row["kind"],
        _skills(row["skills"]),
        _hours(row["hours"]),
        _closures(row["closures"], shut),
        _busy(row["starts"], row["ends"]),
    )


# Read once for each text that there is: most resources of a clinic share a few, today and on every request.
@lru_cache(maxsize=1024)
def _skills(told: str) -> frozenset[str]:
    return frozenset(json.loads(told))


@lru_cache(maxsize=1024)
def _hours(told: str | None) -> tuple[Hours, ...]:
    rows = json.loads(told) if told else ()
    return tuple(
        Hours(weekday, _clock(opens), _clock(closes), _day(from_day), _day(until_day) if until_day else date.max)
        for weekday, opens, closes, from_day, until_day in rows
    )


@lru_cache(maxsize=1024)
def _closures(told: str | None, shut: str | None) -> tuple[Closed, ...]:
    """A resource's own closures, and those of the whole clinic."""
    rows = json.loads(told) if told else ()
    own = (Closed(_day(first), _day(last), _clock(begin), _clock(end)) for first, last, begin, end in rows)
    return (*own, *_shut(shut))


@lru_cache(maxsize=64)
def _shut(told: str | None) -> tuple[Closed, ...]:
    """Days that follow one another are one closure: the fewer there are, the sooner they are compared."""
    stretches: list[tuple[date, date]] = []
    for day in map(_day, json.loads(told) if told else ()):
        if stretches and day == stretches[-1][1] + timedelta(days=1):
            stretches[-1] = stretches[-1][0], day
        else:
            stretches.append((day, day))
    return tuple(Closed(first, last) for first, last in stretches)


@lru_cache(maxsize=1024)
def _busy(starts: bytes | None, ends: bytes | None) -> bytes:
    """Ticks from two arrays as PostgreSQL sends them: a header, then each instant's length and its microseconds since 2000."""
    if starts is None or ends is None:
        return b""
    begin = (at // TICK for _length, at in INSTANT.iter_unpack(memoryview(starts)[HEADER:]))
    end = (-(-at // TICK) for _length, at in INSTANT.iter_unpack(memoryview(ends)[HEADER:]))
    return packed((first + Y2K, last + Y2K) for first, last in zip(begin, end, strict=True))


@lru_cache(maxsize=1024)
def _lots(told: str | None) -> tuple[LotStock, ...]:
    rows = json.loads(told) if told else ()
    return tuple(LotStock(id_, product, _day(start), _day(end), free) for id_, product, start, end, free in rows)


def _day(told: str) -> date:
    return date.fromisoformat(told)


def _clock(told: str | None) -> time:
    return time.fromisoformat(told) if told else time()
