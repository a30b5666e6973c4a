"""Silence: after a death, a deterioration or a withdrawal nothing more is sent about a case, and it can be put right."""

from datetime import datetime
from typing import Final

from booking.kit.db import execute
from booking.messages.models import Silence, SilenceReason

# Takes every row out of the hands of a worker that has it, and holds it until the silence is committed: whoever
# comes after sees the silence, whoever came before has already begun to transmit (G17).
RECALL: Final = """
UPDATE message SET status = 'planned', leased_until = NULL, attempt = attempt + 1
WHERE case_id = $1 AND status IN ('planned', 'claimed')
"""


async def silence(case_id: int, reason: SilenceReason, *, now: datetime, by_id: int | None) -> None:
    """From this commit on nothing is sent about the case, whatever is planned for it. Saying it twice is harmless."""
    already = await Silence.filter(case_id=case_id, reason=reason, lifted_at=None).exists()
    if not already:
        await Silence.create(case_id=case_id, reason=reason, since=now, by_id=by_id)
    await execute(RECALL, case_id)


async def silences_of(case_id: int) -> list[Silence]:
    """Why nothing is sent about the case now, the first reason first; empty if mails are sent."""
    return await Silence.filter(case_id=case_id, lifted_at=None).select_related("by").order_by("since", "id")


async def lift_silence(case_id: int, *, now: datetime) -> None:
    """What is planned may be sent again, if it is still useful."""
    await Silence.filter(case_id=case_id, lifted_at=None).update(lifted_at=now)


async def is_silenced(case_id: int) -> bool:
    return await Silence.filter(case_id=case_id, lifted_at=None).exists()
