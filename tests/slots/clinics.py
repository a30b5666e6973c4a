"""Small, crowded clinics and awkward protocols for Hypothesis: every choice that a search could get wrong comes up often.

All of it happens within a few half hours of a few days, so that buffers meet, continuity binds and doses run out.
"""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from booking.kit.times import settle
from booking.slots.grid import packed, tick
from booking.slots.hours import Closed, Hours
from booking.slots.stock import LotStock, Stock, Supply
from booking.slots.windows import Wishes

# An ordinary stretch, nights on which clocks jump and fall back, a zone that moves by half an hour, one at midnight.
STRETCHES = (
    ("America/Antigua", date(2027, 3, 8)),
    ("America/New_York", date(2027, 3, 13)),
    ("America/New_York", date(2027, 11, 6)),
    ("Australia/Lord_Howe", date(2027, 4, 3)),
    ("Australia/Lord_Howe", date(2027, 10, 2)),
    ("America/Havana", date(2027, 3, 13)),
    ("America/Havana", date(2027, 11, 6)),
)
KINDS = ("clinician", "chair")
DAYS = 4
# The half hours in which everything is planned: by night, where clocks change, or by day.
BANDS = {time(0, 30): 9, time(9): 9}
HALF_HOUR = 6


def how_many(usual: int) -> int:
    """How many clinics a test is tried on: `make oracle` asks for more than a test run has time for."""
    return int(os.environ.get("LEEWARD_CLINICS", usual))


