from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from tortoise import fields
from tortoise.fields import ForeignKeyRelation

from booking.kit.models import Row, fk
from booking.slots.windows import Ends, ends_of


class BookingStatus(StrEnum):
    """Where a booking stands. `moves.NEXT` says what may follow what."""

    HELD = "held"
    CONFIRMED = "confirmed"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    REFUND_DUE = "refund_due"
    COMPLETED = "completed"


class WaitStatus(StrEnum):
    """Where a place on the waiting list stands. `waitlist.NEXT` says what may follow what."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    UNANSWERED = "unanswered"  # the time to take the offer ran out
    RUN_OUT = "run_out"  # the days that would have done have passed
    LEFT = "left"
    REMOVED = "removed"
    ENDED = "ended"  # the case has dates otherwise, or can have none any more


class Booking(Row):
    """A window reserved for a case. `calendar_sequence` goes up whenever its calendar files change.

    `aside` is the window that the clinic has moved it to and not told the family of, since `aside_at`: that one is
    claimed for it, while `window` stays what the family knows and what everything of theirs says. The patient is its
    case's: by it PostgreSQL knows whether someone would be in two places.
    """

    code = fields.CharField(max_length=16, unique=True)
    case = fk("booking.Case", related_name="bookings")
    case_id: int
    patient = fk("booking.Person", null=True)
    patient_id: int | None
    status = fields.CharEnumField(BookingStatus, max_length=32)
    window = fields.JSONField[dict[str, Any]]()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    held_at = fields.DatetimeField()
    lapses_at = fields.DatetimeField(null=True)
    calendar_sequence = fields.IntField(default=0)
    aside = fields.JSONField[dict[str, Any] | None](null=True)
    aside_at = fields.DatetimeField(null=True)
    aside_starts_at = fields.DatetimeField(null=True)
    aside_ends_at = fields.DatetimeField(null=True)

    @property
    def claimed(self) -> dict[str, Any]:
        """The window that is claimed for it."""
        return self.aside or self.window

    @property
    def ends(self) -> Ends:
        """Where its window begins and ends, as its family knows it."""
        known: tuple[dict[str, Any], Ends] | None = self.__dict__.get("_ends")
        if known is None or known[0] is not self.window:
            known = self.__dict__["_ends"] = (self.window, ends_of(self.window))
        return known[1]

    @classmethod
    def opened(cls, row: Mapping[str, Any], ends: Ends) -> Self:
        """One of a row that was just written, for a window whose ends are known."""
        made = cls.of_row(row)
        made.__dict__["_ends"] = (made.window, ends)
        return made

    class Meta:
        table = "booking"


class BookingEvent(Row):
    """One move of a booking. Only ever added to."""

    booking: ForeignKeyRelation[Booking] = fk("booking.Booking", related_name="events")
    booking_id: int
    status = fields.CharEnumField(BookingStatus, max_length=32)
    at = fields.DatetimeField()
    by = fk("booking.Person", related_name="booking_events", null=True)
    by_id: int | None
    note = fields.CharField(max_length=200, default="")

    class Meta:
        table = "booking_event"


class Wait(Row):
    """A place on a clinic's waiting list, and which dates would do: clinic-local days, first and last included.

    The stay may start from `first_day` to `last_day`, and takes none of the days `away`, each a pair of first and last, and
    none of the `weekdays`, Monday being 0. Places are in the order of `since`. `booking` is the latest offer: a hold like any other.
    """

    clinic = fk("booking.Clinic")
    clinic_id: int
    case = fk("booking.Case")
    case_id: int
    status = fields.CharEnumField(WaitStatus, max_length=32)
    first_day = fields.DateField()
    last_day = fields.DateField()
    away: list[list[str]] = fields.JSONField(default=list)
    weekdays: list[int] = fields.JSONField(default=list)
    interpreter = fields.CharField(max_length=64, null=True)
    since = fields.DatetimeField()
    booking = fk("booking.Booking", null=True)
    booking_id: int | None

    class Meta:
        table = "wait"


class WaitEvent(Row):
    """One move of a place on the waiting list, with the dates that it was about. Only ever added to."""

    wait: ForeignKeyRelation[Wait] = fk("booking.Wait", related_name="events")
    wait_id: int
    status = fields.CharEnumField(WaitStatus, max_length=32)
    at = fields.DatetimeField()
    by = fk("booking.Person", null=True)
    by_id: int | None
    booking = fk("booking.Booking", null=True)
    booking_id: int | None
    note = fields.CharField(max_length=200, default="")

    class Meta:
        table = "wait_event"
