"""From rows to a trip as values."""

from collections.abc import Iterable
from datetime import date

from booking.itineraries import models
from booking.itineraries.trip import Appointment, Flight, Itinerary, LocalTime, Stay, Transfer, Traveller


async def itinerary_of(
    booking_id: int,
    appointments: Iterable[Appointment],
    *,
    clinic_airport: str,
    clinic_zone: str,
    stroke_on: date | None = None,
    stroke_kind: str = "unknown",
) -> Itinerary:
    """The booking's trip around these appointments, in five queries however many legs it has."""
    flights = await models.Flight.filter(booking_id=booking_id).prefetch_related("seats")
    return Itinerary(
        clinic_airport=clinic_airport,
        clinic_zone=clinic_zone,
        appointments=tuple(appointments),
        travellers=tuple(
            [_traveller(row) for row in await models.Traveller.filter(booking_id=booking_id).order_by("id")]
        ),
        flights=tuple(map(_flight, flights)),
        stays=tuple([_stay(row) for row in await models.Stay.filter(booking_id=booking_id).order_by("id")]),
        transfers=tuple([_transfer(row) for row in await models.Transfer.filter(booking_id=booking_id).order_by("id")]),
        stroke_on=stroke_on,
        stroke_kind=stroke_kind,
    )


def _traveller(row: models.Traveller) -> Traveller:
    return Traveller(
        key=row.id,
        travels_as=row.travels_as,
        surname=row.surname,
        given_names=row.given_names,
        born_on=row.born_on,
        passport_expires_on=row.passport_expires_on,
    )


def _flight(row: models.Flight) -> Flight:
    return Flight(
        key=row.id,
        way=row.way,
        number=row.number,
        departs_from=row.departs_from,
        departs=LocalTime(row.departs_local, row.departs_zone),
        arrives_at=row.arrives_at,
        arrives=LocalTime(row.arrives_local, row.arrives_zone),
        tickets={seat.traveller_id: seat.ticket_name for seat in row.seats},
        medical_form_on=row.medical_form_on,
    )


def _stay(row: models.Stay) -> Stay:
    return Stay(
        key=row.id,
        name=row.name,
        address=row.address,
        first_night=row.first_night,
        leaves_on=row.leaves_on,
        sleeps=row.sleeps,
    )


def _transfer(row: models.Transfer) -> Transfer:
    return Transfer(
        key=row.id,
        pick_up=LocalTime(row.pick_up_local, row.pick_up_zone),
        pick_up_place=row.pick_up_place,
        drop_off_place=row.drop_off_place,
        flight=row.flight_id,
    )
