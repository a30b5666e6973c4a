from enum import StrEnum

from tortoise import fields
from tortoise.fields import ForeignKeyRelation, ReverseRelation

from booking.kit.models import Row, fk


class CheckInStatus(StrEnum):
    """PARTIAL was answered in part and can still be completed."""

    PLANNED = "planned"
    PARTIAL = "partial"
    ANSWERED = "answered"
    CANCELLED = "cancelled"


class AlertStatus(StrEnum):
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"


class Rater(StrEnum):
    """Who judged an outcome."""

    PATIENT = "patient"
    SUPPORTER = "supporter"
    CLINICIAN = "clinician"


class RatedBy(StrEnum):
    """By which means an outcome was judged."""

    SELF = "self"
    PHONE = "phone"
    VIDEO = "video"
    IN_PERSON = "in_person"


class CheckIn(Row):
    """A day on which we ask how it goes. The answers are sealed with the case's key."""

    code = fields.CharField(max_length=16, unique=True)
    booking = fk("booking.Booking", related_name="check_ins")
    booking_id: int
    day = fields.IntField()
    due_on = fields.DateField()
    status = fields.CharEnumField(CheckInStatus, max_length=32)
    answers_sealed = fields.BinaryField(null=True)
    answered_by = fk("booking.Person", related_name="check_ins", null=True)
    answered_by_id: int | None
    answered_at = fields.DatetimeField(null=True)
    alerts: ReverseRelation["Alert"]

    class Meta:
        table = "check_in"
        unique_together = (("booking", "day"),)


class Outcome(Row):
    """One score on one scale at one check-in: who judged, and how."""

    check_in: ForeignKeyRelation[CheckIn] = fk("booking.CheckIn", related_name="outcomes")
    check_in_id: int
    scale = fields.CharField(max_length=32)
    score = fields.IntField()
    rater = fields.CharEnumField(Rater, max_length=32)
    rated_by = fields.CharEnumField(RatedBy, max_length=32)
    rated_at = fields.DatetimeField()

    class Meta:
        table = "outcome"
        unique_together = (("check_in", "scale", "rater"),)


class Alert(Row):
    """A red-flag answer, in front of a clinician until one of them acknowledges it. The signs are sealed."""

    code = fields.CharField(max_length=16, unique=True)
    booking = fk("booking.Booking", related_name="alerts")
    booking_id: int
    check_in: ForeignKeyRelation[CheckIn] = fk("booking.CheckIn", related_name="alerts")
    check_in_id: int
    signs_sealed = fields.BinaryField()
    status = fields.CharEnumField(AlertStatus, max_length=32)
    raised_at = fields.DatetimeField()
    acknowledged_at = fields.DatetimeField(null=True)
    acknowledged_by = fk("booking.Person", related_name="acknowledged_alerts", null=True)
    acknowledged_by_id: int | None
    note_sealed = fields.BinaryField(null=True)

    class Meta:
        table = "alert"
