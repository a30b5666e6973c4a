"""A booking's whole trip as one value: what the page, the letter, the calendar file and a partner's system are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from booking.accounts.viewers import Scope, Viewer
from booking.bookings import booking as bookings
from booking.bookings.models import Booking, BookingStatus
from booking.consultations import cases, drafts
from booking.consultations.models import Case
from booking.itineraries.assemble import itinerary_of
from booking.itineraries.days import Day, days
from booking.itineraries.findings import Finding, findings
from booking.itineraries.legs import changes_of
from booking.itineraries.progress import Part, State, progress
from booking.itineraries.rules import TravelRules
from booking.itineraries.trip import Appointment, Itinerary
from booking.journeys.offer import Offer, clinic_of, offer_of
from booking.journeys.say import address_of
from booking.kit.db import transaction
from booking.kit.errors import WrongMoment
from booking.kit.words import _
from booking.programmes.models import Clinic
from booking.programmes.parts import in_language
from booking.slots.protocol import Protocol
from booking.slots.windows import Window


class NoTrip(WrongMoment):
    say = _("There is no trip here: it begins when the dates are confirmed, and ends if they are cancelled.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItinerary:
    """A trip as its reader may see it. `sequence` counts up with every change; `reader_zone` is the reader's own clock."""

    booking: Booking
    case: Case
    clinic: Clinic
    trip: Itinerary
    rules: TravelRules
    sequence: int
    may_change: bool
    reader_zone: str

    @property
    def findings(self) -> list[Finding]:
        """What does not fit, what blocks first."""
        return findings(self.trip, self.rules)

    @property
    def days(self) -> list[Day]:
        return days(self.trip)

    @property
    def progress(self) -> Mapping[Part, State]:
        return progress(self.trip, self.findings)

    @property
    def address(self) -> str:
        return address_of(self.clinic)


async def open_itinerary(
    viewer: Viewer, code: str, *, language: str, now: datetime, tentative: bool = False
) -> OpenItinerary:
    """The trip of a confirmed booking, its appointments' titles in this language; `tentative` allows a hold's too.

    What is known of the stroke counts in the findings only where the viewer may see health data, and is then audited.
    Raises NotFound for another's, and NoTrip while, or once, nothing is confirmed.
    """
    async with transaction():
        booking = await bookings.get(viewer, code)
        if not (tentative and bookings.status_at(booking, now) is BookingStatus.HELD):
            require_trip(booking)
        case = booking.case
        clinic, offer = await clinic_of(case), await offer_of(case.version_id)
        trip = await trip_of(viewer, booking, clinic, offer, language=language, now=now)
        return OpenItinerary(
            booking=booking,
            case=case,
            clinic=clinic,
            trip=trip,
            rules=offer.travel,
            sequence=booking.calendar_sequence + await changes_of(booking.id),
            may_change=case.clinic_id in viewer.clinics or cases.may(viewer, case, Scope.ACT),
            reader_zone=viewer.zone or case.zone,
        )


def require_trip(booking: Booking) -> None:
    """Raises NoTrip unless the booking is confirmed, or was until its last day had passed."""
    if booking.status not in bookings.TRAVELS:
        raise NoTrip


async def trip_of(
    viewer: Viewer, booking: Booking, clinic: Clinic, offer: Offer, *, language: str, now: datetime
) -> Itinerary:
    """The legs of a booking around its appointments. Runs in the caller's transaction."""
    stroke_on, stroke_kind = await stroke_of(viewer, booking.case, now=now)
    return await itinerary_of(
        booking.id,
        appointments_of(Window.from_json(booking.window), offer.protocol, place=address_of(clinic), language=language),
        clinic_airport=clinic.airport,
        clinic_zone=clinic.zone,
        stroke_on=stroke_on,
        stroke_kind=stroke_kind,
    )


def appointments_of(window: Window, protocol: Protocol, *, place: str, language: str) -> tuple[Appointment, ...]:
    """Each step of a window with its instants, derived from the clinic's own day and hour (G21)."""
    titles = {step.key: in_language(step.title, language) for step in protocol.steps}
    told = []
    for step in window.steps:
        starts_at, ends_at = window.period(step)
        told.append(
            Appointment(key=step.key, title=titles[step.key], starts_at=starts_at, ends_at=ends_at, place=place)
        )
    return tuple(told)


async def stroke_of(viewer: Viewer, case: Case, *, now: datetime) -> tuple[date | None, str]:
    """When it was and of which kind, for who may read the case's records."""
    if case.clinic_id not in viewer.clinics and not cases.may(viewer, case, Scope.RECORDS):
        return None, "unknown"
    told = await drafts.told_of(case, viewer=viewer, now=now)
    return told.stroke_on, told.stroke_kind
