"""Adding, changing and removing the legs of a booking's trip. In the caller's transaction.

Every function is scoped to its booking: a key of another trip is NotFound (G27). Every change raises
the SEQUENCE of the trip's calendar files.
"""

from datetime import datetime
from typing import Any, Final, TypeVar

from booking.itineraries.details import FlightDetails, StayDetails, TransferDetails, TravellerDetails
from booking.itineraries.models import CalendarFile, Flight, Seat, Stay, Transfer, Traveller, TravelsAs
from booking.kit.db import run
from booking.kit.errors import Invalid, NotFound, Refusal
from booking.kit.words import _

MOST_LEGS: Final = 30
OneLeg = TypeVar("OneLeg", Traveller, Flight, Stay, Transfer)

COUNT_CHANGE: Final = """
    INSERT INTO calendar_file (booking_id, changes, changed_at) VALUES ($1, 1, $2)
    ON CONFLICT (booking_id) DO UPDATE SET changes = calendar_file.changes + 1, changed_at = $2
"""


class TooManyLegs(Refusal):
    status = 409
    say = _("A trip can have at most %(most)s of these. Please remove one first.")


async def save_traveller(
    booking_id: int, details: TravellerDetails, *, now: datetime, key: int | None = None
) -> Traveller:
    """Add a traveller, or change the one with this key.

    Raises:
        Invalid: by field; also for a second patient.
        NotFound: no traveller of this trip has the key.
    """
    if details.travels_as is TravelsAs.PATIENT:
        others = Traveller.filter(booking_id=booking_id, travels_as=TravelsAs.PATIENT).exclude(id=key or 0)
        if await others.exists():
            raise Invalid({"travels_as": _("There is one patient on this trip already.")})
    return await _save(Traveller, booking_id, details.columns(), key, now)


async def remove_traveller(booking_id: int, key: int, *, now: datetime) -> None:
    """Take a traveller, and their tickets, off the trip. Raises NotFound."""
    await _own(Traveller, booking_id, key)
    await Seat.filter(traveller_id=key).delete()
    await _remove(Traveller, booking_id, key, now)


async def save_flight(booking_id: int, details: FlightDetails, *, now: datetime, key: int | None = None) -> Flight:
    """Add a flight, or change the one with this key; its tickets become exactly those given.

    Raises:
        Invalid: by field.
        NotFound: the flight, or a traveller with a ticket, is not of this trip.
    """
    columns, names = details.columns(), details.names()
    aboard = await Traveller.filter(booking_id=booking_id, id__in=list(names)).count() if names else 0
    if aboard < len(names):
        raise NotFound
    flight = await _save(Flight, booking_id, columns, key, now)
    await Seat.filter(flight_id=flight.id).delete()
    await Seat.bulk_create(
        [Seat(flight_id=flight.id, traveller_id=traveller, ticket_name=name) for traveller, name in names.items()]
    )
    return flight


async def remove_flight(booking_id: int, key: int, *, now: datetime) -> None:
    """Take a flight off the trip. Its rides stay, and belong to no flight. Raises NotFound."""
    await _own(Flight, booking_id, key)
    await Seat.filter(flight_id=key).delete()
    await Transfer.filter(booking_id=booking_id, flight_id=key).update(flight_id=None)
    await _remove(Flight, booking_id, key, now)


async def save_stay(booking_id: int, details: StayDetails, *, now: datetime, key: int | None = None) -> Stay:
    """Add a place to stay, or change the one with this key. Raises Invalid, NotFound."""
    return await _save(Stay, booking_id, details.columns(), key, now)


async def remove_stay(booking_id: int, key: int, *, now: datetime) -> None:
    """Raises NotFound."""
    await _remove(Stay, booking_id, key, now)


async def save_transfer(
    booking_id: int, details: TransferDetails, *, now: datetime, key: int | None = None
) -> Transfer:
    """Add a ride, or change the one with this key. Raises Invalid; NotFound, also for a flight of another trip."""
    columns = details.columns()
    if details.flight is not None:
        await _own(Flight, booking_id, details.flight)
    return await _save(Transfer, booking_id, {**columns, "flight_id": details.flight}, key, now)


async def remove_transfer(booking_id: int, key: int, *, now: datetime) -> None:
    """Raises NotFound."""
    await _remove(Transfer, booking_id, key, now)


async def forget(booking_id: int) -> None:
    """For an erasure: nobody's names, papers or whereabouts are kept. In the caller's transaction."""
    await Seat.filter(flight__booking_id=booking_id).delete()
    for kind in (Transfer, Flight, Stay, Traveller):
        await kind.filter(booking_id=booking_id).delete()


async def changes_of(booking_id: int) -> int:
    """How often the trip changed: added to the booking's own count, the SEQUENCE of its calendar files."""
    kept = await CalendarFile.get_or_none(booking_id=booking_id)
    return kept.changes if kept else 0


async def _own(kind: type[OneLeg], booking_id: int, key: int) -> OneLeg:
    found = await kind.get_or_none(id=key, booking_id=booking_id)
    if found is None:
        raise NotFound
    return found


async def _save(kind: type[OneLeg], booking_id: int, columns: dict[str, Any], key: int | None, now: datetime) -> OneLeg:
    if key is None:
        if await kind.filter(booking_id=booking_id).count() >= MOST_LEGS:
            raise TooManyLegs(most=MOST_LEGS)
        leg = await kind.create(booking_id=booking_id, **columns)
    else:
        leg = await _own(kind, booking_id, key)
        leg.update_from_dict(columns)
        await leg.save(update_fields=list(columns))
    await run(COUNT_CHANGE, booking_id, now)
    return leg


async def _remove(kind: type[OneLeg], booking_id: int, key: int, now: datetime) -> None:
    if not await kind.filter(id=key, booking_id=booking_id).delete():
        raise NotFound
    await run(COUNT_CHANGE, booking_id, now)
