"""Money came in, or a page expired, or a refund moved: told by a webhook, by the browser's return, or found by asking.

All roads end in one transaction in which each thing happens once: an event's row, an attempt's capture
and a refund's move are compared and set, so that a second telling changes nothing (G9, G11).
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from booking.accounts.viewers import SYSTEM
from booking.bookings import booking as bookings
from booking.bookings.elsewhere import Elsewhere
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import OtherDatesHeld, move
from booking.consultations import cases, moves
from booking.consultations.consents import NoConsent
from booking.consultations.models import Case, CaseStatus
from booking.journeys.agreement import balance_of_trip, require_agreement, still_agreed
from booking.journeys.first_day import TooSoon, as_of_now, require_not_too_soon, thought_over
from booking.journeys.links import Links
from booking.journeys.offer import clinic_of, offer_of
from booking.journeys.plan_messages import plan_booking_messages
from booking.journeys.say import say_about_booking
from booking.journeys.send_refunds import see_refund
from booking.kit.db import savepoint, transaction
from booking.kit.errors import WrongMoment
from booking.kit.failpoints import failpoint
from booking.kit.logs import logger
from booking.kit.money import Money
from booking.kit.times import in_zone
from booking.messages import facts, outbox
from booking.payments.attempts import attempt_of, end_attempt
from booking.payments.charges import Captured, mark_paid
from booking.payments.events import mark_handled, take_event
from booking.payments.gateway import Checkout, CheckoutStatus, EventKind, PaymentEvent, PaymentGateway, RefundResult
from booking.payments.models import Attempt, Charge, ChargeKind
from booking.payments.refunds import refund_of, want_refund
from booking.payments.terms import RefundCause
from booking.slots import claims
from booking.slots.claims import WindowPassed, WindowTaken
from booking.slots.windows import Window

log = logger(__name__)


async def settle(event: PaymentEvent, *, links: Links, now: datetime) -> None:
    """Let an event take effect, once, whoever tells it and however often."""
    async with transaction():
        if not await take_event(event, now=now):
            return
        await _act(event, links=links, now=now)
        failpoint("payment-settling")
        await mark_handled(event, now=now)


async def settle_checkout(session_id: str, *, payments: PaymentGateway, links: Links, now: datetime) -> None:
    """Ask Stripe how a page stands, and act on it: for a browser that is back before the webhook, or a lost event.

    Raises GatewayDown: then the webhook, or the next time of asking, does it.
    """
    checkout = await payments.find_checkout(session_id)
    attempt = await attempt_of(checkout)
    if attempt is None:
        return
    async with transaction():
        await see_checkout(attempt, checkout, links=links, now=now)


async def see_checkout(attempt: Attempt, checkout: Checkout, *, links: Links, now: datetime) -> None:
    """What a page's state means for us. Runs in the caller's transaction."""
    if checkout.paid and checkout.payment_intent:
        await _capture(attempt, checkout.money, checkout.payment_intent, links=links, now=now)
    elif checkout.status is CheckoutStatus.EXPIRED:
        await end_attempt(attempt)


async def _act(event: PaymentEvent, *, links: Links, now: datetime) -> None:
    if event.kind is EventKind.REFUND_CHANGED:
        await _see_refund(event, links=links, now=now)
        return
    if event.kind not in {EventKind.CAPTURED, EventKind.CHECKOUT_EXPIRED}:
        return
    attempt = await attempt_of(event)
    if attempt is None:
        # Not ours: another system may share the Stripe account.
        log.warning("payment.unknown", event_id=event.event_id)
    elif event.kind is EventKind.CHECKOUT_EXPIRED:
        await end_attempt(attempt)
    elif event.money is not None and event.payment_intent is not None:
        await _capture(attempt, event.money, event.payment_intent, links=links, now=now)


async def _capture(attempt: Attempt, money: Money, payment_intent: str, *, links: Links, now: datetime) -> None:
    charge = await Charge.get(id=attempt.charge_id)
    # Every journey locks the booking first, and then what hangs on it. It may come too late, and give the booking its dates again.
    booking = await bookings.locked_with_others(charge.booking_id)
    await booking.fetch_related("case")
    became = await mark_paid(attempt, money, payment_intent, now=now)
    if became is Captured.SURPLUS:
        await want_refund(attempt, money, RefundCause.PAID_TWICE, now=now)
    elif became is Captured.PAID and charge.kind is ChargeKind.DEPOSIT:
        await _deposit_paid(booking, attempt, money, links=links, now=now)
    elif became is Captured.PAID:
        await _say_receipt(booking, attempt, money, links=links, now=now)
        await plan_booking_messages(booking, now=now)


async def _deposit_paid(booking: Booking, attempt: Attempt, money: Money, *, links: Links, now: datetime) -> None:
    """Confirm if the dates are still there or can be had again; else the money goes back (G10)."""
    if booking.status in {BookingStatus.HELD, BookingStatus.LAPSED} and await _confirmed(booking, now=now):
        await outbox.cancel_planned(booking.case_id, now=now, occasions=["dates-held", "dates-offered"])
        await say_about_booking(booking, "confirmed", links=links, now=now, about=booking.code)
        await _say_receipt(booking, attempt, money, links=links, now=now)
        await plan_booking_messages(booking, now=now)
        return
    if booking.status is BookingStatus.HELD:
        await move(booking, BookingStatus.LAPSED, by=SYSTEM, now=now)
    if booking.status is BookingStatus.LAPSED:
        # Also what is left of a hold that lapsed unswept when its case chose other dates.
        await claims.release(booking.id)
        await move(booking, BookingStatus.REFUND_DUE, by=SYSTEM, now=now, note="paid after the dates had gone")
    await want_refund(attempt, money, RefundCause.DATES_GONE, now=now)
    await say_about_booking(booking, "dates-gone", links=links, now=now, about=booking.code, paid=facts.money(money))


async def _confirmed(booking: Booking, *, now: datetime) -> bool:
    """Keep the claims, or take them again if the hold has lapsed, and confirm booking and case: all of it or nothing."""
    window = Window.from_json(booking.window)
    if window.starts_at <= now:
        # A hold that no worker has swept still has its claims, however late the money is heard of.
        return False
    was = booking.status, booking.lapses_at, booking.calendar_sequence
    try:
        async with savepoint():
            # Whoever takes dates opens the case's one live booking first, then claims: in another order both could wait in a circle.
            await move(booking, BookingStatus.CONFIRMED, by=SYSTEM, now=now)
            if not await _kept(window, booking.id, now=now):
                await _taken_again(window, booking.id, now=now)
                await _require_not_too_soon(booking.case, window, now=now)
            await moves.move(booking.case, CaseStatus.BOOKED, by=SYSTEM, now=now)
    except (WindowTaken, WindowPassed, TooSoon, NoConsent, OtherDatesHeld, Elsewhere, WrongMoment):
        booking.status, booking.lapses_at, booking.calendar_sequence = was
        return False
    return True


async def _kept(window: Window, booking_id: int, *, now: datetime) -> bool:
    """Whether the hold was whole. Of one that was not nothing is kept, nor is any claim locked: who takes dates locks resources before claims."""
    with suppress(WindowTaken):
        async with savepoint():
            if await claims.keep(window, booking_id, now=now):
                return True
            raise WindowTaken
    return False


async def _taken_again(window: Window, booking_id: int, *, now: datetime) -> None:
    """Once more if it fails: the clinic may just have been changed in what is nobody's concern here."""
    with suppress(WindowTaken):
        async with savepoint():
            await claims.retake(window, booking_id, now=now)
            return
    await claims.retake(window, booking_id, now=now)


