"""A case is erased, because a patient asked for it: what was private of it can never be read again (G28).

The money stays, as the law wants it, under the case's and the people's codes; so does the trail of who did what. What
backups hold is gone when they are: see `documents/keys.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts import audit, people, support
from booking.accounts.models import Role
from booking.accounts.viewers import Viewer
from booking.aftercare import check_ins
from booking.bookings import waitlist
from booking.bookings.booking import require_no_dates
from booking.bookings.models import Booking
from booking.consultations import cases, consents, moves
from booking.consultations.models import Case, CaseStatus
from booking.consultations.sealed_text import subject
from booking.documents import records
from booking.documents.keys import destroy_case_key
from booking.itineraries import legs
from booking.kit.db import run, transaction
from booking.kit.errors import Forbidden, Invalid, MovedMeanwhile
from booking.kit.words import _
from booking.messages import outbox
from booking.messages.models import SilenceReason
from booking.messages.silence import silence
from booking.payments.models import Refund, RefundStatus

OVER: Final = frozenset({CaseStatus.CLOSED, CaseStatus.WITHDRAWN})
UNDER_WAY: Final = (RefundStatus.WANTED, RefundStatus.SENT, RefundStatus.FAILED)
# Everyone that the case knows by name: read before the permissions are gone.
KNOWN: Final = """
    SELECT patient_id AS id FROM "case" WHERE id = $1 UNION SELECT asked_by_id FROM "case" WHERE id = $1
    UNION SELECT supporter_id FROM support WHERE case_id = $1
"""


class OnlyACoordinatorErases(Forbidden):
    say = _("Only a coordinator of the clinic erases a case, when the patient has asked for it.")


@dataclass(frozen=True, slots=True)
class Erasure:
    """What would go for good: so many files, mails and bookings. `refunds` are still under way: they are paid all the same."""

    case: Case
    patient: str
    files: int
    mails: int
    trips: int
    refunds: int


async def open_erasure(viewer: Viewer, code: str, *, now: datetime) -> Erasure:
    """What `erase_case` would erase; nothing is. Raises NotFound, OnlyACoordinatorErases, DatesStand."""
    async with transaction():
        case = await _erasable(viewer, code, now=now)
        await case.fetch_related("patient")
        return Erasure(
            case=case,
            patient=case.patient.name if case.patient else "",
            files=len(await records.records(case.id)),
            mails=len(await outbox.messages_of(case.id)),
            trips=await Booking.filter(case_id=case.id).count(),
            refunds=await Refund.filter(charge__booking__case_id=case.id, status__in=UNDER_WAY).count(),
        )


async def erase_case(viewer: Viewer, code: str, *, typed: str, now: datetime) -> None:
    """Destroy the case's key and forget whoever is known from it alone. It cannot be undone.

    `typed` is the case's code once more, by hand. Raises NotFound, OnlyACoordinatorErases, Invalid (`typed`), and
    DatesStand while dates are held or booked.
    """
    async with transaction():
        case = await _erasable(viewer, code, now=now)
        if typed.strip().upper() != case.code:
            raise Invalid({"typed": _("This is not the number of this case. Please look at it again.")})
        await _end(case, viewer, now=now)
        await silence(case.id, SilenceReason.ERASURE, now=now, by_id=viewer.person_id)
        known = {row["id"] for row in await run(KNOWN, case.id)} | set(await outbox.forget_case(case.id))
        await support.revoke_all(case.id, now=now)
        for booking in await Booking.filter(case_id=case.id):
            await legs.forget(booking.id)
            await check_ins.forget(booking.id)
        await records.remove_all(case.id)
        await destroy_case_key(case.id, now=now)
        await consents.forget_names(case.id)
        await waitlist.forget(case.id)
        for person_id in sorted(known - {None}):
            await people.forget(person_id, now=now)
        await audit.record(viewer, "case.erase", subject(case), now=now)


async def _erasable(viewer: Viewer, code: str, *, now: datetime) -> Case:
    case = await cases.get(viewer, code)
    cases.require_staff(viewer, case)
    if not viewer.has_role(case.clinic_id, Role.COORDINATOR, Role.ADMIN):
        raise OnlyACoordinatorErases
    await require_no_dates(case.id, now=now)
    return case


async def _end(case: Case, viewer: Viewer, *, now: datetime) -> None:
    """A case that is erased has ended, one way or the other."""
    if case.status in OVER:
        return
    ends = sorted(OVER & moves.NEXT[case.status], reverse=True)  # withdrawn, unless they were treated
    if not ends:
        raise MovedMeanwhile
    await moves.move(case, ends[0], by=viewer, now=now, note="erased")
