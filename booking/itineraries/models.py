from enum import StrEnum

from tortoise import fields
from tortoise.fields import ForeignKeyRelation, ReverseRelation

from booking.itineraries.local_time import LocalTimeField
from booking.kit.models import Row, fk


class TravelsAs(StrEnum):
    PATIENT = "patient"
    COMPANION = "companion"


class Way(StrEnum):
    """Towards the clinic, or home from it."""

    THERE = "there"
    BACK = "back"


class Traveller(Row):
    """A person who travels. Names as the passport prints them; a person with one name has no given name."""

    booking = fk("booking.Booking", related_name="travellers")
    booking_id: int
    travels_as = fields.CharEnumField(TravelsAs, max_length=32)
    surname = fields.CharField(max_length=120)
    given_names = fields.CharField(max_length=120, default="")
    born_on = fields.DateField(null=True)
    passport_expires_on = fields.DateField(null=True)

    class Meta:
        table = "traveller"


class Flight(Row):
    """One flight: take-off and landing as the airports' own clocks will show them."""

    booking = fk("booking.Booking", related_name="flights")
    booking_id: int
    way = fields.CharEnumField(Way, max_length=32)
    number = fields.CharField(max_length=8)
    departs_from = fields.CharField(max_length=3)
    departs_local = LocalTimeField()
    departs_zone = fields.CharField(max_length=64)
    arrives_at = fields.CharField(max_length=3)
    arrives_local = LocalTimeField()
    arrives_zone = fields.CharField(max_length=64)
    medical_form_on = fields.DateField(null=True)
    seats: ReverseRelation["Seat"]

    class Meta:
        table = "flight"


class Seat(Row):
    """A traveller on a flight, under the name on the ticket."""

    flight: ForeignKeyRelation[Flight] = fk("booking.Flight", related_name="seats")
    flight_id: int
    traveller: ForeignKeyRelation[Traveller] = fk("booking.Traveller", related_name="seats")
    traveller_id: int
    ticket_name = fields.CharField(max_length=120)

    class Meta:
        table = "seat"
        unique_together = (("flight", "traveller"),)


class Stay(Row):
    """Beds for some nights: from the night of `first_night` until the morning of `leaves_on`."""

    booking = fk("booking.Booking", related_name="stays")
    booking_id: int
    name = fields.CharField(max_length=160)
    address = fields.CharField(max_length=300, default="")
    first_night = fields.DateField()
    leaves_on = fields.DateField()
    sleeps = fields.IntField()

    class Meta:
        table = "stay"


class Transfer(Row):
    """A ride that meets a flight, takes people to one, or neither."""

    booking = fk("booking.Booking", related_name="transfers")
    booking_id: int
    flight: ForeignKeyRelation[Flight] | None = fk("booking.Flight", related_name="transfers", null=True)
    flight_id: int | None
    pick_up_local = LocalTimeField()
    pick_up_zone = fields.CharField(max_length=64)
    pick_up_place = fields.CharField(max_length=200)
    drop_off_place = fields.CharField(max_length=200)

    class Meta:
        table = "transfer"


class CalendarFile(Row):
    """How often a booking's itinerary changed: its calendar files' SEQUENCE goes up with it (RFC 5546 2.1.4)."""

    booking = fk("booking.Booking", related_name="calendar_files")
    booking_id: int
    changes = fields.IntField(default=0)
    changed_at = fields.DatetimeField()

    class Meta:
        table = "calendar_file"
