"""A family's way to Antigua and home, around a booking's own days, by the product's own functions."""

from datetime import datetime, time, timedelta

from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking
from booking.itineraries.details import FlightDetails, StayDetails, TransferDetails, TravellerDetails
from booking.itineraries.models import Flight, Traveller, TravelsAs, Way
from booking.journeys.plan_travel import save_leg
from booking.slots.windows import Window


def day_of(booking: Booking, days: int, clock: str = "00:00") -> datetime:
    """So many days after the first treatment day, on that clock."""
    start = Window.from_json(booking.window).start
    return datetime.combine(start + timedelta(days=days), time.fromisoformat(clock))


def samuel_travels(expires: str = "2030-05-01") -> TravellerDetails:
    return TravellerDetails(
        travels_as=TravelsAs.PATIENT,
        surname="Adeyemi",
        given_names="Samuel",
        born_on=datetime(1958, 3, 21).date(),
        passport_expires_on=datetime.fromisoformat(expires).date(),
    )


def flight_there(booking: Booking, traveller: int | None = None, days: int = -2) -> FlightDetails:
    return FlightDetails(
        way=Way.THERE,
        number="BA2157",
        departs_from="LGW",
        departs_local=day_of(booking, days, "11:05"),
        arrives_at="ANU",
        arrives_local=day_of(booking, days, "15:20"),
        tickets={traveller: "ADEYEMI/SAMUEL MR"} if traveller else {},
    )


def flight_home(booking: Booking, traveller: int | None = None, days: int = 8) -> FlightDetails:
    return FlightDetails(
        way=Way.BACK,
        number="BA2156",
        departs_from="ANU",
        departs_local=day_of(booking, days, "19:30"),
        arrives_at="LGW",
        arrives_local=day_of(booking, days + 1, "08:25"),
        tickets={traveller: "ADEYEMI/SAMUEL MR"} if traveller else {},
    )


def stay(booking: Booking, first: int = -2, last: int = 8) -> StayDetails:
    return StayDetails(
        name="Bay House",
        address="2 Example Road",
        first_night=day_of(booking, first).date(),
        leaves_on=day_of(booking, last).date(),
        sleeps=2,
    )


def ride(booking: Booking, flight: int | None, days: int = -2, clock: str = "16:00") -> TransferDetails:
    return TransferDetails(
        pick_up_local=day_of(booking, days, clock),
        pick_up_zone="America/Antigua",
        pick_up_place="Airport, arrivals",
        drop_off_place="Bay House",
        flight=flight,
    )


async def whole_trip(viewer: Viewer, booking: Booking, *, now: datetime) -> None:
    """Everything that a trip needs, but for the airline's medical forms, which it is too early for."""
    await save_leg(viewer, booking.code, samuel_travels(), now=now)
    samuel = await Traveller.get(booking_id=booking.id)
    await save_leg(viewer, booking.code, flight_there(booking, samuel.id), now=now)
    await save_leg(viewer, booking.code, flight_home(booking, samuel.id), now=now)
    await save_leg(viewer, booking.code, stay(booking), now=now)
    there = await Flight.get(booking_id=booking.id, way=Way.THERE)
    back = await Flight.get(booking_id=booking.id, way=Way.BACK)
    await save_leg(viewer, booking.code, ride(booking, there.id), now=now)
    await save_leg(viewer, booking.code, ride(booking, back.id, days=8, clock="14:30"), now=now)
