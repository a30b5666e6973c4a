"""What dates are taken on: the case, its clinic and the consent in force; and, once they are taken, the last word on them.

Each is one statement, for they are on the road of every hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from booking.accounts.audit import Deed
from booking.accounts.support import RECIPIENTS, Addressee
from booking.accounts.viewers import Viewer
from booking.consultations import sealed_text
from booking.consultations.cases import WITHIN, scope_of
from booking.consultations.consents import NoConsent, Standing, standing_of
from booking.consultations.drafts import Told, told_in
from booking.consultations.models import Case, CaseStatus
from booking.kit.db import run, run_one
from booking.kit.errors import NotFound
from booking.kit.json_text import value_of
from booking.programmes.models import Clinic

FOOTING: Final = f"""
SELECT "case".*, to_jsonb(clinic) AS clinic, consent.cooling_off_until, plan.total, plan.currency, plan.terms
  FROM "case" JOIN clinic ON clinic.id = "case".clinic_id
  LEFT JOIN (consent JOIN plan ON plan.id = consent.plan_id AND plan.superseded_at IS NULL AND plan.sent_at IS NOT NULL)
    ON consent.case_id = "case".id AND consent.withdrawn_at IS NULL
 WHERE {WITHIN} AND "case".code = $5"""  # noqa: S608 - our own texts

# The case's row is locked; of what it is read with, only the key could change, and whoever destroys that moves the case.
LAST_WORD: Final = f"""
SELECT "case".status, "case".not_before, request.answers_sealed, case_key.wrapped,
       (SELECT jsonb_agg(addressee) FROM ({RECIPIENTS}) AS addressee) AS family
  FROM "case" LEFT JOIN consultation_request AS request ON request.case_id = "case".id
  LEFT JOIN case_key ON case_key.case_id = "case".id
 WHERE "case".id = $1 FOR SHARE OF "case\""""  # noqa: S608 - our own texts


@dataclass(frozen=True, slots=True)
class Footing:
    """A case with its clinic, and what was consented to if anything was."""

    case: Case
    clinic: Clinic
    _standing: Standing | None

    @property
    def standing(self) -> Standing:
        """Raises NoConsent."""
        if self._standing is None:
            raise NoConsent
        return self._standing


@dataclass(frozen=True, slots=True)
class LastWord:
    """Where the case stands until the transaction ends, the first day that staff have set, and who is written to.

    To know what the request told is to have read it: `read` goes to the trail in the same transaction.
    """

    status: CaseStatus
    not_before: date | None
    told: Told
    family: Sequence[Addressee]
    read: Sequence[Deed]


async def footing_of(viewer: Viewer, code: str) -> Footing:
    """What dates can be taken on for the case of this code. Raises NotFound, whoever's it is."""
    row = await run_one(FOOTING, *scope_of(viewer), code)
    if row is None:
        raise NotFound
    standing = None if row["terms"] is None else standing_of(row)
    return Footing(Case.of_row(row), _clinic(row["clinic"]), standing)


@lru_cache(maxsize=100)
def _clinic(told: str) -> Clinic:
    """A clinic's row hardly ever changes: as long as it reads the same it is the same. Nobody writes to what is kept here."""
    return Clinic.of_row(value_of(told))


async def last_word(case: Case) -> LastWord:
    """For whoever has just taken dates, and before they commit: see `cases.LOCK`."""
    [row] = await run(LAST_WORD, case.id)
    known = CaseStatus(row["status"]), row["not_before"]
    family = [Addressee(**who) for who in value_of(row["family"] or "[]")]
    if row["answers_sealed"] is None:
        return LastWord(*known, Told(), family, [])
    answers, deed = sealed_text.read_with(case, "request", row["answers_sealed"], row["wrapped"])
    return LastWord(*known, told_in(value_of(answers), case.created_at.date()), family, [deed])
