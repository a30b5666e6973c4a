"""Someone goes to pay: the charge and its key are committed, then Stripe is asked for a page, then the page is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking.accounts import audit
from booking.accounts.models import Person
from booking.accounts.viewers import Scope, Viewer
from booking.bookings import booking as bookings
from booking.bookings.models import Booking, BookingStatus
from booking.consultations import cases, consents
from booking.consultations.models import Case
from booking.journeys.agreement import agreed, balance_of_trip, require_agreement, today_at_clinic
from booking.journeys.links import Links
from booking.journeys.offer import clinic_of
from booking.kit.db import execute, transaction
from booking.kit.errors import Refusal, WrongMoment
from booking.kit.failpoints import failpoint
from booking.kit.money import Money
from booking.kit.times import in_zone, show_date, show_time
from booking.kit.words import Text, _
from booking.payments.attempts import PaymentUnderWay, end_attempt, new_attempt, open_attempt, store_checkout
from booking.payments.charges import NothingToPay, open_deposit
from booking.payments.gateway import CheckoutOrder, GatewayDown, GatewayRefused, PaymentGateway
from booking.payments.models import Attempt, Charge, ChargeKind
from booking.slots import claims
from booking.slots.windows import Window

# Stripe's shortest checkout is 30 minutes; a minute of difference between the clocks must not make it too short.
CHECKOUT_LASTS: Final = timedelta(minutes=32)
# A hold outlives its payment page by enough for the webhook of a payment made in the last second.
GRACE: Final = timedelta(minutes=5)

NAMES: Final[dict[ChargeKind, Text]] = {
    ChargeKind.DEPOSIT: _("Deposit for your stay, booking %(code)s"),
    ChargeKind.BALANCE: _("Balance for your stay, booking %(code)s"),
}
UNTIL: Final = _("%(day)s, %(time)s in %(place)s")


class PaymentPageDown(Refusal):
    """Stripe does not answer. Nothing was charged, and the dates stay held."""

    status = 503
    say = _(
        "The payment page cannot be opened just now. Nothing was charged, and your dates are kept. Please try again."
    )


class HoldOver(Refusal):
    status = 409
    say = _("The time for which these dates were held is over. Please look at which dates are free now.")


@dataclass(frozen=True, slots=True)
class _Started:
    charge: Charge
    attempt: Attempt


async def start_payment(
    viewer: Viewer, code: str, kind: ChargeKind, *, payments: PaymentGateway, links: Links, now: datetime
) -> str:
    """The address of Stripe's page for this booking's deposit or balance.

    Asked again while a page is open, the same page is given. The dates are held at least as long as
    the page can be paid.

    Raises:
        NotFound, NotAllowedByThePatient: not this viewer's to pay.
        StillThinking, NoConsent: no money is taken before the time to think is over.
        HoldOver: the hold has lapsed.
        NothingToPay: it was paid, or nothing is asked for.
        PaymentPageDown: Stripe did not answer; nothing is lost.
    """
    booking = await bookings.get(viewer, code)
    cases.require(viewer, booking.case, Scope.PAY)
    started = await _begin(viewer, booking, kind, now=now)
    if started.attempt.url:
        return started.attempt.url
    failpoint("payment-key-kept")
    order = await _order(viewer, booking, started, links)
    try:
        checkout = await payments.start_checkout(order)
    except GatewayDown as fault:
        raise PaymentPageDown from fault
    except GatewayRefused as fault:
        async with transaction():
            await end_attempt(started.attempt)
        raise PaymentPageDown from fault
    failpoint("payment-page-made")
    async with transaction():
        kept = await store_checkout(started.attempt, checkout)
    return kept.url or links.to("portal:booking", code=booking.code)


async def _begin(viewer: Viewer, booking: Booking, kind: ChargeKind, *, now: datetime) -> _Started:
    """Transaction one: the charge, its attempt and its key exist before Stripe hears of them (G14)."""
    expires_at = now + CHECKOUT_LASTS
    async with transaction():
        locked = await bookings.locked(booking.id)
        if kind is ChargeKind.DEPOSIT:
            charge = await _deposit(viewer, locked, booking.case, now=now)
        else:
            charge = await _balance(locked, booking.case, now=now)
        attempt = await _attempt(charge, expires_at, now=now)
        if kind is ChargeKind.DEPOSIT:
            await _outlive(locked, attempt.expires_at, now=now)
        await audit.record(viewer, "payment.start", f"booking {booking.code}", now=now)
    return _Started(charge, attempt)


async def _attempt(charge: Charge, expires_at: datetime, *, now: datetime) -> Attempt:
    under_way = await open_attempt(charge, now=now)
    if under_way is not None:
        return under_way
    try:
        return await new_attempt(charge, now=now, expires_at=expires_at)
    except PaymentUnderWay:
        found = await open_attempt(charge, now=now)
        if found is None:
            raise
        return found


async def _deposit(viewer: Viewer, booking: Booking, case: Case, *, now: datetime) -> Charge:
    if booking.status is not BookingStatus.HELD:
        raise WrongMoment
    clinic = await clinic_of(case)
    until = (await require_agreement(case)).cooling_off_until
    words = UNTIL.into(
        viewer.language,
        day=show_date(in_zone(until, clinic.zone).date(), viewer.language),
        time=show_time(until, clinic.zone),
        place=clinic.place_name,
    )
    await consents.require_thought_over(case, now=now, until_in_words=words)
    total, terms = await agreed(case)
    return await open_deposit(booking, total, terms, today=await today_at_clinic(case, now), now=now)


async def _balance(booking: Booking, case: Case, *, now: datetime) -> Charge:
    if booking.status is not BookingStatus.CONFIRMED:
        raise WrongMoment
    charge = await balance_of_trip(booking, case, now=now)
    if charge is None:
        raise NothingToPay
    return charge


async def _outlive(booking: Booking, expires_at: datetime, *, now: datetime) -> None:
    """See that the hold is still whole, and that it outlives the page."""
    if booking.lapses_at is None or booking.lapses_at <= now:
        raise HoldOver
    until = max(booking.lapses_at, expires_at + GRACE)
    if not await claims.extend(Window.from_json(booking.window), booking.id, now=now, lapses_at=until):
        raise HoldOver
    await execute("UPDATE booking SET lapses_at = $2 WHERE id = $1 AND status = 'held'", booking.id, until)


async def _order(viewer: Viewer, booking: Booking, started: _Started, links: Links) -> CheckoutOrder:
    payer = await Person.get(id=viewer.person_id)
    return CheckoutOrder(
        charge_code=started.charge.code,
        money=Money(started.charge.amount, started.charge.currency),
        what_for=NAMES[started.charge.kind].into(viewer.language, code=booking.code),
        email=payer.email or "",
        language=viewer.language,
        success_url=links.to("portal:paid", code=booking.code) + "?session={CHECKOUT_SESSION_ID}",
        cancel_url=links.to("portal:booking", code=booking.code),
        expires_at=started.attempt.expires_at,
        idempotency_key=started.attempt.idempotency_key,
    )
