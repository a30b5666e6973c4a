"""The one gate through which a case's status changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from booking.accounts.viewers import Viewer
from booking.consultations.models import Case, CaseStatus
from booking.kit.db import run_one
from booking.kit.errors import MovedMeanwhile, WrongMoment

_ENDS: Final = frozenset({CaseStatus.WITHDRAWN, CaseStatus.CLOSED})

NEXT: Final[Mapping[CaseStatus, frozenset[CaseStatus]]] = {
    CaseStatus.DRAFT: frozenset({CaseStatus.REQUESTED, CaseStatus.WITHDRAWN}),
    CaseStatus.REQUESTED: _ENDS | {CaseStatus.SUITABLE, CaseStatus.UNSUITABLE, CaseStatus.MORE_INFORMATION},
    CaseStatus.MORE_INFORMATION: _ENDS | {CaseStatus.REQUESTED, CaseStatus.SUITABLE, CaseStatus.UNSUITABLE},
    CaseStatus.UNSUITABLE: _ENDS | {CaseStatus.SUITABLE, CaseStatus.MORE_INFORMATION},
    CaseStatus.SUITABLE: _ENDS | {CaseStatus.PLANNED, CaseStatus.UNSUITABLE, CaseStatus.MORE_INFORMATION},
    CaseStatus.PLANNED: _ENDS | {CaseStatus.ACCEPTED, CaseStatus.UNSUITABLE, CaseStatus.MORE_INFORMATION},
    # A new plan takes an accepted case back; so does a decision that the treatment no longer suits.
    CaseStatus.ACCEPTED: _ENDS
    | {CaseStatus.CONSENTED, CaseStatus.PLANNED, CaseStatus.UNSUITABLE, CaseStatus.MORE_INFORMATION},
    CaseStatus.CONSENTED: _ENDS
    | {
        CaseStatus.BOOKED,
        CaseStatus.ACCEPTED,
        CaseStatus.PLANNED,
        CaseStatus.UNSUITABLE,
        CaseStatus.MORE_INFORMATION,
    },
    # A cancelled booking leaves the consent standing: other dates may be chosen.
    CaseStatus.BOOKED: _ENDS | {CaseStatus.TREATED, CaseStatus.CONSENTED, CaseStatus.UNSUITABLE},
    CaseStatus.TREATED: frozenset({CaseStatus.CLOSED}),
    CaseStatus.CLOSED: frozenset(),
    CaseStatus.WITHDRAWN: frozenset(),
}

# The status is compared and set, and its event written, in one statement: neither exists without the other.
MOVE: Final = """
    WITH moved AS (
        UPDATE "case" SET status = $3, changed_at = $4 WHERE id = $1 AND status = $2 RETURNING id
    )
    INSERT INTO case_event (case_id, status, at, by_id, note) SELECT id, $3, $4, $5, $6 FROM moved RETURNING id
"""


async def move(case: Case, to: CaseStatus, *, by: Viewer, now: datetime, note: str = "") -> None:
    """Change where the case stands, and record who did it.

    The note holds no health data. Raises WrongMoment if it does not follow, and MovedMeanwhile if
    someone else moved it first.
    """
    if to not in NEXT[case.status]:
        raise WrongMoment(status=case.status.value)
    moved = await run_one(MOVE, case.id, case.status.value, to.value, now, by.person_id, note)
    if moved is None:
        raise MovedMeanwhile
    case.status = to
    case.changed_at = now
