"""Money promised back. The only writer of refunds: never more than came in (G13)."""

from datetime import datetime
from typing import Final

from tortoise.expressions import Q

from booking.bookings.models import Booking
from booking.kit.db import execute, run_one
from booking.kit.errors import Refusal
from booking.kit.ids import new_code, new_token
from booking.kit.money import Money
from booking.kit.words import _
from booking.payments import ledger
from booking.payments.gateway import PaymentEvent, RefundResult, RefundState
from booking.payments.models import Attempt, AttemptStatus, Charge, ChargeStatus, Refund, RefundStatus
from booking.payments.terms import RefundCause

# One statement: what may still go back is taken and counted before the promise exists.
WANT = """
WITH promised AS (
    UPDATE attempt SET refunding_amount = refunding_amount + $2
    WHERE id = $1 AND currency = $3 AND refunding_amount + $2 <= captured_amount AND $2 > 0
    RETURNING id, charge_id
)
INSERT INTO refund (code, charge_id, attempt_id, amount, currency, idempotency_key, status, reason, wanted_at, tried_at)
SELECT $4, promised.charge_id, promised.id, $2, $3, $5, 'wanted', $6, $7, $7 FROM promised
RETURNING id
"""

ALL_GONE_BACK = """
UPDATE charge SET status = 'refunded'
WHERE id = $1 AND status = 'paid' AND (
    SELECT sum(refund.amount) FROM refund JOIN attempt ON attempt.id = refund.attempt_id
    WHERE refund.charge_id = $1 AND refund.status = 'done' AND attempt.status = 'paid'
) = amount
"""

BECOMES: Final = {
    RefundState.PENDING: RefundStatus.SENT,
    RefundState.DONE: RefundStatus.DONE,
    RefundState.FAILED: RefundStatus.FAILED,
}

# A bank may still send back what Stripe said was done; nothing else ever goes backwards.
NEXT: Final = {
    RefundStatus.WANTED: {RefundStatus.SENT, RefundStatus.DONE, RefundStatus.FAILED},
    RefundStatus.SENT: {RefundStatus.DONE, RefundStatus.FAILED},
    RefundStatus.DONE: {RefundStatus.FAILED},
    RefundStatus.FAILED: set[RefundStatus](),
}


class RefundTooMuch(Refusal):
    status = 409
    say = _("That is more than was paid and has not gone back yet. Nothing was refunded.")


async def want_refund(attempt: Attempt, money: Money, cause: RefundCause, *, now: datetime) -> Refund:
    """Promise money back out of one capture; the worker asks Stripe once this is committed.

    Raises RefundTooMuch if it is more than is left of the capture, or nothing; then nothing was promised.
    """
    values = (attempt.id, money.amount, money.currency, new_code(), f"refund-{new_token()}", cause, now)
    wanted = await run_one(WANT, *values)
    if wanted is None:
        raise RefundTooMuch
    refund, charge = await Refund.get(id=wanted["id"]), await Charge.get(id=attempt.charge_id)
    await attempt.refresh_from_db()
    await ledger.record_refund_owed(refund, attempt, charge, now=now)
    return refund


async def want_refunds(booking: Booking, money: Money, cause: RefundCause, *, now: datetime) -> list[Refund]:
    """Promise a sum back out of all that the booking paid, the last payment first; nothing for nothing.

    Raises RefundTooMuch if the payments do not hold that much: roll back, for some may have been promised.
    """
    promised: list[Refund] = []
    left = money
    paid = Attempt.filter(charge__booking_id=booking.id, status=AttemptStatus.PAID, currency=money.currency)
    for attempt in await paid.order_by("-captured_at", "-id"):
        part = min(left, attempt.refundable)
        if not part.is_zero:
            promised.append(await want_refund(attempt, part, cause, now=now))
            left -= part
    if not left.is_zero:
        raise RefundTooMuch
    return promised


async def unsettled(*, at_most: int) -> list[Refund]:
    """Refunds to ask Stripe about: the `wanted` by their key, the `sent` by their id; least lately tried first."""
    waiting = Refund.filter(status__in=(RefundStatus.WANTED, RefundStatus.SENT))
    return await waiting.order_by("tried_at", "id").limit(at_most)


async def tried(refund: Refund, *, now: datetime) -> None:
    """Note that Stripe is being asked, so that one refund that never settles does not stand before the others."""
    await Refund.filter(id=refund.id).update(tried_at=now)


async def refund_of(seen: PaymentEvent) -> Refund | None:
    """The refund that an event is about: by our own key, else by Stripe's id. None if staff made it at Stripe."""
    ours = Q(idempotency_key=seen.idempotency_key) if seen.idempotency_key else Q(stripe_id=seen.refund_id)
    return await Refund.get_or_none(ours)


async def settle_refund(refund: Refund, result: RefundResult | None, *, now: datetime) -> bool:
    """Move a refund to where Stripe says it is; None means that Stripe refused it for good.

    True if this call moved it, False if it was there or past it: answers and events may come in any order. A refund
    that failed is the patient's money in our hands again, free to be promised anew, and for a coordinator to see.
    """
    to = BECOMES[result.state] if result else RefundStatus.FAILED
    locked = await Refund.select_for_update().get(id=refund.id)
    if to not in NEXT[locked.status]:
        return False
    was, locked.status = locked.status, to
    locked.stripe_id = locked.stripe_id or (result.refund_id if result else None)
    locked.settled_at = now if to in (RefundStatus.DONE, RefundStatus.FAILED) else None
    await locked.save(update_fields=["status", "stripe_id", "settled_at"])
    await _book(locked, was, now=now)
    return True


async def _book(refund: Refund, was: RefundStatus, *, now: datetime) -> None:
    """What a refund's move means for the books, the charge and what may still go back."""
    attempt, charge = await Attempt.get(id=refund.attempt_id), await Charge.get(id=refund.charge_id)
    if refund.status is RefundStatus.DONE:
        await ledger.record_refund(refund, attempt, charge, now=now)
        await execute(ALL_GONE_BACK, charge.id)
    elif refund.status is RefundStatus.FAILED:
        had_gone = was is RefundStatus.DONE
        await ledger.record_refund_failed(refund, attempt, charge, had_gone=had_gone, now=now)
        release = "UPDATE attempt SET refunding_amount = refunding_amount - $2 WHERE id = $1"
        await execute(release, attempt.id, refund.amount)
        if attempt.status is AttemptStatus.PAID:
            await Charge.filter(id=charge.id, status=ChargeStatus.REFUNDED).update(status=ChargeStatus.PAID)
