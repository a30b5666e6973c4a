"""What staff must look at: messages that failed, came too late, or whose fate nobody knows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from booking.kit.db import execute
from booking.kit.errors import WrongMoment
from booking.kit.words import _
from booking.messages.models import Message, MessageStatus, Silence
from booking.messages.occasions import OCCASIONS, SECRET

TROUBLED: Final = (MessageStatus.FAILED, MessageStatus.UNKNOWN, MessageStatus.DROPPED)


class CannotBeSentAgain(WrongMoment):
    say = _("This message cannot be sent again. Please write to the person yourself.")


REQUEUE: Final = """
UPDATE message SET status = 'planned', due_at = $2, due_local = NULL, useful_until = $3, handled_at = NULL
WHERE id = $1 AND status IN ('failed', 'unknown', 'dropped') AND withdrawn_at IS NULL
"""


async def needing_attention(clinic_id: int, *, limit: int = 200) -> Sequence[Message]:
    """The clinic's troubled messages that nobody has dealt with, the latest first.

    Those of a silenced case are left out: after a death, that a mail did not go is as it should be.
    """
    silenced = await Silence.filter(case__clinic_id=clinic_id, lifted_at=None).values_list("case_id", flat=True)
    return (
        await Message.filter(case__clinic_id=clinic_id, status__in=TROUBLED, handled_at=None, withdrawn_at=None)
        .exclude(case_id__in=set(silenced))
        .prefetch_related("recipient", "case")
        .order_by("-due_at", "-id")
        .limit(limit)
    )


async def requeue(message: Message, *, now: datetime) -> None:
    """Send it again: a person has decided that a second copy, if the first did arrive, does no harm.

    Raises CannotBeSentAgain if it was withdrawn, was sent after all, or held a link that is not kept.
    """
    occasion = OCCASIONS[message.occasion]
    if SECRET in occasion.facts or not await execute(REQUEUE, message.id, now, now + occasion.useful):
        raise CannotBeSentAgain


async def mark_handled(message: Message, *, now: datetime) -> None:
    """Dealt with in another way, by telephone for instance."""
    await Message.filter(id=message.id, status__in=TROUBLED).update(handled_at=now)
