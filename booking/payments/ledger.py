"""The books: each thing that happens to money is one entry whose lines sum to zero (G12).

Charges and refunds write these as they happen, in the same transaction; nobody else needs to.
"""

from datetime import datetime

from booking.bookings.models import Booking
from booking.kit.db import run, run_one
from booking.kit.money import Money
from booking.payments.models import Account, Attempt, AttemptStatus, Charge, ChargeKind, EntryKind, Refund

RECORD = """
WITH entry AS (
    INSERT INTO ledger_entry (booking_id, kind, attempt_id, refund_id, at)
    VALUES ($1, $2, $3, $4, $5) RETURNING id
)
INSERT INTO ledger_line (entry_id, account, amount, currency)
SELECT entry.id, side.account, side.amount, $6
FROM entry CROSS JOIN (VALUES ($7::text, $9::bigint), ($8::text, -$9::bigint)) AS side (account, amount)
RETURNING entry_id
"""

HELD = """
SELECT -coalesce(sum(line.amount), 0)::bigint AS held
FROM ledger_line AS line JOIN ledger_entry AS entry ON entry.id = line.entry_id
WHERE entry.booking_id = $1 AND line.currency = $2 AND line.account IN ('patient_deposits', 'patient_balances')
"""


async def record_capture(attempt: Attempt, charge: Charge, *, now: datetime) -> None:
    """Money came in: Stripe owes it to us, and we owe it to the patient."""
    await _record(
        EntryKind.CAPTURE,
        charge,
        attempt,
        attempt.captured,
        debit=Account.STRIPE_CLEARING,
        credit=account_of(attempt, charge),
        now=now,
    )


async def record_refund_owed(refund: Refund, attempt: Attempt, charge: Charge, *, now: datetime) -> None:
    """Money is promised back: no longer held for the trip, and payable."""
    await _record(
        EntryKind.REFUND_OWED,
        charge,
        attempt,
        refund.money,
        debit=account_of(attempt, charge),
        credit=Account.REFUNDS_PAYABLE,
        now=now,
        refund=refund,
    )


async def record_refund(refund: Refund, attempt: Attempt, charge: Charge, *, now: datetime) -> None:
    """The promised money went back."""
    await _record(
        EntryKind.REFUND_PAID,
        charge,
        attempt,
        refund.money,
        debit=Account.REFUNDS_PAYABLE,
        credit=Account.STRIPE_CLEARING,
        now=now,
        refund=refund,
    )


async def record_refund_failed(
    refund: Refund, attempt: Attempt, charge: Charge, *, had_gone: bool, now: datetime
) -> None:
    """The money could not go back: we hold it for the patient again. `had_gone`: it was recorded as paid before."""
    await _record(
        EntryKind.REFUND_FAILED,
        charge,
        attempt,
        refund.money,
        debit=Account.STRIPE_CLEARING if had_gone else Account.REFUNDS_PAYABLE,
        credit=account_of(attempt, charge),
        now=now,
        refund=refund,
    )


async def balance_of(booking: Booking, currency: str) -> Money:
    """What we hold for the booking's trip: all that came in for it, less all that is promised back.

    Money that came in twice is not in it: that was never for the trip.
    """
    row = await run_one(HELD, booking.id, currency)
    return Money(int(row["held"]) if row else 0, currency)


def account_of(attempt: Attempt, charge: Charge) -> Account:
    """Where the books keep what this attempt brought."""
    if attempt.status is AttemptStatus.SURPLUS:
        return Account.SURPLUS_RECEIPTS
    return Account.PATIENT_DEPOSITS if charge.kind is ChargeKind.DEPOSIT else Account.PATIENT_BALANCES


async def _record(
    kind: EntryKind,
    charge: Charge,
    attempt: Attempt,
    money: Money,
    *,
    debit: Account,
    credit: Account,
    now: datetime,
    refund: Refund | None = None,
) -> None:
    """Entry and lines in one statement. IntegrityError if this was recorded before."""
    refund_id = refund.id if refund else None
    await run(RECORD, charge.booking_id, kind, attempt.id, refund_id, now, money.currency, debit, credit, money.amount)