async def _require_not_too_soon(case: Case, window: Window, *, now: datetime) -> None:
    """Dates that are taken anew are looked at as of now; those that were held all the while are theirs, as the desk knows."""
    await cases.lock(case.id)  # it is about to be moved: whoever else would move it waits here, not in a circle
    agreement, word = await require_agreement(case), await still_agreed(SYSTEM, case, now=now)
    offer, first = await offer_of(case.version_id), thought_over(await clinic_of(case), agreement)
    require_not_too_soon(SYSTEM, case, window.start, as_of_now(first, word, offer))


async def _say_receipt(booking: Booking, attempt: Attempt, money: Money, *, links: Links, now: datetime) -> None:
    charge = await Charge.get(id=attempt.charge_id)
    rest = await balance_of_trip(booking, booking.case, now=now) if charge.kind is ChargeKind.DEPOSIT else None
    owed: dict[str, Any] = {"balance": facts.money(rest.money), "balance_due": facts.day(rest.due_on)} if rest else {}
    zone = Window.from_json(booking.window).zone
    await say_about_booking(
        booking,
        "receipt",
        links=links,
        now=now,
        link="portal:receipt",
        about=charge.code,
        paid=facts.money(money),
        paid_on=facts.day(in_zone(now, zone).date()),
        reference=charge.code,
        **owed,
    )


async def _see_refund(event: PaymentEvent, *, links: Links, now: datetime) -> None:
    refund = await refund_of(event)
    if refund is None or event.refund_state is None or event.money is None:
        log.warning("refund.unknown", event_id=event.event_id)
        return
    result = RefundResult(event.refund_id or "", event.payment_intent or "", event.money, event.refund_state)
    await see_refund(refund, result, links=links, now=now)
