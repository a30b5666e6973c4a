import asyncio
from datetime import datetime, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from booking.bookings.models import Booking
from booking.kit.db import execute, run, savepoint, transaction
from booking.kit.money import Money
from booking.payments.attempts import (
    PaymentUnderWay,
    attempt_of,
    end_attempt,
    new_attempt,
    of_no_use,
    open_attempt,
    overdue,
    store_checkout,
)
from booking.payments.charges import (
    Captured,
    NothingToPay,
    charge_of,
    mark_paid,
    open_balance,
    open_deposit,
    void_charges,
)
from booking.payments.checks import INVARIANTS
from booking.payments.gateway import Checkout, CheckoutStatus
from booking.payments.models import Attempt, AttemptStatus, Charge, ChargeKind, ChargeStatus, LedgerEntry
from tests.payments.rows import PRICE, TERMS, begun, held_booking, paid

DEPOSIT = Money(200_000, "USD")
HALF_AN_HOUR = timedelta(minutes=31)


def page_for(attempt: Attempt, session_id: str = "cs_1") -> Checkout:
    return Checkout(
        session_id, CheckoutStatus.OPEN, paid=False, money=DEPOSIT, payment_intent=None, url="https://pay.example/1",
        idempotency_key=attempt.idempotency_key,
    )  # fmt: skip


async def broken() -> dict[str, int]:
    found = {name: len(await run(sql)) for name, sql in INVARIANTS.items()}
    return {name: count for name, count in found.items() if count}


async def test_a_booking_owes_its_deposit_now_and_the_rest_thirty_days_before(booking: Booking, now: datetime) -> None:
    arrival = now.date() + timedelta(days=60)

    deposit = await open_deposit(booking, PRICE, TERMS, today=now.date(), now=now)
    balance = await open_balance(booking, PRICE, TERMS, arrival=arrival, today=now.date(), now=now)

    assert balance is not None
    assert [(charge.kind, charge.money, charge.status, charge.due_on) for charge in (deposit, balance)] == [
        (ChargeKind.DEPOSIT, DEPOSIT, ChargeStatus.DUE, now.date()),
        (ChargeKind.BALANCE, Money(800_000, "USD"), ChargeStatus.DUE, now.date() + timedelta(days=30)),
    ]


async def test_a_deposit_asked_for_again_is_the_same_charge(booking: Booking, now: datetime) -> None:
    first = await open_deposit(booking, PRICE, TERMS, today=now.date(), now=now)
    second = await open_deposit(booking, PRICE + PRICE, TERMS, today=now.date(), now=now)

    assert (second.id, second.money) == (first.id, DEPOSIT)


async def test_one_attempt_is_open_at_a_time_and_is_continued(booking: Booking, now: datetime) -> None:
    attempt = await begun(booking, now)
    charge = await attempt.charge

    with pytest.raises(PaymentUnderWay):
        await new_attempt(charge, now=now, expires_at=now + HALF_AN_HOUR)
    continued = await open_attempt(charge, now=now)
    stored = await store_checkout(attempt, page_for(attempt))

    assert continued is not None
    assert (continued.id, stored.status, await of_no_use()) == (attempt.id, AttemptStatus.OPEN, [])


async def test_an_attempt_whose_time_is_over_makes_room_for_one_with_another_key(
    booking: Booking, now: datetime
) -> None:
    first = await begun(booking, now)
    later = now + timedelta(hours=1)
    charge = await first.charge
    before = [attempt.id for attempt in await overdue(now=later, at_most=9) if attempt.charge_id == charge.id]

    second = await new_attempt(charge, now=later, expires_at=later + HALF_AN_HOUR)
    await first.refresh_from_db()

    assert (before, first.status, second.status) == ([first.id], AttemptStatus.EXPIRED, AttemptStatus.WANTED)
    assert first.idempotency_key != second.idempotency_key


async def test_an_attempt_is_ended_once(booking: Booking, now: datetime) -> None:
    attempt = await begun(booking, now)

    assert [await end_attempt(attempt), await end_attempt(attempt)] == [True, False]


async def test_an_attempt_is_found_by_our_key_before_its_page_was_stored(booking: Booking, now: datetime) -> None:
    attempt = await begun(booking, now)

    found = await attempt_of(page_for(attempt, "cs_never_stored"))

    assert found is not None
    assert found.id == attempt.id