def some(*choices: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(choices)


@st.composite
def needs(draw: st.DrawFn, earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    drawn = []
    for kind in draw(some(KINDS[:1], KINDS[:1], KINDS, ())):
        need: dict[str, Any] = {"kind": kind, "count": draw(some(1, 1, 1, 2)), "skills": draw(some([], [], ["deep"]))}
        there = [s["key"] for s in earlier for n in s["needs"] if n["kind"] == kind and n["count"] >= need["count"]]
        if there and draw(some(True, True, False)):
            need["same_as"] = draw(st.sampled_from(there))
        drawn.append(need)
    if draw(st.integers(0, 7)) == 7:
        drawn.append({"kind": "interpreter", "if_wished": True})
    return drawn


@st.composite
def steps(draw: st.DrawFn, band: time) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = []
    for n in range(draw(some(1, 2, 3, 3))):
        earliest = band.hour * 60 + band.minute + 30 * draw(st.integers(0, 4))
        latest = earliest + 30 * draw(st.integers(0, 3))
        step: dict[str, Any] = {
            "key": f"step-{n}",
            "title": {"en": "A step"},
            "day": 0 if n == 0 else draw(offsets([s["key"] for s in drawn])),
            "earliest": f"{time(*divmod(earliest, 60)):%H:%M}",
            "latest": f"{time(*divmod(latest, 60)):%H:%M}",
            "minutes": draw(some(30, 60, 30, 60, 30, 60, 23 * 60)),
            "buffer_before": draw(some(0, 0, 0, 30, 30, 60, 26 * 60)),
            "buffer_after": draw(some(0, 0, 0, 30, 30, 23 * 60)),
            "rest_after": draw(some(0, 0, 30)),
            "needs": draw(needs(drawn)),
        }
        if draw(st.integers(0, 4)) == 4:
            step["dose"] = {"product": "cells", "count": draw(some(1, 1, 2))}
        drawn.append(step)
    return drawn


def offsets(earlier: list[str]) -> st.SearchStrategy[Any]:
    ranges = some((0, 0), (0, 1), (1, 1), (1, 2))
    return (
        some(0, 0, 1)
        | ranges.map(lambda r: {"from": r[0], "to": r[1]})
        | st.builds(lambda r, after: {"from": r[0], "to": r[1], "after": after}, ranges, st.sampled_from(earlier))
    )


@st.composite
def supplies(draw: st.DrawFn, id_: int, kind: str, at: tuple[str, date, time]) -> Supply:
    zone, first, band = at
    opens, closes = draw(some((time(), time()), (time(), time()), (time(2, 30), time(11)), (time(1), time(10, 30))))
    days = draw(some(range(7), range(7), (0, 1, 2, 4, 5, 6)))
    closures = draw(
        st.lists(
            st.builds(
                lambda n, hours: Closed(first + timedelta(days=n), first + timedelta(days=n), *hours),
                st.integers(0, DAYS),
                some((), (time(9), time(9, 40))),
            ),
            max_size=1,
        )
    )
    skills = draw(some(frozenset({"deep"}), frozenset({"deep"}), frozenset()))
    busy = tuple(period for n in range(DAYS) for period in draw(crowds(zone, first + timedelta(days=n), band)))
    hours = tuple(Hours(day, opens, closes) for day in days)
    if draw(st.integers(0, 3)) == 3:
        hours = changed(hours, first + timedelta(days=draw(st.integers(1, DAYS))))
    return Supply(id_, kind, skills, hours, tuple(closures), packed(busy))


def changed(hours: tuple[Hours, ...], day: date) -> tuple[Hours, ...]:
    """The same hours until the day before; from that day on nobody is there before ten."""
    until = (one._replace(until_day=day - timedelta(days=1)) for one in hours)
    after = (one._replace(opens=time(10), from_day=day) for one in hours)
    return (*until, *after)


@st.composite
def crowds(draw: st.DrawFn, zone: str, day: date, band: time) -> list[tuple[int, int]]:
    """Half hours of one day that are claimed already, each with a chance of one in four."""
    first = tick(settle(datetime.combine(day, band), zone))
    taken = draw(st.integers(0, 2 ** BANDS[band] - 1)) & draw(st.integers(0, 2 ** BANDS[band] - 1))
    starts = (first + HALF_HOUR * n for n in range(BANDS[band]) if taken >> n & 1)
    return [(start, start + HALF_HOUR) for start in starts]


@st.composite
def stocks(draw: st.DrawFn, band: time) -> Stock:
    zone, first = draw(st.sampled_from(STRETCHES))
    now = datetime(first.year, first.month, first.day, draw(some(0, 0, 5, 9, 14)), 3, tzinfo=UTC)
    kinds = ["clinician"] * draw(some(1, 2, 2, 3)) + ["chair"] * draw(some(1, 2)) + ["interpreter"] * draw(some(0, 1))
    resources = tuple(draw(supplies(n, kind, (zone, first, band))) for n, kind in enumerate(kinds))
    if draw(st.integers(0, 3)) == 3:
        holiday = first + timedelta(days=draw(st.integers(1, DAYS)))
        resources = tuple(shut(one, holiday) for one in resources)
    lots = draw(st.lists(st.tuples(st.integers(0, DAYS), st.integers(0, 3), st.integers(0, 3)), max_size=3))
    stretch = first, first + timedelta(days=DAYS)
    return Stock(1, zone, *stretch, now, resources, tuple(lot(first, n, *told) for n, told in enumerate(lots)))


def shut(supply: Supply, day: date) -> Supply:
    """The same, on a day on which the whole clinic is closed."""
    return replace(supply, closures=(*supply.closures, Closed(day, day)))


def lot(first: date, id_: int, start: int, length: int, free: int) -> LotStock:
    usable_from = first + timedelta(days=start)
    return LotStock(id_, "cells", usable_from, usable_from + timedelta(days=length), free)


@st.composite
def wishes(draw: st.DrawFn, first: date) -> Wishes:
    if draw(some(True, True, False)):
        return Wishes()
    return Wishes(
        not_before=first + timedelta(days=1),
        not_after=first + timedelta(days=3),
        not_on=frozenset({first + timedelta(days=2)}),
        skills=draw(some({}, {"chair": frozenset({"deep"})}, {"interpreter": frozenset({"deep"})})),
    )
