"""What this member of staff can do with a case now. Pure: the journeys refuse whatever this leaves out."""

from dataclasses import dataclass
from typing import Final

from booking.accounts.viewers import Viewer
from booking.bookings.models import BookingStatus
from booking.consultations.models import CaseStatus
from booking.consultations.moves import NEXT
from booking.consultations.reviews import LEADS_TO
from booking.journeys.case_file import CaseFile
from booking.journeys.close_case import ENDS

STAND: Final = frozenset({BookingStatus.HELD, BookingStatus.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Choices:
    """`booking` is the code of the booking that can be moved or cancelled, or empty.

    `decline` is the same for a clinician: a decision waits until nobody comes for nothing, and all has gone back.
    """

    review: bool
    plan: bool
    close: bool
    erase: bool
    booking: str
    decline: str


def choices_of(file: CaseFile, viewer: Viewer) -> Choices:
    status, booking = file.case.status, file.booking
    stands = booking is not None and booking.status in STAND
    follows = NEXT[status]
    return Choices(
        review=viewer.is_clinician and not stands and any(to in follows for to in LEADS_TO.values()),
        plan=viewer.is_coordinator and not stands and (status is CaseStatus.PLANNED or CaseStatus.PLANNED in follows),
        close=viewer.is_coordinator and not stands and any(end in follows for end in ENDS),
        erase=viewer.is_coordinator and not stands,
        booking=booking.code if booking is not None and stands and viewer.is_coordinator else "",
        decline=booking.code if booking is not None and stands and viewer.is_clinician else "",
    )
