from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.slots.grid import Period, tick
from booking.slots.hours import Closed, Hours
from booking.slots.protocol import Protocol
from booking.slots.search import same_times, windows
from booking.slots.stock import LotStock, Stock, Supply
from booking.slots.windows import Wishes
from tests.slots import oracle

# Stretches of a few days: an ordinary one, the nights on which clocks jump and fall back, a zone that moves by half
# an hour, one that changes at midnight.
STRETCHES = (
    ("America/Antigua", date(2027, 3, 8)),
    ("America/New_York", date(2027, 3, 12)),
    ("America/New_York", date(2027, 11, 5)),
    ("Australia/Lord_Howe", date(2027, 4, 2)),
    ("Australia/Lord_Howe", date(2027, 10, 1)),
    ("America/Havana", date(2027, 3, 12)),
    ("America/Havana", date(2027, 11, 5)),
)
KINDS = ("clinician", "chair")
SPAN = 6


def minutes(*choices: int) -> st.SearchStrategy[int]:
    return st.sampled_from(choices)


@st.composite
def needs(draw: st.DrawFn, earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    drawn = []
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=2, unique=True)):
        need = {"kind": kind, "count": draw(minutes(1, 1, 1, 2)), "skills": draw(st.sampled_from([[], [], ["deep"]]))}
        there = [s["key"] for s in earlier for n in s["needs"] if n["kind"] == kind and n["count"] >= need["count"]]
        if there and draw(st.booleans()):
            need["same_as"] = draw(st.sampled_from(there))
        drawn.append(need)
    return drawn


@st.composite
def steps(draw: st.DrawFn) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = []
    for n in range(draw(st.integers(1, 3))):
        earliest = draw(st.sampled_from(["00:30", "02:00", "09:00"]))
        step: dict[str, Any] = {
            "key": f"step-{n}",
            "title": {"en": "A step"},
            "day": 0 if n == 0 else draw(offsets([s["key"] for s in drawn])),
            "earliest": earliest,
            "latest": earliest[:3] + draw(st.sampled_from(["30", "45"]))
            if earliest[3:] == "30"
            else "03:30"
            if earliest == "02:00"
            else "10:00",
            "every": draw(minutes(15, 30)),
            "minutes": draw(minutes(15, 60, 90)),
            "buffer_before": draw(minutes(0, 0, 30)),
            "buffer_after": draw(minutes(0, 0, 30)),
            "rest_after": draw(minutes(0, 0, 15, 60)),
            "needs": draw(needs(drawn)),
        }
        if draw(st.integers(0, 4)) == 4:
            step["dose"] = {"product": "cells", "count": draw(minutes(1, 1, 2))}
        drawn.append(step)
    return drawn


def offsets(earlier: list[str]) -> st.SearchStrategy[Any]:
    ranges = st.sampled_from([(0, 0), (0, 1), (1, 1), (1, 2)])
    anchored = st.sampled_from(earlier)
    return (
        st.integers(0, 2)
        | ranges.map(lambda r: {"from": r[0], "to": r[1]})
        | st.builds(lambda r, after: {"from": r[0], "to": r[1], "after": after}, ranges, anchored)
    )


@st.composite
def supplies(draw: st.DrawFn, id_: int, first: date) -> Supply:
    opens, closes = draw(
        st.sampled_from([(time(0), time(0)), (time(0), time(0)), (time(2, 30), time(11)), (time(1), time(10, 30))])
    )
    days = draw(st.sampled_from([range(7), range(7), (0, 1, 2, 4, 5, 6)]))
    midnight = tick(datetime(first.year, first.month, first.day, tzinfo=UTC))
    busy = draw(
        st.lists(
            st.builds(
                lambda a, n: Period(midnight + a, midnight + a + n),
                st.integers(0, SPAN * 288),
                st.sampled_from([6, 30, 288]),
            ),
            max_size=3,
        )
    )
    closed = draw(
        st.lists(
            st.builds(
                lambda n, hours: Closed(first + timedelta(days=n), first + timedelta(days=n), *hours),
                st.integers(0, SPAN),
                st.sampled_from([(), (time(9), time(9, 40))]),
            ),
            max_size=2,
        )
    )
    skills = draw(st.sampled_from([frozenset({"deep"}), frozenset({"deep"}), frozenset()]))
    return Supply(
        id_, KINDS[id_ % 2], skills, tuple(Hours(day, opens, closes) for day in days), tuple(closed), tuple(busy)
    )


@st.composite
def stocks(draw: st.DrawFn) -> Stock:
    zone, first = draw(st.sampled_from(STRETCHES))
    now = datetime(first.year, first.month, first.day, draw(st.sampled_from([0, 9])), 3, tzinfo=UTC)
    resources = tuple(draw(supplies(n, first)) for n in range(draw(st.integers(3, 6))))
    lots = draw(st.lists(st.tuples(st.integers(0, SPAN), st.integers(0, 3), st.integers(0, 3)), max_size=3))
    return Stock(
        1,
        zone,
        first,
        first + timedelta(days=SPAN),
        now,
        resources,
        tuple(
            LotStock(n, "cells", first + timedelta(days=day), first + timedelta(days=day + more), free)
            for n, (day, more, free) in enumerate(lots)
        ),
    )


@st.composite
def wishes(draw: st.DrawFn, first: date) -> Wishes:
    if draw(st.booleans()):
        return Wishes()
    return Wishes(
        not_before=first + timedelta(days=1),
        not_after=first + timedelta(days=4),
        not_on=frozenset({first + timedelta(days=2)}),
        skills=draw(st.sampled_from([{}, {"chair": frozenset({"deep"})}])),
    )


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_windows_are_exactly_the_dates_that_brute_force_finds_and_every_assignment_is_valid(
    data: st.DataObject,
) -> None:
    protocol = Protocol.parse({"steps": data.draw(steps())})
    stock = data.draw(stocks())
    wished = data.draw(wishes(stock.first))

    found = windows(protocol, wished, stock.first, stock.last, stock)

    assert [window.start for window in found] == oracle.dates(protocol, wished, stock.first, stock.last, stock)
    for window in found:
        assert oracle.fault(wished.applied(protocol), wished, stock, window.start, window.steps) == ""
        assert same_times(protocol, window, wished, stock) == window
