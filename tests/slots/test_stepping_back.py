"""The choices that a search gets wrong if it takes the first of everything: one small example of each."""

from datetime import UTC, date, datetime, time
from typing import Any

from booking.kit.times import settle
from booking.slots.grid import packed, tick
from booking.slots.hours import Hours
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.stock import LotStock, Stock, Supply
from booking.slots.windows import Wishes

DAY, LAST = date(2027, 3, 1), date(2027, 3, 5)
ZONE = "America/Antigua"
HOURS = tuple(Hours(day, time(8), time(17)) for day in range(7))
NOW = datetime(2027, 1, 12, 13, 0, tzinfo=UTC)
CELLS = {"product": "cells"}


def step(key: str, earliest: str, latest: str, **more: Any) -> dict[str, Any]:
    plain = {"key": key, "title": {}, "day": 0, "earliest": earliest, "latest": latest, "every": 60, "minutes": 60}
    return {**plain, **more}


def clinician(id_: int, *busy: tuple[int, int]) -> Supply:
    def at(hour: int) -> int:
        return tick(settle(datetime.combine(DAY, time(hour)), ZONE))

    taken = ((at(begin), at(end)) for begin, end in busy)
    return Supply(id_, "clinician", hours=HOURS, busy=packed(taken))


def lot(id_: int, first: int, last: int, free: int) -> LotStock:
    return LotStock(id_, "cells", DAY.replace(day=first), DAY.replace(day=last), free)


def chosen(
    steps: list[dict[str, Any]], *resources: Supply, lots: tuple[LotStock, ...] = (), now: datetime = NOW
) -> list[Any]:
    """For each step the hour and who, on the first day; empty if that day cannot be had."""
    stock = Stock(1, ZONE, DAY, LAST, now, resources, lots)
    found = windows(Protocol.parse({"steps": steps}), Wishes(), DAY, DAY, stock)
    return [(step.starts.hour, *step.resources) for window in found for step in window.steps]


ANYONE, SAME = [{"kind": "clinician"}], [{"kind": "clinician", "same_as": "a"}]


def test_who_is_gone_when_needed_again_is_not_chosen_the_first_time() -> None:
    steps = [step("a", "09:00", "09:00", needs=ANYONE), step("b", "08:00", "11:00", needs=SAME)]

    assert chosen(steps, clinician(1, (10, 17)), clinician(2)) == [(9, 2), (10, 2)]
    assert chosen(steps, clinician(1, (10, 17)), clinician(2, (8, 10))) == []


def test_a_step_whose_buffer_has_begun_is_gone_unless_nobody_is_needed_for_it() -> None:
    ten_to_nine = datetime(2027, 3, 1, 12, 50, tzinfo=UTC)
    visit = step("a", "09:00", "10:00", buffer_before=15)

    assert chosen([{**visit, "needs": ANYONE}], clinician(1), now=ten_to_nine) == [(10, 1)]
    assert chosen([visit], now=ten_to_nine) == [(9,)]


def test_a_day_is_looked_at_again_when_more_of_it_has_begun() -> None:
    visit = [step("a", "09:00", "11:00", needs=ANYONE)]

    assert [
        chosen(visit, clinician(1), now=datetime(2027, 3, 1, *at, tzinfo=UTC)) for at in ((12, 0), (13, 30), (14, 30))
    ] == [[(9, 1)], [(10, 1)], [(11, 1)]]


def test_a_buffer_keeps_the_only_one_from_the_next_step_but_not_the_patient_from_another() -> None:
    steps = [step("a", "09:00", "09:00", needs=ANYONE, buffer_after=30), step("b", "10:00", "10:00", needs=ANYONE)]

    assert chosen(steps, clinician(1)) == []
    assert chosen(steps, clinician(1), clinician(2)) == [(9, 1), (10, 2)]


def test_the_one_with_the_rarer_skill_is_left_for_the_need_that_asks_for_it() -> None:
    rare = Supply(1, "clinician", frozenset({"lumbar"}), HOURS)
    steps = [step("a", "09:00", "09:00", needs=[{"kind": "clinician"}, {"kind": "clinician", "skills": ["lumbar"]}])]

    assert chosen(steps, rare, clinician(2)) == [(9, 2, 1)]


def test_two_doses_are_two_doses() -> None:
    steps = [step("a", "09:00", "09:00", dose=CELLS), step("b", "10:00", "10:00", dose=CELLS)]

    assert chosen(steps, lots=(lot(1, 1, 5, 1),)) == []
    assert chosen(steps, lots=(lot(1, 1, 5, 2),)) == [(9,), (10,)]


def test_a_dose_that_expires_sooner_is_given_first_so_that_the_later_step_has_one() -> None:
    steps = [step("a", "09:00", "09:00", dose=CELLS), step("b", "10:00", "10:00", day=2, dose=CELLS)]

    assert chosen(steps, lots=(lot(1, 1, 5, 1), lot(2, 1, 1, 1))) == [(9,), (10,)]


def test_a_range_of_days_is_used_when_its_first_day_is_full() -> None:
    steps = [
        step("a", "09:00", "09:00"),
        step("b", "09:00", "09:00", day={"after": "a", "from": 0, "to": 2}, needs=ANYONE),
    ]

    assert chosen(steps, clinician(1)) == [(9,), (9, 1)]
