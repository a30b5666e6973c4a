import asyncio
from datetime import datetime, timedelta

import pytest

from booking.accounts.viewers import SYSTEM
from booking.bookings import booking as bookings
from booking.bookings.dates import move_dates
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import NEXT, OtherDatesHeld, move
from booking.documents import keys
from booking.kit.db import run, transaction
from booking.kit.errors import MovedMeanwhile, WrongMoment
from tests.bookings.held import a_hold
from tests.consultations.cast import Cast, a_request, the_cast

HOUR = timedelta(hours=1)


async def a_booking(cast: Cast, now: datetime, *ways: BookingStatus) -> Booking:
    booking = await a_hold(await a_request(cast, now), now, by=cast.alice_views)
    for to in ways:
        await move(booking, to, by=SYSTEM, now=now)
    return booking


async def told(booking: Booking) -> list[str]:
    return [event.status.value for event in await bookings.story(booking)]


@pytest.mark.parametrize(
    "ways",
    [
        (BookingStatus.CONFIRMED, BookingStatus.COMPLETED),
        (BookingStatus.CONFIRMED, BookingStatus.CANCELLED),
        (BookingStatus.CANCELLED,),
        (BookingStatus.LAPSED, BookingStatus.CONFIRMED),
        (BookingStatus.LAPSED, BookingStatus.REFUND_DUE, BookingStatus.CANCELLED),
    ],
)
async def test_a_booking_goes_its_ways(ways: tuple[BookingStatus, ...], cast: Cast, now: datetime) -> None:
    booking = await a_booking(cast, now, *ways)

    assert await told(booking) == ["held", *(to.value for to in ways)]
    assert (await Booking.get(id=booking.id)).status is ways[-1]


async def test_cancelled_is_final_and_so_is_completed(cast: Cast, now: datetime) -> None:
    cancelled = await a_booking(cast, now, BookingStatus.CANCELLED)
    completed = await a_booking(cast, now, BookingStatus.CONFIRMED, BookingStatus.COMPLETED)

    for booking in (cancelled, completed):
        for to in BookingStatus:
            with pytest.raises(WrongMoment):
                await move(booking, to, by=SYSTEM, now=now)


async def test_who_saw_an_older_state_is_refused_and_leaves_no_event(cast: Cast, now: datetime) -> None:
    booking = await a_booking(cast, now)
    stale = await Booking.get(id=booking.id)
    await move(booking, BookingStatus.CONFIRMED, by=SYSTEM, now=now)

    with pytest.raises(MovedMeanwhile):
        await move(stale, BookingStatus.CANCELLED, by=SYSTEM, now=now)

    assert await told(booking) == ["held", "confirmed"]


async def test_a_lapsed_booking_does_not_come_back_beside_another_live_one(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    late = await a_hold(case, now, by=cast.alice_views)
    await a_hold(case, now + HOUR, by=cast.alice_views)
    late = await Booking.get(id=late.id)

    with pytest.raises(OtherDatesHeld):
        await move(late, BookingStatus.CONFIRMED, by=SYSTEM, now=now + HOUR)
    await move(late, BookingStatus.REFUND_DUE, by=SYSTEM, now=now + HOUR)

    assert await told(late) == ["held", "lapsed", "refund_due"]


async def test_dates_move_under_the_same_code_and_the_calendar_counts_up(cast: Cast, now: datetime) -> None:
    booking = await a_booking(cast, now, BookingStatus.CONFIRMED)
    later = booking.starts_at + timedelta(days=7)

    await move_dates(
        booking, {"start": "2027-02-18"}, starts_at=later, ends_at=later + HOUR, by=cast.cora_views, now=now
    )

    kept = await Booking.get(code=booking.code)
    assert (kept.starts_at, kept.window, kept.calendar_sequence) == (later, {"start": "2027-02-18"}, 2)
    assert await told(booking) == ["held", "confirmed", "confirmed"]


async def test_of_two_who_move_the_dates_the_one_who_saw_older_ones_is_refused(cast: Cast, now: datetime) -> None:
    booking = await a_booking(cast, now, BookingStatus.CONFIRMED)
    stale = await Booking.get(id=booking.id)
    week = timedelta(days=7)

    async def put(seen: Booking, by: timedelta) -> None:
        starts, ends = seen.starts_at + by, seen.ends_at + by
        await move_dates(seen, {}, starts_at=starts, ends_at=ends, by=cast.cora_views, now=now)

    await put(booking, week)

    with pytest.raises(MovedMeanwhile):
        await put(stale, -week)
    await move(booking, BookingStatus.CANCELLED, by=SYSTEM, now=now)
    with pytest.raises(MovedMeanwhile):
        await put(booking, -week)


def test_every_status_says_what_may_follow_it() -> None:
    assert set(NEXT) == set(BookingStatus)
    assert set().union(*NEXT.values()) == set(BookingStatus) - {BookingStatus.HELD}


async def test_of_a_confirmation_and_a_cancellation_at_once_one_wins(clean_db: None, now: datetime) -> None:
    keys.use_secret("a secret that only tests have, long enough to be one")
    cast = await the_cast(now)
    booking = await a_booking(cast, now)

    async def moved(to: BookingStatus) -> str:
        mine = await Booking.get(id=booking.id)
        try:
            async with transaction():
                await move(mine, to, by=SYSTEM, now=now)
        except (MovedMeanwhile, WrongMoment):
            return "refused"
        return "moved"

    answers = await asyncio.gather(*(moved(to) for to in (BookingStatus.CONFIRMED, BookingStatus.CANCELLED) * 4))

    story = await told(booking)
    assert story in (["held", "cancelled"], ["held", "confirmed"], ["held", "confirmed", "cancelled"])
    assert answers.count("moved") == len(story) - 1


async def test_of_many_holds_of_one_case_at_once_one_is_opened(clean_db: None, now: datetime) -> None:
    keys.use_secret("a secret that only tests have, long enough to be one")
    cast = await the_cast(now)
    case = await a_request(cast, now)

    async def hold() -> str:
        try:
            async with transaction():
                await a_hold(case, now, by=cast.alice_views)
        except OtherDatesHeld:
            return "refused"
        return "held"

    answers = await asyncio.gather(*(hold() for _ in range(8)))

    assert sorted(answers) == ["held"] + ["refused"] * 7
    assert await Booking.all().count() == 1


async def test_a_hold_does_not_meet_the_lapsed_one_that_the_worker_is_just_sweeping(
    clean_db: None, now: datetime
) -> None:
    keys.use_secret("a secret that only tests have, long enough to be one")
    cast = await the_cast(now)
    late = await a_booking(cast, now)
    sweeping = asyncio.Event()

    async def holds() -> Booking:
        await sweeping.wait()
        async with transaction():
            return await a_hold(await late.case, now + HOUR, by=cast.alice_views)

    held = asyncio.create_task(holds())
    async with transaction():
        late = await bookings.locked(late.id)
        sweeping.set()
        while not await run("SELECT FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.01)
        await move(late, BookingStatus.LAPSED, by=SYSTEM, now=now + HOUR)

    assert await told(await held) == ["held"]
    assert await told(late) == ["held", "lapsed"]
