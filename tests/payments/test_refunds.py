import asyncio
from datetime import datetime

import pytest
from tortoise.exceptions import IntegrityError

from booking.bookings.models import Booking
from booking.kit.db import execute, run, savepoint, transaction
from booking.kit.errors import NotFound
from booking.kit.money import Money
from booking.payments.checks import INVARIANTS
from booking.payments.gateway import EventKind, PaymentEvent, RefundResult, RefundState
from booking.payments.ledger import balance_of
from booking.payments.models import Attempt, Charge, ChargeStatus, Refund, RefundStatus
from booking.payments.receipts import Receipt, ReceiptRefund, receipt_of
from booking.payments.refunds import (
    RefundTooMuch,
    refund_of,
    settle_refund,
    tried,
    unsettled,
    want_refund,
    want_refunds,
)
from booking.payments.terms import RefundCause
from tests.payments.rows import begun, held_booking, paid

CAUSE = RefundCause.CHANGE_OF_MIND


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def told(refund: Refund, state: RefundState) -> RefundResult:
    return RefundResult(f"re_{refund.id}", "pi_1", refund.money, state)


async def books() -> dict[str, int]:
    rows = await run("SELECT account, sum(amount)::bigint AS sum FROM ledger_line GROUP BY account ORDER BY account")
    return {row["account"]: row["sum"] for row in rows if row["sum"]}


async def broken() -> set[str]:
    await run("SET CONSTRAINTS ALL IMMEDIATE")
    return {name for name, sql in INVARIANTS.items() if await run(sql)}


async def test_a_refund_is_promised_sent_and_done_and_the_books_follow(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)
    story = [await books()]

    refund = await want_refund(attempt, usd(50_000), CAUSE, now=now)
    story.append(await books())
    moved = [
        await settle_refund(refund, told(refund, state), now=now) for state in (RefundState.PENDING, RefundState.DONE)
    ]
    story.append(await books())

    assert (moved, story) == (
        [True, True],
        [
            {"stripe_clearing": 200_000, "patient_deposits": -200_000},
            {"stripe_clearing": 200_000, "patient_deposits": -150_000, "refunds_payable": -50_000},
            {"stripe_clearing": 150_000, "patient_deposits": -150_000},
        ],
    )
    assert await balance_of(booking, "USD") == usd(150_000)
    assert await broken() == {"G10 a capture ends booked, refunded or in front of a coordinator"}


async def test_no_more_goes_back_than_came_in(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)
    await want_refund(attempt, usd(150_000), CAUSE, now=now)

    for money in (usd(50_001), usd(0), Money(1, "EUR")):
        with pytest.raises(RefundTooMuch):
            await want_refund(attempt, money, CAUSE, now=now)

    assert (attempt.refundable, await balance_of(booking, "USD")) == (usd(50_000), usd(50_000))


async def test_of_two_refunds_at_once_that_together_are_too_much_one_is_refused(clean_db: None, now: datetime) -> None:
    async with transaction():
        attempt = await paid(await held_booking(now), now)

    async def ask() -> str:
        try:
            async with transaction():
                await want_refund(await Attempt.get(id=attempt.id), usd(150_000), CAUSE, now=now)
        except RefundTooMuch:
            return "refused"
        return "promised"

    assert sorted(await asyncio.gather(*(ask() for _ in range(4)))) == ["promised", "refused", "refused", "refused"]


async def test_the_database_itself_refuses_to_promise_too_much(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)

    with pytest.raises(IntegrityError, match="attempt_refunds_within_capture"):
        async with savepoint():
            await execute("UPDATE attempt SET refunding_amount = 200001 WHERE id = $1", attempt.id)


