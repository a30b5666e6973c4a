"""One patient with two cases: whoever gives them dates, they are never in two places."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.accounts.viewers import SYSTEM
from booking.bookings import booking as bookings
from booking.bookings.checks import INVARIANTS
from booking.bookings.dates import move_dates, set_aside
from booking.bookings.elsewhere import Elsewhere, OtherStays, YourselfElsewhere
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import OtherDatesHeld, move
from booking.consultations.models import Case
from booking.kit.db import execute, run, savepoint
from booking.slots.windows import Window
from tests.bookings.held import a_hold
from tests.consultations.cast import Cast, a_request

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONSTRAINT = "ALTER TABLE booking DROP CONSTRAINT booking_patient_is_in_one_place"


async def two(cast: Cast, now: datetime) -> tuple[Case, Case]:
    """Alice's own, both."""
    return await a_request(cast, now), await a_request(cast, now)


async def confirmed(case: Case, cast: Cast, now: datetime, days: int = 30) -> Booking:
    booking = await a_hold(case, now, by=cast.alice_views, days=days)
    await move(booking, BookingStatus.CONFIRMED, by=SYSTEM, now=now)
    return booking


async def put_off(booking: Booking, days: int, cast: Cast, now: datetime, *, aside: bool = False) -> None:
    """So many days later; in a savepoint, as a journey that is refused ends with its transaction."""
    starts_at, ends_at = booking.starts_at + days * DAY, booking.ends_at + days * DAY
    async with savepoint():
        put = set_aside if aside else move_dates
        await put(booking, {"start": "then"}, starts_at=starts_at, ends_at=ends_at, by=cast.cora_views, now=now)


@pytest.mark.parametrize("days", [26, 30, 34])
async def test_dates_of_another_case_are_refused_where_they_meet(cast: Cast, now: datetime, days: int) -> None:
    first, second = await two(cast, now)
    await a_hold(first, now, by=cast.alice_views)

    with pytest.raises(YourselfElsewhere) as to_alice:
        await a_hold(second, now, by=cast.alice_views, days=days)
    with pytest.raises(Elsewhere) as to_staff:
        await a_hold(second, now, by=cast.cora_views, days=days)

    assert to_alice.value.text.into("en").startswith("You have dates of another treatment")
    assert (type(to_staff.value), to_staff.value.status) == (Elsewhere, 409)
    assert await Booking.filter(case_id=second.id).count() == 0


async def test_dates_before_and_after_are_their_own_and_so_are_those_of_anyone_else(cast: Cast, now: datetime) -> None:
    first, second = await two(cast, now)
    other = await a_request(cast, now)
    await Case.filter(id=other.id).update(patient_id=cast.bob.id)
    await a_hold(first, now, by=cast.alice_views)

    held = await a_hold(second, now, by=cast.alice_views, days=35)
    bobs = await a_hold(await Case.get(id=other.id), now, by=cast.bob_views)

    assert [held.patient_id, bobs.patient_id] == [cast.alice.id, cast.bob.id]


async def test_of_whom_no_patient_is_known_nothing_is_known(cast: Cast, now: datetime) -> None:
    """Only a draft has none, and no dates: but a range of nobody is one of everybody, which must not be compared."""
    cases = await two(cast, now)
    for case in cases:
        case.patient_id = None

    held = [await a_hold(case, now, by=SYSTEM) for case in cases]

    assert [one.patient_id for one in held] == [None, None]
    assert await bookings.locked_with_others(held[0].id) == held[0]


async def test_the_case_s_own_dates_are_named_first(cast: Cast, now: datetime) -> None:
    first, second = await two(cast, now)
    await a_hold(first, now, by=cast.alice_views)
    await a_hold(second, now, by=cast.alice_views, days=60)

    with pytest.raises(OtherDatesHeld):
        await a_hold(second, now, by=cast.alice_views)


