"""What must be true before a booking goes to other dates, or is shown what would become of it: by whom, from where and to when."""

from datetime import datetime

from booking.accounts.viewers import Viewer
from booking.bookings import booking as bookings
from booking.bookings.booking import lapse_of
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.waitlist import is_offered
from booking.consultations import cases
from booking.consultations.models import Case
from booking.journeys.agreement import require_agreement, still_agreed
from booking.journeys.first_day import FirstDay, as_of_now, first_day, thought_over
from booking.journeys.offer import Offer, clinic_of, offer_of
from booking.journeys.reserve import require_age
from booking.kit.errors import WrongMoment
from booking.kit.words import _
from booking.programmes.models import Clinic
from booking.slots.tokens import read_window_token
from booking.slots.windows import Window


class SameDates(WrongMoment):
    say = _("These are the dates that you have. Please choose other ones.")


class StayBegan(WrongMoment):
    say = _("This stay has begun, so its dates can no longer be moved.")


class OfferedDates(WrongMoment):
    say = _(
        "These dates were offered to you along the waiting list. Let them go before you choose others: "
        "you stay on the list, at its end."
    )


async def movable(viewer: Viewer, code: str, *, underway: bool = False, now: datetime) -> tuple[Booking, Clinic, Offer]:
    """The booking, if the viewer may move it now; one whose stay has begun only if it may be `underway`."""
    booking = await bookings.get(viewer, code)
    if booking.status is BookingStatus.HELD:
        cases.require_to_book(viewer, booking.case)
    else:
        cases.require_staff(viewer, booking.case)
    if booking.status not in bookings.LIVE or lapse_of(booking, now) is not None:
        raise WrongMoment
    # Who was moved to dates that begin unknown to them has not come.
    has_come = booking.aside is None or booking.starts_at <= now
    if Window.from_json(booking.claimed).starts_at <= now and has_come and not underway:
        raise StayBegan
    await require_agreement(booking.case)
    return booking, await clinic_of(booking.case), await offer_of(booking.case.version_id)


async def require_own_choice(viewer: Viewer, booking: Booking) -> None:
    """An offer is taken or let go, or the line would not go on; staff may move it all the same. Raises OfferedDates."""
    if booking.case.clinic_id not in viewer.clinics and await is_offered(booking.id):
        raise OfferedDates


def wanted(booking: Booking, token: str, clinic: Clinic, offer: Offer, *, key: bytes) -> Window:
    window = read_window_token(token, key, protocol=offer.protocol, clinic_id=clinic.id, zone=clinic.zone)
    if window.steps == Window.from_json(booking.claimed).steps:
        raise SameDates
    return window


async def first_day_on(viewer: Viewer, case: Case, window: Window, offer: Offer, *, now: datetime) -> FirstDay:
    """The case's first day by the last word on it. Raises WrongMoment, and TooYoungThen for a patient whom the window is too early for."""
    word = await still_agreed(viewer, case, now=now)
    require_age(word.told, window.start, offer)
    return as_of_now(await _first_day(viewer, case, offer, now=now), word, offer)


async def _first_day(viewer: Viewer, case: Case, offer: Offer, *, now: datetime) -> FirstDay:
    """Staff need give no notice."""
    clinic, agreement = await clinic_of(case), await require_agreement(case)
    if case.clinic_id in viewer.clinics:
        return thought_over(clinic, agreement)
    return first_day(case, clinic, offer, agreement, now)


def is_too_soon(before: Window, after: Window, first: FirstDay) -> bool:
    return after.start != before.start and after.start < first.day