async def test_a_charge_is_refunded_when_all_of_it_has_gone_back(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)

    seen = []
    for refund in [await want_refund(attempt, usd(part), CAUSE, now=now) for part in (120_000, 80_000)]:
        await settle_refund(refund, told(refund, RefundState.DONE), now=now)
        seen.append((await Charge.get(id=attempt.charge_id)).status)

    assert seen == [ChargeStatus.PAID, ChargeStatus.REFUNDED]
    assert (await books(), await broken()) == ({}, set())


@pytest.mark.parametrize("state", [RefundState.DONE, RefundState.PENDING])
async def test_what_stripe_says_twice_or_late_changes_nothing(
    booking: Booking, now: datetime, state: RefundState
) -> None:
    refund = await want_refund(await paid(booking, now), usd(200_000), CAUSE, now=now)
    await settle_refund(refund, told(refund, RefundState.DONE), now=now)

    assert await settle_refund(refund, told(refund, state), now=now) is False


async def test_a_refund_that_stripe_refuses_is_money_in_our_hands_again(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)
    refund = await want_refund(attempt, usd(200_000), CAUSE, now=now)

    await settle_refund(refund, None, now=now)
    await attempt.refresh_from_db()

    assert (attempt.refundable, await balance_of(booking, "USD")) == (usd(200_000), usd(200_000))
    assert (await Refund.get(id=refund.id)).status is RefundStatus.FAILED


async def test_a_refund_that_the_bank_sends_back_reopens_the_charge(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)
    refund = await want_refund(attempt, usd(200_000), CAUSE, now=now)
    for state in (RefundState.DONE, RefundState.FAILED):
        await settle_refund(refund, told(refund, state), now=now)

    charge = await Charge.get(id=attempt.charge_id)

    assert (charge.status, await books()) == (
        ChargeStatus.PAID,
        {"stripe_clearing": 200_000, "patient_deposits": -200_000},
    )


async def test_a_sum_is_promised_back_out_of_all_that_was_paid(booking: Booking, now: datetime) -> None:
    await paid(booking, now)

    promised = await want_refunds(booking, usd(70_000), CAUSE, now=now)
    nothing = await want_refunds(booking, usd(0), CAUSE, now=now)

    assert ([refund.money for refund in promised], nothing) == ([usd(70_000)], [])
    with pytest.raises(RefundTooMuch):
        await want_refunds(booking, usd(130_001), CAUSE, now=now)


async def test_a_refund_not_tried_for_longest_comes_first(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)
    first, second = [await want_refund(attempt, usd(1_000), CAUSE, now=now) for _ in range(2)]

    await tried(first, now=now.replace(hour=14))

    assert [refund.id for refund in await unsettled(at_most=5)] == [second.id, first.id]


async def test_a_refund_is_found_by_its_event(booking: Booking, now: datetime) -> None:
    refund = await want_refund(await paid(booking, now), usd(1_000), CAUSE, now=now)
    event = PaymentEvent(
        "evt_1", EventKind.REFUND_CHANGED, now, refund_id="re_x", idempotency_key=refund.idempotency_key
    )
    elsewhere = PaymentEvent("evt_2", EventKind.REFUND_CHANGED, now, refund_id="re_made_at_stripe")

    assert [await refund_of(event), await refund_of(elsewhere)] == [refund, None]


async def test_a_receipt_says_what_was_paid_and_what_went_back(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)
    refund = await want_refund(attempt, usd(50_000), CAUSE, now=now)
    charge = await Charge.get(id=attempt.charge_id)

    receipt = await receipt_of(charge)

    assert receipt == Receipt(
        code=charge.code,
        kind=charge.kind,
        paid=usd(200_000),
        paid_at=now,
        reference=f"pi_{attempt.id}",
        refunds=(ReceiptRefund(refund.code, usd(50_000), RefundStatus.WANTED, now, None),),
    )
    assert receipt.kept == usd(150_000)


async def test_what_is_unpaid_has_no_receipt(booking: Booking, now: datetime) -> None:
    attempt = await begun(booking, now)

    with pytest.raises(NotFound):
        await receipt_of(await attempt.charge)