async def test_a_hold_of_the_other_case_that_ran_out_is_in_nobody_s_way(cast: Cast, now: datetime) -> None:
    first, second = await two(cast, now)
    late = await a_hold(first, now, by=cast.alice_views)

    held = await a_hold(second, now + HOUR, by=cast.alice_views)

    assert [event.status.value for event in await bookings.story(late)] == ["held", "lapsed"]
    assert await bookings.live_of(second.id, now=now + HOUR) == held


@pytest.mark.parametrize("aside", [False, True])
async def test_a_booking_goes_to_no_dates_that_meet_the_other_s(cast: Cast, now: datetime, aside: bool) -> None:
    first, second = await two(cast, now)
    await confirmed(first, cast, now)
    booking = await confirmed(second, cast, now, days=60)

    with pytest.raises(Elsewhere):
        await put_off(booking, -30, cast, now, aside=aside)
    await put_off(booking, 7, cast, now, aside=aside)

    kept = await Booking.get(id=booking.id)
    assert (kept.aside_starts_at or kept.starts_at) - kept.held_at > 66 * DAY


async def test_until_they_are_told_neither_the_old_dates_nor_the_new_are_free_for_the_other(
    cast: Cast, now: datetime
) -> None:
    first, second = await two(cast, now)
    booking = await confirmed(first, cast, now)
    await put_off(booking, 30, cast, now, aside=True)

    for days in (30, 60):
        with pytest.raises(Elsewhere):
            await a_hold(second, now, by=cast.cora_views, days=days)
    found = await OtherStays.of(second, now=now)
    await put_off(booking, 30, cast, now)
    held = await a_hold(second, now, by=cast.alice_views, days=30)

    assert [starts.date() - now.date() for starts, _ends in found.periods] == [30 * DAY, 60 * DAY]
    assert held.status is BookingStatus.HELD


async def test_a_lapsed_booking_does_not_come_back_beside_the_other_s_unless_that_ran_out_too(
    cast: Cast, now: datetime
) -> None:
    first, second = await two(cast, now)
    late = await a_hold(first, now, by=cast.alice_views)
    await a_hold(second, now + HOUR, by=cast.alice_views)
    late = await Booking.get(id=late.id)

    with pytest.raises(Elsewhere):
        await move(late, BookingStatus.CONFIRMED, by=SYSTEM, now=now + HOUR)
    await move(late, BookingStatus.CONFIRMED, by=SYSTEM, now=now + 2 * HOUR)

    assert [event.status.value for event in await bookings.story(late)] == ["held", "lapsed", "confirmed"]


async def test_what_the_other_dates_leave_is_what_can_be_had(cast: Cast, now: datetime) -> None:
    first, second = await two(cast, now)
    held = await a_hold(first, now, by=cast.alice_views)
    window = Window.from_json(held.window)

    found = await OtherStays.of(second, now=now)

    assert found == OtherStays(((held.starts_at.astimezone(UTC), held.ends_at.astimezone(UTC)),))
    assert sorted(found.days("America/Antigua")) == [now.date() + day * DAY for day in range(30, 35)]
    assert (found.leave([window]), OtherStays().leave([window])) == ([], [window])
    assert await OtherStays.of(first, now=now) == OtherStays()
    assert await OtherStays.of(second, now=now + HOUR) == OtherStays()


async def broken() -> list[str]:
    return [promise for promise, sql in INVARIANTS.items() if await run(sql)]


@pytest.mark.parametrize("aside", [False, True])
async def test_without_the_constraint_someone_is_in_two_places_and_it_is_found(
    cast: Cast, now: datetime, aside: bool
) -> None:
    await execute(CONSTRAINT)
    first, second = await two(cast, now)
    await confirmed(first, cast, now)
    booking = await confirmed(second, cast, now, days=60)
    await put_off(booking, -30, cast, now, aside=aside)

    assert "a patient is never in two places" in await broken()


async def test_a_booking_that_is_of_another_patient_than_its_case_is_found(cast: Cast, now: datetime) -> None:
    case, _other = await two(cast, now)
    await a_hold(case, now, by=cast.alice_views)

    await execute("UPDATE booking SET patient_id = $1", cast.bob.id)

    assert await broken() == ["a booking is its case's patient's"]
