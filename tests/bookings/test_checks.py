from datetime import datetime

import pytest

from booking.accounts.viewers import SYSTEM
from booking.bookings.checks import INVARIANTS
from booking.bookings.models import Booking, BookingEvent, BookingStatus
from booking.bookings.moves import move
from booking.consultations import moves as case_moves
from booking.consultations.models import CaseStatus
from booking.kit.db import execute, run
from tests.bookings.held import a_hold
from tests.consultations.cast import Cast, a_consent, a_request


async def broken() -> list[str]:
    return [promise for promise, sql in INVARIANTS.items() if await run(sql)]


async def a_booked_case(cast: Cast, now: datetime) -> Booking:
    case = await a_request(cast, now)
    await a_consent(case, cast, now)
    booking = await a_hold(case, now, by=cast.alice_views)
    await move(booking, BookingStatus.CONFIRMED, by=SYSTEM, now=now)
    await case_moves.move(case, CaseStatus.BOOKED, by=SYSTEM, now=now)
    return booking


async def test_what_the_functions_leave_behind_breaks_no_promise(cast: Cast, now: datetime) -> None:
    await a_booked_case(cast, now)

    assert await broken() == []


@pytest.mark.parametrize(
    ("breaking", "promises"),
    [
        (
            "UPDATE booking SET status = 'cancelled'",
            ["a booking stands where its last event says", "a booked case has a confirmed booking"],
        ),
        ("UPDATE \"case\" SET status = 'consented'", ["a case with a confirmed booking is booked"]),
        (
            "UPDATE consent SET withdrawn_at = given_at, withdrawn_by_id = given_by_id",
            ["a confirmed booking belongs to a case with a consent"],
        ),
    ],
)
async def test_a_broken_promise_is_found(breaking: str, promises: list[str], cast: Cast, now: datetime) -> None:
    await a_booked_case(cast, now)

    await execute(breaking)

    assert await broken() == promises


async def test_a_second_confirmation_and_a_life_after_cancellation_are_found(cast: Cast, now: datetime) -> None:
    booking = await a_booked_case(cast, now)

    for status in (BookingStatus.HELD, BookingStatus.CONFIRMED, BookingStatus.CANCELLED, BookingStatus.CONFIRMED):
        await BookingEvent.create(booking_id=booking.id, status=status, at=now)

    assert await broken() == ["G4 a hold is confirmed at most once", "G7 nothing follows a cancellation"]