async def test_money_told_of_twice_is_taken_once(booking: Booking, now: datetime) -> None:
    attempt = await begun(booking, now)

    outcomes = [await mark_paid(attempt, DEPOSIT, "pi_1", now=now) for _ in range(3)]
    charge = await charge_of(booking, ChargeKind.DEPOSIT)

    assert charge is not None
    assert (outcomes, charge.status, charge.paid_at, attempt.captured) == (
        [Captured.PAID, Captured.KNOWN, Captured.KNOWN],
        ChargeStatus.PAID,
        now,
        DEPOSIT,
    )
    assert await LedgerEntry.filter(booking_id=booking.id).count() == 1


async def test_a_page_paid_after_its_time_still_pays_the_charge(booking: Booking, now: datetime) -> None:
    attempt = await begun(booking, now)
    await end_attempt(attempt)

    assert await mark_paid(attempt, DEPOSIT, "pi_1", now=now) is Captured.PAID


async def test_the_second_page_paid_is_surplus(booking: Booking, now: datetime) -> None:
    first = await begun(booking, now)
    later = now + timedelta(hours=1)
    second = await new_attempt(await first.charge, now=later, expires_at=later + HALF_AN_HOUR)

    outcomes = [await mark_paid(second, DEPOSIT, "pi_2", now=later), await mark_paid(first, DEPOSIT, "pi_1", now=later)]

    assert (outcomes, first.status, first.captured) == (
        [Captured.PAID, Captured.SURPLUS],
        AttemptStatus.SURPLUS,
        DEPOSIT,
    )
    assert "G10 money that paid for nothing goes back" in await broken()


@pytest.mark.parametrize("money", [Money(199_999, "USD"), Money(200_000, "EUR")])
async def test_another_sum_than_was_asked_for_pays_nothing_and_is_kept_in_the_books(
    booking: Booking, now: datetime, money: Money
) -> None:
    attempt = await begun(booking, now)

    outcome = await mark_paid(attempt, money, "pi_1", now=now)
    charge = await Charge.get(id=attempt.charge_id)

    assert (outcome, charge.status, attempt.captured) == (Captured.SURPLUS, ChargeStatus.DUE, money)


async def test_money_for_a_void_charge_is_surplus(booking: Booking, now: datetime) -> None:
    attempt = await begun(booking, now)
    await void_charges(booking)

    assert await mark_paid(attempt, DEPOSIT, "pi_1", now=now) is Captured.SURPLUS
    assert await charge_of(booking, ChargeKind.DEPOSIT) is None


async def test_a_paid_charge_takes_no_new_attempt(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)

    with pytest.raises(NothingToPay):
        await new_attempt(await attempt.charge, now=now, expires_at=now + HALF_AN_HOUR)


async def test_six_tellings_at_once_are_one_payment(clean_db: None, now: datetime) -> None:
    async with transaction():
        attempt = await begun(await held_booking(now), now)

    async def told() -> Captured:
        async with transaction():
            return await mark_paid(await Attempt.get(id=attempt.id), DEPOSIT, "pi_1", now=now)

    outcomes = await asyncio.gather(*(told() for _ in range(6)))

    assert sorted(outcomes) == [Captured.KNOWN] * 5 + [Captured.PAID]
    assert set(await broken()) == {"G10 a capture ends booked, refunded or in front of a coordinator"}


async def test_two_pages_paid_at_once_are_one_payment_and_one_surplus(clean_db: None, now: datetime) -> None:
    later = now + timedelta(hours=1)
    async with transaction():
        first = await begun(await held_booking(now), now)
        second = await new_attempt(await first.charge, now=later, expires_at=later + HALF_AN_HOUR)

    async def told(attempt: Attempt) -> Captured:
        async with transaction():
            return await mark_paid(attempt, DEPOSIT, f"pi_{attempt.id}", now=later)

    outcomes = await asyncio.gather(told(first), told(second))

    assert sorted(outcomes) == [Captured.PAID, Captured.SURPLUS]


async def test_the_database_refuses_a_second_capture_of_one_charge(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)
    copy = """
        INSERT INTO attempt (charge_id, idempotency_key, payment_intent, status, currency, captured_amount,
            refunding_amount, created_at, expires_at, captured_at)
        SELECT charge_id, 'another', 'pi_other', status, currency, captured_amount, 0, created_at, expires_at, captured_at
        FROM attempt WHERE id = $1
    """

    with pytest.raises(IntegrityError, match="attempt_captured_once_per_charge"):
        async with savepoint():
            await execute(copy, attempt.id)
