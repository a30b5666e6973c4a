"""Staff end a case: taken back by the family, or finished."""

from datetime import datetime
from typing import Final

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.aftercare.check_ins import cancel_check_ins
from booking.bookings.booking import require_no_dates
from booking.bookings.models import Booking
from booking.consultations import cases
from booking.consultations.models import Case, CaseStatus
from booking.consultations.moves import NEXT, move
from booking.consultations.sealed_text import subject
from booking.kit.db import transaction
from booking.messages import outbox

ENDS: Final = (CaseStatus.WITHDRAWN, CaseStatus.CLOSED)


async def open_ending(viewer: Viewer, code: str) -> tuple[Case, tuple[CaseStatus, ...], int]:
    """The case, the ways in which it can end now, and how many planned mails would not be sent. Raises NotFound."""
    case = await cases.get(viewer, code)
    cases.require_staff(viewer, case)
    planned = sum(message.status.value in {"planned", "claimed"} for message in await outbox.messages_of(case.id))
    return case, tuple(end for end in ENDS if end in NEXT[case.status]), planned


async def close_case(viewer: Viewer, code: str, end: CaseStatus, *, now: datetime) -> None:
    """End the case for good: no planned mail is sent, and nothing more is asked.

    Raises NotFound, WrongMoment, MovedMeanwhile, and DatesStand while dates are held or booked.
    """
    async with transaction():
        case = await cases.get(viewer, code)
        cases.require_staff(viewer, case)
        await require_no_dates(case.id, now=now)
        await move(case, end, by=viewer, now=now)
        await outbox.cancel_planned(case.id, now=now)
        for booking in await Booking.filter(case_id=case.id):
            await cancel_check_ins(booking.id)
        await audit.record(viewer, f"case.{end.value}", subject(case), now=now)
