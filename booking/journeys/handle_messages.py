"""Staff deal with mails that failed, came too late, or whose fate nobody knows."""

from dataclasses import dataclass
from datetime import datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.consultations.cases import within
from booking.consultations.sealed_text import subject
from booking.kit.db import transaction
from booking.kit.errors import NotFound
from booking.kit.times import UTC
from booking.messages import attention
from booking.messages.models import Message, MessageStatus
from booking.messages.occasions import OCCASIONS, SECRET


@dataclass(frozen=True, slots=True)
class Troubled:
    """One mail that needs a person. `why` is what the carrier said, in its own words."""

    code: str
    case_code: str
    recipient: str
    occasion: str
    status: MessageStatus
    due_at: datetime
    why: str
    can_send_again: bool


async def open_outbox(viewer: Viewer) -> list[Troubled]:
    """What waits at the viewer's clinics, the latest first."""
    waiting = [
        message for clinic_id in sorted(viewer.clinics) for message in await attention.needing_attention(clinic_id)
    ]
    return [_troubled(message) for message in waiting]


async def send_again(viewer: Viewer, code: str, *, now: datetime) -> None:
    """Send it once more: the person who asks has decided that a second copy does no harm.

    Raises NotFound, CannotBeSentAgain.
    """
    async with transaction():
        message = await _of_staff(viewer, code)
        await attention.requeue(message, now=now)
        await _note(viewer, message, "message.again", now=now)


async def mark_handled(viewer: Viewer, code: str, *, now: datetime) -> None:
    """It was dealt with in another way, by telephone for instance. Raises NotFound."""
    async with transaction():
        message = await _of_staff(viewer, code)
        await attention.mark_handled(message, now=now)
        await _note(viewer, message, "message.handled", now=now)


def _troubled(message: Message) -> Troubled:
    case = message.case
    return Troubled(
        message.code,
        case.code,
        message.recipient.name,
        message.occasion,
        message.status,
        message.due_at.astimezone(UTC),
        message.last_error,
        SECRET not in OCCASIONS[message.occasion].facts,
    )


async def _of_staff(viewer: Viewer, code: str) -> Message:
    message = await Message.filter(within(viewer, "case__")).select_related("case").get_or_none(code=code)
    if message is None or not viewer.is_staff:
        raise NotFound
    return message


async def _note(viewer: Viewer, message: Message, action: str, *, now: datetime) -> None:
    await audit.record(viewer, action, subject(message.case), now=now)
