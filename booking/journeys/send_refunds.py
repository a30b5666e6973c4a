"""Refunds that were promised are asked of Stripe, and followed until they are settled."""

from datetime import datetime
from typing import Final

from booking.accounts.viewers import SYSTEM
from booking.bookings import booking as bookings
from booking.bookings.models import BookingStatus
from booking.bookings.moves import move
from booking.journeys.links import Links
from booking.journeys.say import say_about_booking
from booking.kit.db import transaction
from booking.kit.failpoints import failpoint
from booking.kit.logs import logger
from booking.messages import facts
from booking.payments.gateway import GatewayDown, GatewayRefused, PaymentGateway, RefundResult
from booking.payments.models import Attempt, Charge, Refund, RefundStatus
from booking.payments.refunds import settle_refund, tried, unsettled

log = logger(__name__)

AT_ONCE: Final = 20


async def send_refunds(*, payments: PaymentGateway, links: Links, now: datetime) -> None:
    """One round over the refunds that are not settled. Each has its key committed already, so asking twice pays once."""
    for refund in await unsettled(at_most=AT_ONCE):
        async with transaction():
            await tried(refund, now=now)
        try:
            result = await _ask(refund, payments)
        except GatewayDown:
            return  # the next round asks again, under the same key
        except GatewayRefused as fault:
            log.warning("refund.refused", refund=refund.code, why=fault.code)
            result = None
        failpoint("refund-asked")
        async with transaction():
            await see_refund(refund, result, links=links, now=now)


async def see_refund(refund: Refund, result: RefundResult | None, *, links: Links, now: datetime) -> None:
    """Stripe said where a refund is; None: it refused. Runs in the caller's transaction, and tells the family once."""
    charge = await Charge.get(id=refund.charge_id)
    booking = await bookings.locked(charge.booking_id)
    if not await settle_refund(refund, result, now=now):
        return
    settled = await Refund.get(id=refund.id)
    if settled.status is not RefundStatus.DONE:
        return
    if booking.status is BookingStatus.REFUND_DUE:
        await move(booking, BookingStatus.CANCELLED, by=SYSTEM, now=now, note="refunded")
    await say_about_booking(
        booking,
        "refunded",
        links=links,
        now=now,
        about=settled.code,
        refund=facts.money(settled.money),
        reference=settled.code,
    )


async def _ask(refund: Refund, payments: PaymentGateway) -> RefundResult:
    if refund.status is RefundStatus.SENT and refund.stripe_id:
        return await payments.find_refund(refund.stripe_id)
    attempt = await Attempt.get(id=refund.attempt_id)
    return await payments.refund(attempt.payment_intent or "", refund.money, refund.idempotency_key, refund.reason)
