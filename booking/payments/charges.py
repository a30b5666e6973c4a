"""What a booking owes, and what it takes to have it paid once. The only writer of charges."""

from datetime import date, datetime
from enum import StrEnum

from booking.bookings.models import Booking
from booking.kit.db import execute, run_one
from booking.kit.errors import WrongMoment
from booking.kit.ids import new_code
from booking.kit.money import Money
from booking.kit.words import _
from booking.payments import ledger
from booking.payments.models import Attempt, Charge, ChargeKind, ChargeStatus
from booking.payments.terms import Terms

OPEN = """
INSERT INTO charge (code, booking_id, kind, amount, currency, status, due_on, opened_at)
VALUES ($1, $2, $3, $4, $5, 'due', $6, $7)
ON CONFLICT (booking_id, kind) WHERE status <> 'void' DO NOTHING
"""

# The charge takes the money only if it is due and this is what it asked for; whatever it cannot take is surplus.
# Whoever comes second waits on the rows of whoever came first, and then finds nothing left to change.
CAPTURE = """
WITH taken AS (
    UPDATE charge SET status = 'paid', paid_at = $5
    WHERE id = $2 AND status = 'due' AND amount = $3 AND currency = $4
        AND EXISTS (SELECT FROM attempt WHERE id = $1 AND captured_at IS NULL)
    RETURNING id
)
UPDATE attempt SET
    status = CASE WHEN EXISTS (SELECT FROM taken) THEN 'paid' ELSE 'surplus' END,
    captured_amount = $3, currency = $4, captured_at = $5, payment_intent = $6
WHERE id = $1 AND captured_at IS NULL
RETURNING status
"""


class NothingToPay(WrongMoment):
    say = _("There is nothing left to pay here: it has been paid, or is no longer asked for.")


class Captured(StrEnum):
    """What became of money that came in."""

    PAID = "paid"
    SURPLUS = "surplus"
    KNOWN = "known"


async def open_deposit(booking: Booking, total: Money, terms: Terms, *, today: date, now: datetime) -> Charge:
    """The booking's deposit, due today by the terms' share of the price.

    Opened once: asked again, the same charge comes back as it stands, paid or not. `today` is the clinic's.
    """
    return await _open(booking, ChargeKind.DEPOSIT, terms.deposit_of(total), due_on=today, now=now)


async def open_balance(
    booking: Booking, total: Money, terms: Terms, *, arrival: date, today: date, now: datetime
) -> Charge | None:
    """The rest of the price after the deposit, due the terms' days before arrival; None if there is no rest.

    Opened once: asked again, the same charge comes back as it stands. Both dates are the clinic's.
    """
    rest = total - terms.deposit_of(total)
    if rest.is_zero:
        return None
    due_on = terms.balance_due_on(arrival, today)
    return await _open(booking, ChargeKind.BALANCE, rest, due_on=due_on, now=now)


async def move_balance_due(booking: Booking, terms: Terms, *, arrival: date, today: date) -> None:
    """After a move of the dates: a balance that is still to be paid falls due by the new arrival. Both dates are the clinic's."""
    await execute(
        "UPDATE charge SET due_on = $2 WHERE booking_id = $1 AND kind = 'balance' AND status = 'due'",
        booking.id,
        terms.balance_due_on(arrival, today),
    )


async def charge_of(booking: Booking, kind: ChargeKind) -> Charge | None:
    """The booking's deposit or balance as it stands, unless it was never opened or is void."""
    return await Charge.filter(booking_id=booking.id, kind=kind).exclude(status=ChargeStatus.VOID).get_or_none()


async def void_charges(booking: Booking) -> None:
    """Ask for nothing more: what is still due becomes void, what was paid stays paid.

    Money that comes in all the same, from a page that was open, is surplus and goes back.
    """
    await execute("UPDATE charge SET status = 'void' WHERE booking_id = $1 AND status = 'due'", booking.id)


async def mark_paid(attempt: Attempt, money: Money, payment_intent: str, *, now: datetime) -> Captured:
    """Take money that Stripe captured through this attempt into charge and books, whatever the attempt's status.

    PAID: it pays the charge, and this call is the one that made it so: confirm the booking.
    SURPLUS: it is in the books, but its charge was paid, void or of another amount: refund all of it.
    KNOWN: it was taken before; nothing was changed. However often and in whatever order Stripe tells, one caller gets
    PAID or SURPLUS. `attempt` is brought up to date.
    """
    charge = await Charge.get(id=attempt.charge_id)
    taken = await run_one(CAPTURE, attempt.id, charge.id, money.amount, money.currency, now, payment_intent)
    await attempt.refresh_from_db()
    if taken is None:
        return Captured.KNOWN
    await ledger.record_capture(attempt, charge, now=now)
    return Captured(taken["status"])


async def _open(booking: Booking, kind: ChargeKind, money: Money, *, due_on: date, now: datetime) -> Charge:
    await execute(OPEN, new_code(), booking.id, kind, money.amount, money.currency, due_on, now)
    return await Charge.exclude(status=ChargeStatus.VOID).get(booking_id=booking.id, kind=kind)
