from datetime import datetime, timedelta

import pytest

from booking.accounts.viewers import ANONYMOUS
from booking.bookings import booking as bookings
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import OtherDatesHeld, move
from booking.kit.errors import NotFound
from tests.bookings.held import a_hold
from tests.consultations.cast import Cast, a_request, helped_by_bob

HOUR = timedelta(hours=1)


async def test_a_booking_is_seen_by_its_patient_their_supporter_its_clinic_and_the_partner_that_made_its_case(
    cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now, cast.partner_views)
    held = await a_hold(case, now, by=cast.alice_views)

    for viewer in (
        cast.alice_views,
        await helped_by_bob(case, cast, now),
        cast.cora_views,
        cast.dana_views,
        cast.partner_views,
    ):
        assert (await bookings.get(viewer, held.code)).case.code == case.code
    for stranger in (cast.charlie_views, cast.bob_views, cast.cleo_views, cast.other_partner_views, ANONYMOUS):
        assert await bookings.visible_to(stranger) == []
        with pytest.raises(NotFound):
            await bookings.get(stranger, held.code)


async def test_a_hold_lapses_by_itself_with_no_worker_running(cast: Cast, now: datetime) -> None:
    held = await a_hold(await a_request(cast, now), now, by=cast.alice_views)
    just_before = now + HOUR - timedelta(seconds=1)

    assert (bookings.lapse_of(held, just_before), bookings.lapse_of(held, now + HOUR)) == (None, now + HOUR)
    assert bookings.status_at(held, just_before) is BookingStatus.HELD
    assert bookings.status_at(held, now + HOUR) is BookingStatus.LAPSED
    assert await bookings.live_of(held.case_id, now=just_before) == held
    assert await bookings.live_of(held.case_id, now=now + HOUR) is None


async def test_what_is_confirmed_never_lapses(cast: Cast, now: datetime) -> None:
    held = await a_hold(await a_request(cast, now), now, by=cast.alice_views)

    await move(held, BookingStatus.CONFIRMED, by=cast.alice_views, now=now)

    assert bookings.lapse_of(held, now + 1000 * HOUR) is None
    assert (await Booking.get(id=held.id)).lapses_at is None


async def test_a_case_has_one_live_booking(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    await a_hold(case, now, by=cast.alice_views)

    with pytest.raises(OtherDatesHeld):
        await a_hold(case, now + HOUR / 2, by=cast.alice_views)


async def test_a_hold_that_ran_out_does_not_stand_in_the_way_of_the_next(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    first = await a_hold(case, now, by=cast.alice_views)

    second = await a_hold(case, now + HOUR, by=cast.alice_views)

    assert [event.status.value for event in await bookings.story(first)] == ["held", "lapsed"]
    assert await bookings.live_of(case.id, now=now + HOUR) == second
    assert await bookings.latest_of(case.id) == second


async def test_what_opening_gives_back_is_what_the_database_holds(cast: Cast, now: datetime) -> None:
    held = await a_hold(await a_request(cast, now), now, by=cast.alice_views)

    kept = await Booking.get(id=held.id)

    assert {name: getattr(held, name) for name in Booking._meta.db_fields} == {
        name: getattr(kept, name) for name in Booking._meta.db_fields
    }
    await held.refresh_from_db()


async def test_the_holds_that_ran_out_are_found_for_the_worker_the_oldest_first(cast: Cast, now: datetime) -> None:
    first = await a_hold(await a_request(cast, now), now, by=cast.alice_views)
    second = await a_hold(await a_request(cast, now), now + HOUR / 2, by=cast.alice_views, days=40)
    await move(
        await a_hold(await a_request(cast, now), now, by=cast.alice_views, days=50),
        BookingStatus.CONFIRMED,
        by=cast.alice_views,
        now=now,
    )

    assert await bookings.lapsed_holds(now + HOUR) == [first]
    assert await bookings.lapsed_holds(now + 2 * HOUR) == [first, second]


async def test_a_booking_that_does_not_exist_cannot_be_locked(cast: Cast, now: datetime) -> None:
    held = await a_hold(await a_request(cast, now), now, by=cast.alice_views)

    assert await bookings.locked(held.id) == held
    with pytest.raises(NotFound):
        await bookings.locked(0)
