"""One patient, two cases, and everything that gives either of them dates at once: one place at a time, and nobody waits in a circle."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from booking.accounts.viewers import SYSTEM
from booking.bookings import booking as bookings
from booking.bookings.checks import INVARIANTS
from booking.bookings.constraints import CONSTRAINTS
from booking.bookings.dates import move_dates
from booking.bookings.elsewhere import Elsewhere, let_lapse
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import move
from booking.consultations.models import Case
from booking.demo.world import World
from booking.journeys.check import check
from booking.journeys.reschedule import reschedule
from booking.journeys.reserve import DatesElsewhere, reserve
from booking.journeys.settle_payment import settle_checkout
from booking.journeys.sweep_lapses import sweep_lapses
from booking.kit.db import execute, run, transaction
from booking.services import Services
from booking.slots import claims
from tests.bookings.held import a_hold as a_short_hold
from tests.journeys.trips import KEY, LINKS, a_case, a_hold, patient_of, pay, tokens
from tests.outside import Clock
from tests.races.waiting import waits_or_is_done

ROUNDS: Final = 10
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def cases(lasting_world: World, services: Services) -> tuple[Case, Case]:
    """Samuel's, both."""
    now = services.now()
    return await a_case(lasting_world, now=now), await a_case(lasting_world, now=now)


async def both(deeds: list[Coroutine[Any, Any, object]]) -> list[type]:
    """At once: how each ended."""
    return sorted(
        (type(one) for one in await asyncio.gather(*deeds, return_exceptions=True)), key=lambda one: one.__name__
    )


async def opens(case: Case, now: datetime, days: int) -> Booking:
    """What PostgreSQL says of the patient alone: no clinic has to have room."""
    async with transaction():
        return await a_short_hold(case, now, by=SYSTEM, days=days)


async def goes(booking: Booking, days: int, now: datetime) -> Booking:
    """So many days later, as a reschedule does it."""
    async with transaction():
        mine = await bookings.locked_with_others(booking.id)
        await let_lapse(mine.case_id, mine.patient_id, now=now)
        dates = {"starts_at": booking.starts_at + days * DAY, "ends_at": booking.ends_at + days * DAY}
        await move_dates(mine, {"start": "then"}, **dates, by=SYSTEM, now=now)
        return mine


async def test_of_two_holds_at_once_for_one_patient_one_is_had(cases: tuple[Case, Case], now: datetime) -> None:
    for number in range(ROUNDS):
        days = 30 + 10 * number

        assert await both([opens(case, now, days + n) for n, case in enumerate(cases)]) == [Booking, Elsewhere]

        [held] = await Booking.filter(status=BookingStatus.HELD)
        await move(held, BookingStatus.CANCELLED, by=SYSTEM, now=now)


async def test_without_the_constraint_both_are_had(cases: tuple[Case, Case], now: datetime) -> None:
    [constraint] = [one for one in CONSTRAINTS if "booking_patient_is_in_one_place" in one]
    await execute("ALTER TABLE booking DROP CONSTRAINT booking_patient_is_in_one_place")
    try:
        assert await both([opens(case, now, 30 + n) for n, case in enumerate(cases)]) == [Booking, Booking]
        assert await run(INVARIANTS["a patient is never in two places"]) != []
    finally:
        await execute("UPDATE booking SET status = 'cancelled'")
        await execute(constraint)


async def moves(cases: tuple[Case, Case], now: datetime, rounds: int) -> AsyncIterator[list[type]]:
    """Both cases' dates are moved at once, to dates that meet, round after round: how each ended."""
    first, other = await opens(cases[0], now, 30), await opens(cases[1], now, 60)
    for number in range(rounds):
        days = 60 + 20 * (number % 1000)
        yield await both([goes(first, days, now), goes(other, days - 28, now)])


async def test_of_two_moves_at_once_for_one_patient_one_is_made(cases: tuple[Case, Case], now: datetime) -> None:
    async for ended in moves(cases, now, ROUNDS):
        assert ended == [Booking, Elsewhere]


@pytest.mark.parametrize("all_of_them", [True, False])
async def test_whoever_moves_one_waits_for_who_moves_the_other_before_it_has_written_anything(
    cases: tuple[Case, Case], now: datetime, monkeypatch: pytest.MonkeyPatch, all_of_them: bool
) -> None:
    """Else each can write first and look then, and in one of some hundred times each waits for the other: see 0015."""
    if not all_of_them:
        monkeypatch.setattr(bookings, "locked_with_others", bookings.locked)
    first, other = await opens(cases[0], now, 30), await opens(cases[1], now, 60)
    outside = copy_context()

    async with transaction():
        await bookings.locked_with_others(first.id)
        going = asyncio.create_task(goes(other, 60, now), context=outside)
        await asyncio.create_task(waits_or_is_done(going), context=outside.copy())
        has_gone = going.done()
    await going

    assert has_gone is not all_of_them


async def test_a_move_and_a_hold_of_the_other_case_never_wait_for_each_other_in_a_circle(
    cases: tuple[Case, Case], services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = cases
    shown, samuel, now = await tokens(first, services), await patient_of(first), services.now()
    booking = await a_hold(first, services, shown[-1])
    take, outside, moving = claims.take, copy_context(), list[asyncio.Task[Booking]]()

    async def late(*what: Any, **how: Any) -> None:
        """The other case's booking is open, and nothing of it is claimed, when the first is moved to the very same dates."""
        going = reschedule(samuel, booking.code, shown[0], key=KEY, links=LINKS, now=now)
        moving.append(asyncio.create_task(going, context=outside.copy()))
        await asyncio.create_task(waits_or_is_done(moving[0]), context=outside.copy())
        await take(*what, **how)

    monkeypatch.setattr(claims, "take", late)
    held = await reserve(samuel, second.code, shown[0], key=KEY, now=now)
    with pytest.raises(DatesElsewhere):
        await moving[0]

    assert (held.status, (await Booking.get(id=booking.id)).starts_at) == (BookingStatus.HELD, booking.starts_at)
    assert await check() == []


async def test_a_late_payment_and_a_hold_of_the_other_case_never_wait_for_each_other_in_a_circle(
    cases: tuple[Case, Case], services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = cases
    shown, samuel = await tokens(first, services), await patient_of(first)
    booking = await a_hold(first, services, shown[0])
    session = await pay(samuel, booking, services)
    clock.at += 2 * HOUR
    await sweep_lapses(now=clock.at)
    take, outside, heard = claims.take, copy_context(), list[asyncio.Task[None]]()

    async def late(*what: Any, **how: Any) -> None:
        settling = settle_checkout(session, payments=services.payments, links=LINKS, now=clock.at)
        heard.append(asyncio.create_task(settling, context=outside.copy()))
        await asyncio.create_task(waits_or_is_done(heard[0]), context=outside.copy())
        await take(*what, **how)

    monkeypatch.setattr(claims, "take", late)
    await reserve(samuel, second.code, shown[0], key=KEY, now=clock.at)
    await heard[0]

    assert (await Booking.get(id=booking.id)).status is BookingStatus.REFUND_DUE
    async with transaction():
        await execute(f"SET LOCAL leeward.now = '{clock.at}'")
        assert await check() == []
