from enum import StrEnum
from typing import Any

from tortoise import fields

from booking.kit.models import Row, fk


class MessageStatus(StrEnum):
    """Where one message stands. Only `transmitting` and what follows it may have reached the reader."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    TRANSMITTING = "transmitting"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"
    CANCELLED = "cancelled"


class SilenceReason(StrEnum):
    """Why nothing more is sent about a case."""

    PAUSED = "paused"
    DETERIORATION = "deterioration"
    DEATH = "death"
    WITHDRAWN = "withdrawn"
    ERASURE = "erasure"


class Message(Row):
    """One mail to one recipient for one occasion.

    `about` tells occurrences of one occasion apart (which question was answered, which dates were moved to). A scheduled
    message keeps the local time at which it is wanted (`due_local`, minutes, no zone) beside the instant derived
    from it; an event's message has none. `language` and `zone` are the recipient's when last planned or sent.
    """

    code = fields.CharField(max_length=16, unique=True)
    case = fk("booking.Case", related_name="messages", null=True)
    case_id: int | None
    booking = fk("booking.Booking", related_name="messages", null=True)
    booking_id: int | None
    recipient = fk("booking.Person", related_name="messages")
    recipient_id: int
    occasion = fields.CharField(max_length=48)
    about = fields.CharField(max_length=64, default="")
    language = fields.CharField(max_length=16)
    zone = fields.CharField(max_length=64)
    due_at = fields.DatetimeField()
    due_local = fields.CharField(max_length=16, null=True)
    useful_until = fields.DatetimeField()
    facts = fields.JSONField[dict[str, Any]]()
    calendar = fields.TextField(null=True)
    status = fields.CharEnumField(MessageStatus, max_length=32)
    attempt = fields.IntField(default=0)
    leased_until = fields.DatetimeField(null=True)
    transmitting_at = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)
    handled_at = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=200, default="")

    class Meta:
        table = "message"


class Silence(Row):
    """Nothing is sent about the case while one of these is not lifted."""

    case = fk("booking.Case", related_name="silences")
    case_id: int
    reason = fields.CharEnumField(SilenceReason, max_length=32)
    since = fields.DatetimeField()
    by = fk("booking.Person", related_name="silences", null=True)
    by_id: int | None
    lifted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "silence"
