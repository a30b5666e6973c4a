from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from booking.bookings.models import BookingStatus
from booking.kit.errors import Invalid, NotFound
from booking.slots.claims import take
from booking.slots.closures import Closing, Kept, Touched, add, closures_of, opening_hours, remove, touched_by
from booking.slots.models import Closure, Resource
from tests.slots.rows import HOUR, NOW, booking, days, free, small_clinic

pytestmark = pytest.mark.usefixtures("db")
DAY = timedelta(days=1)
TODAY = date(2027, 1, 12)


async def test_a_closure_takes_its_days_from_the_dates_at_once_and_gives_them_back() -> None:
    small = await small_clinic(chairs=1)
    before = days(await free(small))

    await add(small.clinic.id, Closing(small.chairs[0].id, date(2027, 2, 1), date(2027, 2, 7), reason="Service"))
    [kept] = await closures_of(small.clinic.id, TODAY, now=NOW)

    assert await free(small) == []
    await remove(small.clinic.id, kept.id)
    assert days(await free(small)) == before


async def test_a_closure_names_every_claim_it_touches_before_and_after_it_is_kept() -> None:
    small = await small_clinic(chairs=1)
    window = (await free(small))[0]
    mine = await booking(small, window, BookingStatus.CONFIRMED)
    await take(window, mine.id, now=NOW, lapses_at=None)
    starts, ends = window.period(window.steps[1])
    chair = small.chairs[0].id
    there = Touched(mine.code, "infusion", starts - timedelta(minutes=15), ends, None)
    closing = Closing(chair, window.end, window.end + DAY, reason="Service")

    assert await touched_by(small.clinic.id, closing, now=NOW) == [there]
    await add(small.clinic.id, closing)
    [kept] = await closures_of(small.clinic.id, TODAY, now=NOW)
    assert kept == Kept(kept.id, "chair 1", closing, (there,))


async def test_a_closure_beside_the_claim_another_resource_s_or_a_lapsed_hold_is_not_touched() -> None:
    small = await small_clinic(chairs=2)
    window = (await free(small))[0]
    mine = await booking(small, window)
    await take(window, mine.id, now=NOW, lapses_at=NOW + HOUR)
    chair, other = (resource.id for resource in small.chairs)
    day = window.end

    async def touched(closing: Closing, now: datetime = NOW) -> int:
        return len(await touched_by(small.clinic.id, closing, now=now))

    assert await touched(Closing(chair, day, day)) == 1
    assert await touched(Closing(chair, day, day, time(6), time(8, 45))) == 0
    assert await touched(Closing(chair, day, day, time(6), time(8, 50))) == 1
    assert await touched(Closing(chair, day, day, time(8), time())) == 1
    assert await touched(Closing(chair, day - DAY, day - DAY)) == 0
    assert await touched(Closing(other, day, day)) == 0
    # One that has just lapsed may be paid for by someone whose moment is a little earlier.
    assert await touched(Closing(chair, day, day), NOW + HOUR + timedelta(seconds=59)) == 1
    assert await touched(Closing(chair, day, day), NOW + HOUR + timedelta(minutes=1)) == 0


@pytest.mark.parametrize(
    ("days_and_times", "wrong"),
    [
        ((date(2027, 2, 2), date(2027, 2, 1), None, None), {"last_day"}),
        ((date(2027, 2, 1), date(2027, 2, 1), time(9), None), {"to_time"}),
        ((date(2027, 2, 1), date(2027, 2, 1), time(9), time(9)), {"to_time"}),
    ],
)
async def test_a_closure_that_cannot_be_is_refused_beside_its_field(
    days_and_times: tuple[Any, ...], wrong: set[str]
) -> None:
    small = await small_clinic()

    with pytest.raises(Invalid) as refused:
        await add(small.clinic.id, Closing(small.chairs[0].id, *days_and_times))

    assert set(refused.value.errors) == wrong


async def test_another_clinic_s_resources_and_closures_are_not_there() -> None:
    here, there = await small_clinic(), await small_clinic()
    closure = await Closure.create(resource_id=there.chairs[0].id, first_day=TODAY, last_day=TODAY)

    with pytest.raises(NotFound):
        await add(here.clinic.id, Closing(there.chairs[0].id, TODAY, TODAY))
    with pytest.raises(NotFound):
        await remove(here.clinic.id, closure.id)
    assert await closures_of(here.clinic.id, TODAY, now=NOW) == []
    assert await touched_by(here.clinic.id, Closing(there.chairs[0].id, TODAY, TODAY), now=NOW) == []


async def test_opening_hours_are_told_in_the_order_of_the_week() -> None:
    small = await small_clinic(chairs=1)

    hours = await opening_hours(small.clinic.id, TODAY)

    assert set(hours) == {resource.id for resource in await Resource.filter(clinic_id=small.clinic.id)}
    week = [(each.weekday, each.opens, each.closes) for each in hours[small.chairs[0].id]]
    assert week == [(day, time(8), time(17)) for day in range(7)]
