"""The plan and quote written for one patient. Numbered; what was sent never changes, a new one replaces it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from booking.accounts.viewers import Scope, Viewer
from booking.consultations import sealed_text
from booking.consultations.cases import require, require_staff
from booking.consultations.models import Case, CaseStatus, Plan
from booking.consultations.moves import NEXT, move
from booking.consultations.quotes import Quote
from booking.kit.db import execute, run_one
from booking.kit.errors import Invalid, MovedMeanwhile, Refusal, WrongMoment
from booking.kit.money import Money
from booking.kit.times import UTC
from booking.kit.words import _


class PlanReplaced(Refusal):
    status = 409
    say = _("This plan was replaced by a newer one, or was accepted already. Please look at the case again.")


@dataclass(frozen=True, slots=True)
class PlanShown:
    """A plan as it is read: the text for the patient, the quote, and the terms as they stood."""

    id: int
    number: int
    text: str
    quote: Quote
    terms: Mapping[str, Any]
    written_at: datetime
    sent_at: datetime | None
    accepted_at: datetime | None
    superseded_at: datetime | None


# Two who write at once get two numbers or one refusal, never one number twice.
WRITE: Final = """
    INSERT INTO plan (case_id, number, text_sealed, quote, currency, total, deposit, terms, written_by_id, written_at)
    SELECT $1, coalesce(max(number), 0) + 1, $2, $3::jsonb, $4, $5, $6, $7::jsonb, $8, $9 FROM plan WHERE case_id = $1
    ON CONFLICT (case_id, number) DO NOTHING RETURNING id
"""
SUPERSEDE: Final = """
    UPDATE plan SET superseded_at = $2 WHERE case_id = $1 AND sent_at IS NOT NULL AND superseded_at IS NULL
"""
SEND: Final = "UPDATE plan SET sent_at = $3 WHERE id = $1 AND case_id = $2 AND sent_at IS NULL"
# Compare and set: of an acceptance and a newer plan that race, one wins.
ACCEPT: Final = """
    UPDATE plan SET accepted_at = $3, accepted_by_id = $4
    WHERE id = $1 AND case_id = $2 AND sent_at IS NOT NULL AND superseded_at IS NULL AND accepted_at IS NULL
"""


async def write(
    case: Case, *, text: str, quote: Quote, terms: Mapping[str, Any], viewer: Viewer, now: datetime
) -> Plan:
    """A plan not yet sent. `terms` are the programme's as they stand now, and stay the patient's.

    Raises Invalid without a text, MovedMeanwhile if a colleague wrote one at the same moment.
    """
    require_staff(viewer, case)
    if not text.strip():
        raise Invalid({"text": _("Please write the plan, in words for the patient.")})
    sealed = await sealed_text.write(case, "plan", text.strip(), viewer=viewer, now=now)
    row = await run_one(
        WRITE,
        case.id,
        sealed,
        json.dumps(quote.as_json()),
        quote.deposit.currency,
        quote.total.amount,
        quote.deposit.amount,
        json.dumps(dict(terms)),
        viewer.person_id,
        now,
    )
    if row is None:
        raise MovedMeanwhile
    return await Plan.get(id=row["id"])


async def send(case: Case, plan: Plan, *, viewer: Viewer, now: datetime) -> None:
    """Show the plan to the patient, in place of the one before. An acceptance of that one no longer counts."""
    require_staff(viewer, case)
    if case.status is not CaseStatus.PLANNED and CaseStatus.PLANNED not in NEXT[case.status]:
        raise WrongMoment(status=case.status.value)
    await execute(SUPERSEDE, case.id, now)
    if not await execute(SEND, plan.id, case.id, now):
        raise MovedMeanwhile
    if case.status is not CaseStatus.PLANNED:
        await move(case, CaseStatus.PLANNED, by=viewer, now=now)


async def accept(case: Case, number: int, *, viewer: Viewer, now: datetime) -> None:
    """The patient, or a supporter who may act, agrees to the plan of this number.

    Raises PlanReplaced if it is not the one that stands.
    """
    require(viewer, case, Scope.ACT)
    plan = await Plan.get_or_none(case_id=case.id, number=number)
    if plan is None or not await execute(ACCEPT, plan.id, case.id, now, viewer.person_id):
        raise PlanReplaced
    await move(case, CaseStatus.ACCEPTED, by=viewer, now=now)


async def standing(case: Case) -> Plan | None:
    """The plan that the patient was sent and that was not replaced, or None. Its text stays sealed."""
    return await Plan.get_or_none(case_id=case.id, sent_at__isnull=False, superseded_at=None)


async def read(case: Case, plan: Plan, *, viewer: Viewer, now: datetime) -> PlanShown:
    """A plan with its text opened. Staff alone see one that was not sent. Raises NotFound."""
    if plan.sent_at is None:
        require_staff(viewer, case)
    return (await read_all(case, [plan], viewer=viewer, now=now))[0]


async def read_all(case: Case, some: Sequence[Plan], *, viewer: Viewer, now: datetime) -> list[PlanShown]:
    """Several plans of a case that the viewer may see, opened together."""
    sealed = [plan.text_sealed for plan in some]
    texts = await sealed_text.read_all(case, "plan", sealed, viewer=viewer, now=now)
    return [shown(plan, text) for plan, text in zip(some, texts, strict=True)]


def shown(plan: Plan, text: str = "") -> PlanShown:
    """A plan as a value; its text stays closed unless it is given."""
    return PlanShown(
        plan.id,
        plan.number,
        text,
        quote_of(plan),
        plan.terms,
        plan.written_at.astimezone(UTC),
        _utc(plan.sent_at),
        _utc(plan.accepted_at),
        _utc(plan.superseded_at),
    )


def quote_of(plan: Plan) -> Quote:
    """The plan's quote: money is no health data and is not sealed."""
    return Quote.from_json(plan.quote, deposit=Money(plan.deposit, plan.currency))


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None
