"""Staff stop all mails of a case, for a while or because someone died, and put it right if that was a mistake."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.aftercare.check_ins import cancel_check_ins, resume_check_ins
from booking.bookings.booking import LIVE
from booking.bookings.models import Booking, BookingStatus
from booking.consultations import cases
from booking.consultations.models import Case
from booking.consultations.sealed_text import subject
from booking.kit.db import transaction
from booking.kit.errors import WrongMoment
from booking.messages.models import Message, MessageStatus, Silence, SilenceReason
from booking.messages.outbox import messages_of
from booking.messages.silence import lift_silence, silence, silences_of

# What staff say; a withdrawal and an erasure silence a case by themselves, and are not put right here.
SAID_BY_STAFF: Final = (SilenceReason.PAUSED, SilenceReason.DETERIORATION, SilenceReason.DEATH)
TO_COME: Final = (MessageStatus.PLANNED, MessageStatus.CLAIMED)


@dataclass(frozen=True, slots=True)
class CaseMessages:
    """All mails of a case, and why none is sent now, if so."""

    case: Case
    messages: tuple[Message, ...]
    silences: tuple[Silence, ...]
    stands: bool

    @property
    def to_come(self) -> tuple[Message, ...]:
        """What is sent if nobody stops it, the next first."""
        return tuple(message for message in self.messages if message.status in TO_COME)

    @property
    def can_resume(self) -> bool:
        return bool(self.silences) and all(one.reason in SAID_BY_STAFF for one in self.silences)


async def open_messages(viewer: Viewer, code: str) -> CaseMessages:
    """The case's mails. `stands`: dates are held or booked, which stopping the mails does not cancel. Raises NotFound."""
    case = await _of_staff(viewer, code)
    return CaseMessages(
        case,
        tuple(await messages_of(case.id)),
        tuple(await silences_of(case.id)),
        await Booking.exists(case_id=case.id, status__in=LIVE),
    )


async def stop_messages(viewer: Viewer, code: str, reason: SilenceReason, *, now: datetime) -> None:
    """From this commit on nothing is sent about the case. After a death nothing is asked any more either.

    What is planned stays planned, so that it can be put right. Raises NotFound, WrongMoment.
    """
    if reason not in SAID_BY_STAFF:
        raise WrongMoment
    async with transaction():
        case = await _of_staff(viewer, code)
        await silence(case.id, reason, now=now, by_id=viewer.person_id)
        if reason is SilenceReason.DEATH:
            for booking_id in await _bookings(case):
                await cancel_check_ins(booking_id)
        await audit.record(viewer, f"messages.stop.{reason.value}", subject(case), now=now)


async def resume_messages(viewer: Viewer, code: str, *, now: datetime) -> None:
    """Undo it: what is planned and still useful is sent at its time. Raises NotFound, WrongMoment."""
    async with transaction():
        case = await _of_staff(viewer, code)
        silences = await silences_of(case.id)
        if not silences or any(one.reason not in SAID_BY_STAFF for one in silences):
            raise WrongMoment
        await lift_silence(case.id, now=now)
        if any(one.reason is SilenceReason.DEATH for one in silences):
            for booking_id, status in (await _bookings(case)).items():
                # Those of a trip that was cancelled stay cancelled: it was not the death that ended them.
                if status in {BookingStatus.CONFIRMED, BookingStatus.COMPLETED}:
                    await resume_check_ins(booking_id)
        await audit.record(viewer, "messages.resume", subject(case), now=now)


async def _of_staff(viewer: Viewer, code: str) -> Case:
    case = await cases.get(viewer, code)
    cases.require_staff(viewer, case)
    return case


async def _bookings(case: Case) -> Mapping[int, BookingStatus]:
    return {row.id: row.status for row in await Booking.filter(case_id=case.id)}
