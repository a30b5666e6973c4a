"""A year of windows, loaded and searched, with much or little behind: the engine itself, without the web.

Before every look somebody books five more days, so that nothing can be answered from the look before.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from time import perf_counter
from typing import Any, Final

import asyncpg

from booking.database import Credentials, database, migrate
from booking.demo import postgres
from booking.kit.db import execute, run
from booking.programmes.models import Clinic
from booking.settings import DatabaseUrl
from booking.slots.load import load_stock
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.windows import Wishes
from tests.bench.figures import Figure, of_rounds

MEANS: Final = {
    "windows_100k": "a year of windows, 3 resources of each of 3 kinds, 100,000 bookings behind",
    "windows_1m": "the same with 1,000,000 bookings behind, beside 1,000",
    "windows_50": "the same with 50 resources of each kind",
}
NOW: Final = datetime(2027, 1, 12, 13, tzinfo=UTC)
FIRST: Final = date(2027, 1, 13)
LAST: Final = FIRST + timedelta(days=364)
KINDS: Final = ("clinician", "chair", "room")


def _step(key: str, day: int, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key, "title": {"en": key}, "day": day, "earliest": "09:00", "latest": "15:00", "minutes": 120,
        "buffer_after": 30, "needs": [{"kind": kind, **more}],
    }  # fmt: skip


PROTOCOL: Final = Protocol.parse(
    {
        "steps": [
            _step("visit", 0, "clinician"),
            _step("infusion", 1, "chair"),
            _step("rest", 2, "room"),
            _step("second-infusion", 3, "chair"),
            _step("last-visit", 4, "clinician", same_as="visit"),
        ]
    }
)

RESOURCES: Final = """
WITH made AS (
  INSERT INTO resource (clinic_id, kind, name, skills, is_active)
  SELECT $1, kind, kind || ' ' || n, '[]', true FROM unnest($2::text[]) AS kind, generate_series(1, $3) AS n
  RETURNING id
)
INSERT INTO opening_hours (resource_id, weekday, opens, closes, from_day, until_day)
SELECT id, weekday, '08:00', '18:00', '2020-01-01', NULL FROM made, generate_series(0, 6) AS weekday"""

# The year ahead: most mornings and some afternoons of each resource are taken.
AHEAD: Final = """
INSERT INTO claim (resource_id, booking_id, step, starts_at, ends_at)
SELECT r.id, -1, 'ahead', day + half.at, day + half.at + interval '150 min'
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM resource WHERE clinic_id = $1) AS r,
       generate_series($2::timestamptz, $2::timestamptz + interval '370 days', '1 day') WITH ORDINALITY AS days (day, d),
       (VALUES (1, interval '0 h', 3), (2, interval '5 h', 2)) AS half (which, at, share)
 WHERE (r.n * 7 + days.d * 3 + half.which * r.n * days.d) % 5 < half.share"""

# The past: five claims of each booking, none of which overlap.
BEHIND: Final = """
INSERT INTO claim (resource_id, booking_id, step, starts_at, ends_at)
SELECT r.ids[(ARRAY[0, 1, 2, 1, 0])[k] * $2 + n % $2 + 1], n, 'behind', at, at + interval '10 min'
  FROM (SELECT array_agg(id ORDER BY id) AS ids FROM resource WHERE clinic_id = $1) AS r,
       generate_series($3::int, $4::int) AS n, generate_series(1, 5) AS k,
       LATERAL (SELECT $5::timestamptz - ((n / $2) * 2 + k / 4 + 1) * interval '10 min' AS at)"""

ONE_MORE: Final = """
INSERT INTO claim (resource_id, booking_id, step, starts_at, ends_at)
SELECT r.ids[(ARRAY[0, 1, 2, 1, 0])[k] * $2 + $3 % $2 + 1], -2, 'more', at, at + interval '2 h'
  FROM (SELECT array_agg(id ORDER BY id) AS ids FROM resource WHERE clinic_id = $1) AS r, generate_series(1, 5) AS k,
       LATERAL (SELECT $4::timestamptz + ($3::int * 37 % 360 + k) * interval '1 day' + interval '150 min' AS at)"""


CONSTRAINTS: Final = "SELECT conname FROM pg_constraint WHERE conrelid = 'claim'::regclass AND contype IN ('f', 'x')"


async def measure(server: postgres.Running, bookings: tuple[int, int, int], rounds: int, looks: int) -> list[Figure]:
    """The figures with so many bookings behind, each in a database of its own; they are looked at in turn, round by round."""
    few, many, most = bookings
    took: defaultdict[int | str, list[float]] = defaultdict(list)
    credentials = DatabaseUrl.parse(server.url).credentials()
    small, large = await _filled(credentials, bookings)
    for _round in range(rounds):
        for behind in bookings:
            async with database(_of(credentials, behind)):
                took[behind].append(await _median(small, 3, looks))
                if behind == many:
                    took["fifty"].append(await _median(large, 50, looks))
    return [
        of_rounds("windows_100k", took[many], "ms"),
        of_rounds("windows_1m", took[most], "ms", took[few]),
        of_rounds("windows_50", took["fifty"], "ms"),
    ]


async def _filled(credentials: Credentials, bookings: tuple[int, ...]) -> tuple[int, int]:
    """A clinic with three resources of each kind and those bookings, and one with fifty; each database is made from the one before.

    For reading: without the constraints of claims, which only writing asks; with them it would take minutes.
    """
    for before, behind in pairwise((0, *bookings)):
        await _make(credentials, behind, f"TEMPLATE {_name(before)}" if before else "")
        if not before:
            await migrate(_of(credentials, behind))
        async with database(_of(credentials, behind)):
            if not before:
                small, large = await _clinics()
            await _bookings(small, 3, before + 1, behind)
    return small, large


def _name(bookings: int) -> str:
    return f"behind_{bookings}"


def _of(credentials: Credentials, bookings: int) -> Credentials:
    return {**credentials, "database": _name(bookings)}


async def _make(credentials: Credentials, bookings: int, options: str) -> None:
    line = await asyncpg.connect(**credentials)
    await line.execute(f"CREATE DATABASE {_name(bookings)} {options}")
    await line.close()


async def _clinics() -> tuple[int, int]:
    for row in await run(CONSTRAINTS):
        await execute(f'ALTER TABLE claim DROP CONSTRAINT "{row["conname"]}"')
    return await _clinic(3), await _clinic(50)


async def _clinic(of_each: int) -> int:
    clinic = await Clinic.create(
        slug=f"clinic-{of_each}", name="A clinic", address={}, zone="America/Antigua", currency="USD", languages=["en"],
        airport="ANU", phone="+12684600000", email="clinic@example.org",
    )  # fmt: skip
    await execute(RESOURCES, clinic.id, list(KINDS), of_each)
    await execute(AHEAD, clinic.id, NOW)
    return int(clinic.id)


async def _bookings(clinic_id: int, of_each: int, first: int, last: int) -> None:
    await execute(BEHIND, clinic_id, of_each, first, last, NOW - timedelta(days=1))
    await execute("VACUUM ANALYZE claim")  # as autovacuum does: the index is read alone only where it has been


async def _median(clinic_id: int, of_each: int, looks: int) -> float:
    """Of so many looks after one that is not counted: it opens the connection."""
    took = []
    for look in range(looks + 1):
        await execute(ONE_MORE, clinic_id, of_each, look, NOW)
        begun = perf_counter()
        stock = await load_stock(clinic_id, FIRST, LAST + timedelta(days=PROTOCOL.days), NOW)
        found = windows(PROTOCOL, Wishes(), FIRST, LAST, stock)
        took.append((perf_counter() - begun) * 1000)
        if not found:
            raise RuntimeError("a clinic without a single date measures nothing")
    return median(took[1:])
