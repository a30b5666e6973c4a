"""A booking is cancelled: what comes back by the terms agreed at booking, and everything that ends with it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from booking.accounts import audit
from booking.accounts.viewers import Scope, Viewer
from booking.aftercare.check_ins import cancel_check_ins
from booking.bookings import booking as bookings
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import move
from booking.consultations import cases, consents, moves
from booking.consultations.models import Case, CaseStatus
from booking.journeys.agreement import agreed, arrival_of, today_at_clinic
from booking.journeys.close_pages import close_pages
from booking.journeys.links import Links
from booking.journeys.offer import clinic_of
from booking.journeys.offer_freed import offer_freed
from booking.journeys.say import say_about_booking
from booking.kit.db import transaction
from booking.kit.errors import Forbidden, Refusal, WrongMoment
from booking.kit.money import Money
from booking.kit.words import _
from booking.messages import facts, outbox
from booking.payments import ledger
from booking.payments.charges import void_charges
from booking.payments.gateway import GatewayDown
from booking.payments.refunds import want_refunds
from booking.payments.terms import RefundCause, Terms, refund_due
from booking.programmes.models import Clinic
from booking.services import Services
from booking.slots import claims

CANCELLABLE: Final = frozenset({BookingStatus.HELD, BookingStatus.CONFIRMED})
# Why a trip may be cancelled; the other causes of a refund are the product's own.
CAUSES: Final = (RefundCause.CHANGE_OF_MIND, RefundCause.HEALTH, RefundCause.CLINIC_DECLINED)


class OnlyTheClinicSays(Forbidden):
    """Everything comes back when health or the clinic is the reason, so that the clinic looks at it first."""

    say = _("Only the clinic records this as the reason. Please write to us: then everything you paid comes back.")


class OtherAmount(Refusal):
    """A day ended, or money came in, between the look and the word."""

    status = 409
    say = _("What comes back has changed since you looked. Nothing was cancelled. Please look again.")


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What cancelling now would mean. `paid` is all that was paid and is not on its way back already."""

    booking: Booking
    clinic: Clinic
    cause: RefundCause
    arrival: date
    today: date
    terms: Terms
    paid: Money
    comes_back: Money

    @property
    def kept(self) -> Money:
        """What the clinic keeps."""
        return self.paid - self.comes_back


async def preview_cancel(
    viewer: Viewer, code: str, *, now: datetime, cause: RefundCause = RefundCause.CHANGE_OF_MIND
) -> Cancellation:
    """What comes back if the booking is cancelled now, for this cause; nothing is changed.

    Raises NotFound and NotAllowedByThePatient, OnlyTheClinicSays, WrongMoment if it cannot be cancelled any more.
    """
    booking = await _theirs(viewer, code, cause)
    return await _cancellation(booking, booking.case, cause, now=now)


async def cancel(
    viewer: Viewer,
    code: str,
    cause: RefundCause,
    *,
    services: Services,
    now: datetime,
    expecting: Money | None = None,
) -> Cancellation:
    """Cancel for good: dates are free again, nothing more is owed, what comes back is promised, no mail of the trip is sent.

    The case keeps its consent, and other dates may be chosen. The worker sends the refund; payment pages that are
    open are closed. Raises what `preview_cancel` does, and OtherAmount if `expecting`, what the canceller was shown, is
    no longer what comes back.
    """
    found = await _theirs(viewer, code, cause)
    async with transaction():
        booking = await bookings.locked(found.id)
        cancellation = await _cancellation(booking, found.case, cause, now=now)
        if expecting is not None and expecting != cancellation.comes_back:
            raise OtherAmount
        await end_booking(cancellation, links=Links(services.settings.public_url), by=viewer, now=now)
    await offer_freed(found.case.clinic_id, now=now)
    with suppress(GatewayDown):  # the worker's next round closes them
        await close_pages(payments=services.payments, links=Links(services.settings.public_url), now=now)
    return cancellation


async def end_booking(cancellation: Cancellation, *, links: Links, by: Viewer, now: datetime) -> None:
    """The whole end of a booking that the caller has locked, in the caller's transaction."""
    booking, comes_back = cancellation.booking, cancellation.comes_back
    await move(booking, BookingStatus.CANCELLED, by=by, now=now, note=cancellation.cause)
    await claims.release(booking.id)
    await void_charges(booking)
    await want_refunds(booking, comes_back, cancellation.cause, now=now)
    case = await Case.get(id=booking.case_id)
    if case.status is CaseStatus.BOOKED:
        await moves.move(case, CaseStatus.CONSENTED, by=by, now=now, note="booking cancelled")
    await outbox.cancel_trip(booking.id, now=now)
    await cancel_check_ins(booking.id)
    refund: dict[str, Any] = {} if comes_back.is_zero else {"refund": facts.money(comes_back)}
    await say_about_booking(booking, "cancelled", links=links, now=now, about=booking.code, **refund)
    await audit.record(by, "booking.cancel", f"booking {booking.code}", now=now)


async def _theirs(viewer: Viewer, code: str, cause: RefundCause) -> Booking:
    booking = await bookings.get(viewer, code)
    if booking.case.clinic_id in viewer.clinics:
        return booking
    cases.require(viewer, booking.case, Scope.ACT)
    if cause is not RefundCause.CHANGE_OF_MIND:
        raise OnlyTheClinicSays
    return booking


async def _cancellation(booking: Booking, case: Case, cause: RefundCause, *, now: datetime) -> Cancellation:
    if booking.status not in CANCELLABLE or cause not in CAUSES:
        raise WrongMoment
    total, terms = await agreed(case)
    arrival, today = arrival_of(booking), await today_at_clinic(case, now)
    paid = await ledger.balance_of(booking, total.currency)
    # Whatever the days that are left: the consent promises all of it back while its time to think runs.
    thinking = await consents.still_thinking(case, now=now)
    comes_back = paid if thinking else refund_due(paid, arrival, today, terms, cause)
    return Cancellation(booking, await clinic_of(case), cause, arrival, today, terms, paid, comes_back)
