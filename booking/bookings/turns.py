"""Whose turn it is on the waiting list, and what has become of a place. Pure."""

from dataclasses import dataclass
from datetime import date

from booking.bookings.models import BookingStatus, WaitStatus
from booking.consultations.models import CaseStatus


@dataclass(frozen=True, slots=True)
class InLine:
    """One place with all that decides about it.

    `has_dates`: some are held or booked for the case now; `offer_stands`: those of its offer are still held.
    """

    id: int
    case_id: int
    status: WaitStatus
    last_day: date
    case_status: CaseStatus
    booking_status: BookingStatus | None
    offer_stands: bool
    has_dates: bool
    is_silenced: bool
    is_paused: bool

    @property
    def may_have_dates(self) -> bool:
        """Consent stands, no dates are paid for, and nothing has happened that makes an offer out of place."""
        return self.case_status is CaseStatus.CONSENTED and not self.is_silenced

    @property
    def can_be_offered(self) -> bool:
        """Who holds other dates, or wants no mail for a while, is passed over and keeps their place."""
        return self.status is WaitStatus.WAITING and not self.has_dates and not self.is_paused


def became(place: InLine, *, today: date) -> WaitStatus | None:
    """What a place has become by what happened to its case and its offer; None while it stands as it is."""
    if place.status is WaitStatus.WAITING:
        if not place.may_have_dates:
            return WaitStatus.ENDED
        return WaitStatus.RUN_OUT if place.last_day <= today else None
    if place.booking_status in {BookingStatus.CONFIRMED, BookingStatus.COMPLETED}:
        return WaitStatus.TAKEN
    if place.offer_stands:
        return None
    if not place.may_have_dates:
        return WaitStatus.ENDED
    return WaitStatus.WAITING if place.booking_status is BookingStatus.CANCELLED else WaitStatus.UNANSWERED
