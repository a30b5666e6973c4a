"""Tries at paying a charge. An attempt and its key are committed before Stripe hears of them (G14)."""

from datetime import datetime

from booking.bookings.models import Booking
from booking.kit.db import execute, run_one
from booking.kit.errors import MovedMeanwhile, WrongMoment
from booking.kit.ids import new_token
from booking.kit.words import _
from booking.payments.charges import NothingToPay
from booking.payments.gateway import Checkout, PaymentEvent
from booking.payments.models import Attempt, AttemptStatus, Charge, ChargeStatus

UNFINISHED = (AttemptStatus.WANTED, AttemptStatus.OPEN)

BEGIN = """
INSERT INTO attempt (charge_id, idempotency_key, status, currency, created_at, expires_at, captured_amount, refunding_amount)
VALUES ($1, $2, 'wanted', $3, $4, $5, 0, 0)
ON CONFLICT (charge_id) WHERE status IN ('wanted', 'open') DO NOTHING
RETURNING id
"""

STORE = """
UPDATE attempt SET session_id = $2, url = $3, status = CASE status WHEN 'wanted' THEN 'open' ELSE status END
WHERE id = $1 AND coalesce(session_id, $2) = $2
"""


class PaymentUnderWay(WrongMoment):
    say = _("A payment page for this is open already. Please finish there, or close it and try again.")


async def open_attempt(charge: Charge, *, now: datetime) -> Attempt | None:
    """The attempt that can still be paid: continue with it, by its url or, if it has none yet, by its key."""
    return await Attempt.get_or_none(charge_id=charge.id, status__in=UNFINISHED, expires_at__gt=now)


async def new_attempt(charge: Charge, *, now: datetime, expires_at: datetime) -> Attempt:
    """A new try with a key of its own, for Stripe to be asked once this is committed.

    Attempts whose time is over are closed first. After a decline the same page takes another card; after a refusal
    `end_attempt` comes first, for the same key would bring the same refusal for ever.

    Raises:
        NothingToPay: the charge is not due.
        PaymentUnderWay: an attempt is open; `open_attempt` has it.
    """
    locked = await Charge.select_for_update().get(id=charge.id)
    if locked.status is not ChargeStatus.DUE:
        raise NothingToPay
    await Attempt.filter(charge_id=charge.id, status__in=UNFINISHED, expires_at__lte=now).update(
        status=AttemptStatus.EXPIRED
    )
    begun = await run_one(BEGIN, charge.id, f"pay-{new_token()}", charge.currency, now, expires_at)
    if begun is None:
        raise PaymentUnderWay
    return await Attempt.get(id=begun["id"])


async def store_checkout(attempt: Attempt, checkout: Checkout) -> Attempt:
    """Keep the page that Stripe opened for the attempt; the attempt as it then stands.

    It is `paid` already if the webhook was faster. Raises MovedMeanwhile if it has another page.
    """
    if not await execute(STORE, attempt.id, checkout.session_id, checkout.url or ""):
        raise MovedMeanwhile
    return await Attempt.get(id=attempt.id)


async def end_attempt(attempt: Attempt) -> bool:
    """Close an attempt that brought nothing; False if it was closed, or paid, before."""
    return bool(await Attempt.filter(id=attempt.id, status__in=UNFINISHED).update(status=AttemptStatus.EXPIRED))


async def attempt_of(seen: Checkout | PaymentEvent) -> Attempt | None:
    """The attempt that a checkout or an event is about: by our own key, else by Stripe's ids."""
    keyed = await Attempt.get_or_none(idempotency_key=seen.idempotency_key) if seen.idempotency_key else None
    paged = await Attempt.get_or_none(session_id=seen.session_id) if seen.session_id and not keyed else None
    if keyed or paged or not seen.payment_intent:
        return keyed or paged
    return await Attempt.get_or_none(payment_intent=seen.payment_intent)


async def attempt_on_page(session_id: str, booking: Booking) -> Attempt | None:
    """The attempt on this page of Stripe's, if it is one at paying for this booking."""
    return await Attempt.get_or_none(session_id=session_id, charge__booking_id=booking.id)


async def of_no_use() -> list[Attempt]:
    """Attempts that may still take money for a charge which asks for none: close their pages at Stripe."""
    return await Attempt.filter(status__in=UNFINISHED).exclude(charge__status=ChargeStatus.DUE).order_by("id")


async def overdue(*, now: datetime, at_most: int) -> list[Attempt]:
    """Attempts whose page is over and of which we heard nothing: ask Stripe what became of them (G11)."""
    return await Attempt.filter(status__in=UNFINISHED, expires_at__lte=now).order_by("expires_at").limit(at_most)
