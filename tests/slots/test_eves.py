"""A chair that is made ready the evening before: dates are looked for with the days into which buffers reach back."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from booking.kit.db import execute
from booking.slots.hours import Closed, Hours
from booking.slots.load import stock_for
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.stock import Stock, Supply
from booking.slots.substitutes import other_ways
from booking.slots.windows import Wishes
from tests.slots.rows import FIRST, LAST, NOW, small_clinic

READY_THE_EVENING_BEFORE: dict[str, Any] = {
    "key": "visit", "title": {"en": "Visit"}, "day": 0, "earliest": "06:00", "latest": "06:00", "minutes": 60,
    "buffer_before": 12 * 60, "needs": [{"kind": "chair"}],
}  # fmt: skip
DAY = timedelta(days=1)
PROTOCOL = Protocol.parse({"steps": [READY_THE_EVENING_BEFORE]})


@pytest.mark.parametrize(
    ("earliest", "before", "days"),
    [("09:00", 30, 0), ("06:00", 12 * 60, 1), ("06:00", 48 * 60, 2), ("03:00", 3 * 60, 1)],
)
def test_a_protocol_reaches_back_into_the_days_before_its_first_step(earliest: str, before: int, days: int) -> None:
    # The last of them only on the night on which the clock jumps: three o'clock is two hours after midnight then.
    step = {**READY_THE_EVENING_BEFORE, "earliest": earliest, "latest": earliest, "buffer_before": before}
    second = {**step, "key": "second", "day": 1}

    assert Protocol.parse({"steps": [step]}).days_before == days
    assert Protocol.parse({"steps": [step, second]}).days_before == days


@pytest.mark.parametrize(
    ("earliest", "minutes", "before", "shut_out"),
    [("06:00", 60, 12 * 60, {10, 11}), ("20:00", 12 * 60, 0, {9, 10}), ("06:00", 60, 0, {10})],
)
def test_days_that_look_the_same_are_told_apart_by_the_day_before_or_after_that_the_step_reaches(
    earliest: str, minutes: int, before: int, shut_out: set[int]
) -> None:
    step = {**READY_THE_EVENING_BEFORE, "earliest": earliest, "latest": earliest, "minutes": minutes}
    protocol = Protocol.parse({"steps": [{**step, "buffer_before": before}]})
    always = tuple(Hours(day, time(), time()) for day in range(7))
    first, last = date(2027, 3, 5), date(2027, 3, 15)
    chair = Supply(1, "chair", hours=always, closures=(Closed(date(2027, 3, 10), date(2027, 3, 10)),))
    stock = Stock(1, "America/Antigua", first - DAY, last + DAY, NOW, (chair,))

    found = windows(protocol, Wishes(), first, last, stock)

    assert {window.start.day for window in found} == set(range(5, 16)) - shut_out


@pytest.mark.usefixtures("db")
async def test_the_first_day_asked_for_is_offered_as_it_is_among_others_and_its_chair_can_be_another() -> None:
    small = await small_clinic()
    await execute("UPDATE opening_hours SET opens = '00:00', closes = '00:00'")

    async def starts(first: int) -> list[int]:
        since = FIRST.replace(day=first)
        stock = await stock_for(small.clinic.id, PROTOCOL, since, LAST, NOW)
        return [window.start.day for window in windows(PROTOCOL, Wishes(), since, LAST, stock)]

    every = await starts(1)
    assert every == [1, 2, 3, 4, 5, 6, 7]
    assert [(await starts(day))[0] for day in every] == every

    stock = await stock_for(small.clinic.id, PROTOCOL, FIRST, FIRST, NOW)
    [window] = windows(PROTOCOL, Wishes(), FIRST, FIRST, stock)
    ways = [way async for way in other_ways(window, PROTOCOL, Wishes(), now=NOW)]
    assert {way.start for way in ways} == {FIRST}
