"""Which cases someone may see. What belongs to someone else looks as if it did not exist (G27)."""

from typing import Any, Final

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from booking.accounts.viewers import Scope, Viewer
from booking.consultations.models import Case, CaseStatus
from booking.kit.db import run
from booking.kit.errors import Forbidden, NotFound
from booking.kit.words import _


class NotAllowedByThePatient(Forbidden):
    say = _("You can see this, but the patient has not allowed you to do it for them. They can change that any time.")


def visible_to(viewer: Viewer) -> QuerySet[Case]:
    """The cases that this viewer may see.

    A patient sees their own and a supporter those they were allowed to read; staff see those of their
    clinic once they were sent, and a partner those it made. Everyone else sees none.
    """
    return Case.filter(within(viewer))


def within(viewer: Viewer, case: str = "") -> Q:
    """The same rule for a query of rows that belong to a case: `within(viewer, "case__")`."""

    def where(column: str, value: Any) -> Q:
        return Q(**{case + column: value})

    if viewer.is_staff:
        return where("clinic_id__in", sorted(viewer.clinics)) & where("status__not", CaseStatus.DRAFT)
    if viewer.person_id is not None:
        return where("patient_id", viewer.person_id) | where("id__in", viewer.cases_with(Scope.READ))
    if viewer.partner is not None:
        return where("partner_id", viewer.partner.key_id)
    return where("id__in", [])


# The same rule in hand-written SQL, for a statement whose first parameters are what `scope_of` gives.
WITHIN: Final = """("case".clinic_id = ANY($1) AND "case".status <> 'draft'
        OR "case".patient_id = $2 OR "case".id = ANY($3) OR "case".partner_id = $4)"""


def scope_of(viewer: Viewer) -> tuple[list[int], int | None, list[int], int | None]:
    """What the viewer sees cases by: clinics, themselves, permissions, a partner's key."""
    if viewer.is_staff:
        return sorted(viewer.clinics), None, [], None
    if viewer.person_id is not None:
        return [], viewer.person_id, viewer.cases_with(Scope.READ), None
    return [], None, [], viewer.partner.key_id if viewer.partner else None


async def get(viewer: Viewer, code: str) -> Case:
    """The case of this code, if the viewer may see it. Raises NotFound, whoever's it is."""
    case = await visible_to(viewer).get_or_none(code=code)
    if case is None:
        raise NotFound
    return case


def may(viewer: Viewer, case: Case, scope: Scope) -> bool:
    """Whether the viewer is the case's patient or was allowed this by them."""
    if viewer.is_staff or viewer.person_id is None:
        return False
    return viewer.person_id == case.patient_id or (case.id, scope) in viewer.supports


def require(viewer: Viewer, case: Case, scope: Scope) -> None:
    """Raises NotFound for a stranger and NotAllowedByThePatient for a supporter who may read, but not this."""
    if may(viewer, case, scope):
        return
    if may(viewer, case, Scope.READ):
        raise NotAllowedByThePatient
    raise NotFound


def require_staff(viewer: Viewer, case: Case) -> None:
    """Raises NotFound unless the viewer works at the case's clinic."""
    if case.clinic_id not in viewer.clinics:
        raise NotFound


def require_to_book(viewer: Viewer, case: Case) -> None:
    """Who may choose dates: the patient, a supporter who may act, the clinic's staff, the partner that made the case."""
    made_it = viewer.partner is not None and viewer.partner.key_id == case.partner_id
    if not made_it and case.clinic_id not in viewer.clinics:
        require(viewer, case, Scope.ACT)


# Whoever decides about a case and whoever takes dates for it meet at its row. The first locks it before it looks for
# dates; the second locks it last, after its booking and its claims, in the order in which payments lock them too.
LOCK: Final = 'SELECT id FROM "case" WHERE id = $1 FOR NO KEY UPDATE'


async def lock(case_id: int) -> None:
    """Until this transaction ends nobody else moves the case, and who has just taken dates for it waits."""
    await run(LOCK, case_id)
