"""The demo's confirmed trip, made as a family makes it: dates held, the deposit paid on the simulated page, the journey told."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking
from booking.consultations.models import Case
from booking.demo.till import Till
from booking.itineraries.details import FlightDetails, StayDetails, TransferDetails, TravellerDetails
from booking.itineraries.models import TravelsAs, Way
from booking.itineraries.trip import Flight, Itinerary
from booking.journeys.find_dates import find_dates
from booking.journeys.open_itinerary import open_itinerary
from booking.journeys.plan_travel import save_leg
from booking.journeys.reserve import reserve
from booking.kit.times import in_zone
from booking.payments.models import ChargeKind
from booking.slots.windows import Window

# So far ahead that every mail of the trip is still to come, and a change of mind costs nothing.
NOT_BEFORE: Final = timedelta(days=40)
WITHIN: Final = timedelta(days=60)
DAY: Final = timedelta(days=1)


async def make_trip(case: Case, family: Viewer, till: Till, key: bytes, *, now: datetime) -> Booking:
    """Bring a case that is ready for dates to a confirmed booking, with flights, beds and a ride that is still missing."""
    first = (now + NOT_BEFORE).date()
    booking = await hold(case, family, (first, first + WITHIN), key, interpreter="ar", now=now)
    await till.pay(family, booking, ChargeKind.DEPOSIT, now=now)
    await _tell_the_journey(booking, family, now=now)
    return booking


async def hold(
    case: Case,
    family: Viewer,
    days: tuple[date, date],
    key: bytes,
    *,
    interpreter: str | None = None,
    now: datetime,
) -> Booking:
    """Hold the first dates that are free, of those that start from the first to the last of these days."""
    _case, dates = await find_dates(family, case.code, *days, interpreter=interpreter, key=key, now=now)
    return await reserve(family, case.code, dates.token(dates.windows[0]), interpreter=interpreter, key=key, now=now)


async def _tell_the_journey(booking: Booking, family: Viewer, *, now: datetime) -> None:
    window = Window.from_json(booking.window)
    first, last = window.start, in_zone(window.ends_at, window.zone).date()
    for person in (
        TravellerDetails(
            travels_as=TravelsAs.PATIENT,
            surname="AL HARBI",
            given_names="ABDULLAH",
            born_on=date(1958, 3, 21),
            passport_expires_on=last + timedelta(days=1200),
        ),
        TravellerDetails(
            travels_as=TravelsAs.COMPANION,
            surname="AL HARBI",
            given_names="NOURA",
            born_on=date(1986, 8, 2),
            passport_expires_on=last + timedelta(days=800),
        ),
    ):
        await save_leg(family, booking.code, person, now=now)
    patient, daughter = (await _trip(booking, family, now=now)).travellers
    tickets = {patient.key: "ALHARBI/ABDULLAH MR", daughter.key: "ALHARBI/NOURA MRS"}
    for flight in _flights(first, last, tickets):
        await save_leg(family, booking.code, flight, now=now)
    await save_leg(family, booking.code, _beds(first, last), now=now)
    landing = (await _trip(booking, family, now=now)).flights_there[-1]
    await save_leg(family, booking.code, _ride(landing), now=now)


async def _trip(booking: Booking, family: Viewer, *, now: datetime) -> Itinerary:
    return (await open_itinerary(family, booking.code, language="en", now=now)).trip


def _flights(first: date, last: date, tickets: dict[int, str]) -> Iterator[FlightDetails]:
    """By London, a day before the first visit; home again when it is safe to fly."""
    there, home = first - DAY, last + 3 * DAY
    for way, number, origin, leaves, goal, lands in (
        (Way.THERE, "BA262", "RUH", _at(there, 1, 20), "LHR", _at(there, 5, 30)),
        (Way.THERE, "BA2157", "LHR", _at(there, 9, 45), "ANU", _at(there, 14, 20)),
        (Way.BACK, "BA2156", "ANU", _at(home, 18, 30), "LHR", _at(home + DAY, 7, 15)),
        (Way.BACK, "BA263", "LHR", _at(home + DAY, 13, 50), "RUH", _at(home + DAY, 23, 10)),
    ):
        yield FlightDetails(
            way=way,
            number=number,
            departs_from=origin,
            departs_local=leaves,
            arrives_at=goal,
            arrives_local=lands,
            tickets=tickets,
        )


def _beds(first: date, last: date) -> StayDetails:
    return StayDetails(
        name="Siboney House (example)",
        address="Dickenson Bay, Antigua",
        first_night=first - DAY,
        leaves_on=last + 3 * DAY,
        sleeps=2,
    )


def _ride(landing: Flight) -> TransferDetails:
    """From the airport. The ride back is left for whoever looks around to add."""
    return TransferDetails(
        pick_up_local=landing.arrives.local + timedelta(minutes=50),
        pick_up_zone=landing.arrives.zone,
        pick_up_place="V.C. Bird International Airport, arrivals",
        drop_off_place="Siboney House (example)",
        flight=landing.key,
    )


def _at(day: date, hour: int, minute: int) -> datetime:
    """A time as a ticket prints it."""
    return datetime.combine(day, time(hour, minute))
