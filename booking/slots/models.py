from enum import StrEnum
from typing import Any

from tortoise import fields

from booking.kit.models import Row, fk
from booking.slots.clock_field import ClockField


class LotState(StrEnum):
    QUARANTINED = "quarantined"
    RELEASED = "released"
    RECALLED = "recalled"


class Resource(Row):
    """A clinician, room, infusion chair, bed: one of its kind. A pool of n beds is n resources."""

    clinic_id: int
    clinic = fk("booking.Clinic")
    kind = fields.CharField(max_length=64)
    name = fields.CharField(max_length=200)
    skills: list[str] = fields.JSONField(default=list)
    is_active = fields.BooleanField(default=True)

    class Meta:
        table = "resource"


class OpeningHours(Row):
    """One weekly opening, in clinic-local time. `closes` 00:00 is the midnight that ends the day."""

    resource_id: int
    resource = fk("booking.Resource")
    weekday = fields.SmallIntField()
    opens = ClockField()
    closes = ClockField()
    from_day = fields.DateField()
    until_day = fields.DateField(null=True)

    class Meta:
        table = "opening_hours"


class Closure(Row):
    """Days, or the same hours of each of them, on which a resource cannot be had. Clinic-local."""

    resource_id: int
    resource = fk("booking.Resource")
    first_day = fields.DateField()
    last_day = fields.DateField()
    from_time = ClockField(null=True)
    to_time = ClockField(null=True)
    reason = fields.CharField(max_length=200, default="")

    class Meta:
        table = "closure"


class Holiday(Row):
    """A clinic-local day on which the whole clinic is closed, unless a coordinator has opened it for once."""

    clinic_id: int
    clinic = fk("booking.Clinic")
    day = fields.DateField()
    name = fields.CharField(max_length=200)
    is_open = fields.BooleanField(default=False)

    class Meta:
        table = "holiday"
        unique_together = (("clinic", "day"),)


class Lot(Row):
    """A batch of cells. Usable on clinic-local days, first and last included."""

    clinic_id: int
    clinic = fk("booking.Clinic")
    product = fields.CharField(max_length=64)
    code = fields.CharField(max_length=64)
    state = fields.CharEnumField(LotState, max_length=32, default=LotState.QUARANTINED)
    usable_from = fields.DateField()
    usable_until = fields.DateField()

    class Meta:
        table = "lot"
        unique_together = (("clinic", "code"),)


class LotEvent(Row):
    """A lot came into a state, and why. Only ever added to."""

    lot_id: int
    lot = fk("booking.Lot")
    state = fields.CharEnumField(LotState, max_length=32)
    at = fields.DatetimeField()
    by_id: int | None
    by = fk("booking.Person", null=True)
    reason = fields.CharField(max_length=200, default="")

    class Meta:
        table = "lot_event"


class Dose(Row):
    """One dose of a lot: free, promised to one booking's step until it lapses, or for good."""

    lot_id: int
    lot = fk("booking.Lot")
    number = fields.IntField()
    booking_id: int | None
    booking = fk("booking.Booking", null=True)
    step = fields.CharField(max_length=64, null=True)
    lapses_at = fields.DatetimeField(null=True)

    class Meta:
        table = "dose"
        unique_together = (("lot", "number"),)


class Claim(Row):
    """One resource for one period, buffers included, for one booking: a hold until it lapses, or kept."""

    resource_id: int
    # Indexed by constraints.py together with the period: a second index would only slow the hold.
    resource: Any = fields.ForeignKeyField("booking.Resource", related_name=False, on_delete=fields.RESTRICT)
    booking_id: int
    booking = fk("booking.Booking")
    step = fields.CharField(max_length=64)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    lapses_at = fields.DatetimeField(null=True)

    class Meta:
        table = "claim"


class Feed(Row):
    """A private calendar address. Only the hash of its token is kept; revoked is revoked for good."""

    clinic_id: int
    clinic = fk("booking.Clinic")
    person_id: int
    person = fk("booking.Person")
    resource_id: int | None
    resource = fk("booking.Resource", null=True)
    token_hash = fields.BinaryField()
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "feed"
