"""Someone says how they travel: adds, changes or removes a leg of a trip, and the trip's mails follow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Final

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings import booking as bookings
from booking.bookings.models import Booking
from booking.consultations import cases
from booking.itineraries import legs
from booking.itineraries.details import FlightDetails, StayDetails, TransferDetails, TravellerDetails
from booking.journeys.open_itinerary import require_trip
from booking.journeys.plan_messages import plan_booking_messages
from booking.kit.db import transaction

Details = TravellerDetails | FlightDetails | StayDetails | TransferDetails


class LegIs(StrEnum):
    """What a leg is called in addresses."""

    TRAVELLER = "traveller"
    FLIGHT = "flight"
    STAY = "stay"
    RIDE = "ride"


async def save_leg(viewer: Viewer, code: str, details: Details, *, now: datetime, key: int | None = None) -> None:
    """Add a leg, or change the one with this key.

    Raises:
        NotFound, NotAllowedByThePatient: this viewer may not change this trip, or no leg of it has the key.
        NoTrip: nothing is confirmed.
        Invalid: by field.
        TooManyLegs: a trip has an end.
    """
    async with _changed(viewer, code, now=now) as booking:
        match details:
            case TravellerDetails():
                await legs.save_traveller(booking.id, details, now=now, key=key)
            case FlightDetails():
                await legs.save_flight(booking.id, details, now=now, key=key)
            case StayDetails():
                await legs.save_stay(booking.id, details, now=now, key=key)
            case TransferDetails():
                await legs.save_transfer(booking.id, details, now=now, key=key)


REMOVE: Final = {
    LegIs.TRAVELLER: legs.remove_traveller,
    LegIs.FLIGHT: legs.remove_flight,
    LegIs.STAY: legs.remove_stay,
    LegIs.RIDE: legs.remove_transfer,
}


async def remove_leg(viewer: Viewer, code: str, leg: LegIs, key: int, *, now: datetime) -> None:
    """Take a leg off the trip. Raises as `save_leg` does."""
    async with _changed(viewer, code, now=now) as booking:
        await REMOVE[leg](booking.id, key, now=now)


@asynccontextmanager
async def _changed(viewer: Viewer, code: str, *, now: datetime) -> AsyncIterator[Booking]:
    """One transaction around a change: the mails are planned by the trip as it is after it."""
    async with transaction():
        seen = await bookings.get(viewer, code)
        cases.require_to_book(viewer, seen.case)
        booking = await bookings.locked(seen.id)
        require_trip(booking)
        yield booking
        await plan_booking_messages(booking, now=now)
        await audit.record(viewer, "trip.change", f"booking {booking.code}", now=now)
