"""The clinician's decision: may this treatment suit this patient, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts.models import Role
from booking.accounts.viewers import Viewer
from booking.consultations import sealed_text
from booking.consultations.models import Case, CaseStatus, Decision, Review
from booking.consultations.moves import move
from booking.kit.errors import Forbidden, Invalid
from booking.kit.times import UTC
from booking.kit.words import _

LEADS_TO: Final = {
    Decision.SUITABLE: CaseStatus.SUITABLE,
    Decision.NOT_SUITABLE: CaseStatus.UNSUITABLE,
    Decision.MORE_INFORMATION: CaseStatus.MORE_INFORMATION,
}


class OnlyAClinician(Forbidden):
    say = _("Only a clinician of this clinic decides whether a treatment may suit a patient.")


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it is told: `reasons` to the patient, `note` among staff only."""

    decision: Decision
    reasons: str
    note: str
    clinician_id: int
    decided_at: datetime


async def decide(
    case: Case, decision: Decision, *, reasons: str, viewer: Viewer, now: datetime, note: str = ""
) -> Review:
    """Record the decision with its reasons and move the case.

    Raises OnlyAClinician, and Invalid without reasons: a patient is never told yes or no without why.
    """
    if viewer.person_id is None or not viewer.has_role(case.clinic_id, Role.CLINICIAN):
        raise OnlyAClinician
    if not reasons.strip():
        raise Invalid({"reasons": _("Please write why, in words for the patient.")})
    await move(case, LEADS_TO[decision], by=viewer, now=now)
    return await Review.create(
        case_id=case.id,
        clinician_id=viewer.person_id,
        decision=decision,
        reasons_sealed=await sealed_text.write(case, "review", reasons.strip(), viewer=viewer, now=now),
        note_sealed=(
            await sealed_text.write(case, "review_note", note.strip(), viewer=viewer, now=now) if note.strip() else None
        ),
        decided_at=now,
    )


async def decisions(case: Case, *, viewer: Viewer, now: datetime) -> list[Decided]:
    """Every decision about a case, the latest first. The note among staff is empty for everyone else."""
    rows = await Review.filter(case_id=case.id).order_by("-decided_at", "-id")
    reasons = await sealed_text.read_all(case, "review", [row.reasons_sealed for row in rows], viewer=viewer, now=now)
    notes = await _notes(case, rows, viewer=viewer, now=now)
    return [
        Decided(row.decision, why, notes.get(row.id, ""), row.clinician_id, row.decided_at.astimezone(UTC))
        for row, why in zip(rows, reasons, strict=True)
    ]


async def _notes(case: Case, rows: Sequence[Review], *, viewer: Viewer, now: datetime) -> dict[int, str]:
    if case.clinic_id not in viewer.clinics:
        return {}
    sealed = {row.id: row.note_sealed for row in rows if row.note_sealed is not None}
    texts = await sealed_text.read_all(case, "review_note", sealed.values(), viewer=viewer, now=now)
    return dict(zip(sealed, texts, strict=True))
