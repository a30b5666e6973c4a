"""Consent: exactly what was shown, to whom, when, in which language, and who decided. Given after a short teach-back."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from booking.accounts import audit
from booking.accounts.viewers import Scope, Viewer
from booking.consultations import sealed_text
from booking.consultations.cases import may, require
from booking.consultations.models import Case, CaseStatus, Consent, DecidedAs, Plan
from booking.consultations.moves import move
from booking.consultations.plans import PlanReplaced, quote_of
from booking.kit.db import Record, execute, run_one
from booking.kit.errors import Forbidden, Invalid, NotFound, Refusal, WrongMoment
from booking.kit.money import Money
from booking.kit.times import UTC
from booking.kit.words import Text, _
from booking.programmes.consent import Consent as ConsentContent
from booking.programmes.consent import TeachBack
from booking.programmes.parts import in_language


class NotUnderstoodYet(Invalid):
    """A teach-back answer is wrong: `errors` explains each, and nothing is lost by trying again."""

    say = _("Not quite yet. Please read the explanation below, and try again: you may try as often as you like.")


class OnlyTheOneWhoDecides(Forbidden):
    say = _(
        "Only the patient gives consent, or the person who may decide for them by law. You can read it with them here."
    )


class NoConsent(Refusal):
    status = 409
    say = _("The consent has not been given yet, or was withdrawn. No dates can be paid for without it.")


class StillThinking(Refusal):
    """The cooling-off period runs: no money is taken before it ends."""

    status = 409
    say = _("You have time to think until %(until)s. The deposit can be paid from then on, not before.")


@dataclass(frozen=True, slots=True)
class Paper:
    """What is shown for consent, in one language: the items to read and the questions about them."""

    language: str
    items: tuple[Mapping[str, Any], ...]
    questions: tuple[TeachBack, ...]

    @property
    def sha256(self) -> bytes:
        """Of the items in one canonical form: the same paper has the same sum, on every machine."""
        written = json.dumps(
            [self.language, list(self.items)], sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        return hashlib.sha256(written.encode()).digest()


def paper(content: ConsentContent, plan: Plan, language: str) -> Paper:
    """The programme's items in the reader's language, and the plan that is agreed to with its price."""
    items = [
        {"key": item.key, "heading": in_language(item.heading, language), "text": in_language(item.text, language)}
        for item in content.items
    ]
    quote = quote_of(plan)
    agreed = {
        "key": "plan",
        "number": plan.number,
        "total": quote.total.amount,
        "deposit": quote.deposit.amount,
        "currency": quote.total.currency,
    }
    return Paper(language, (*items, agreed), content.questions)


def check_understood(shown: Paper, answers: Mapping[str, int]) -> list[dict[str, Any]]:
    """The teach-back as it is kept: each question with the choice made. Raises NotUnderstoodYet."""
    wrong = {
        question.key: Text(in_language(question.explanation, shown.language).replace("%", "%%"))
        for question in shown.questions
        if answers.get(question.key) != question.right
    }
    if wrong:
        raise NotUnderstoodYet(wrong)
    return [
        {
            "key": question.key,
            "question": in_language(question.question, shown.language),
            "answer": in_language(question.choices[question.right], shown.language),
        }
        for question in shown.questions
    ]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who decides. A surrogate says by what right: "daughter, power of attorney"."""

    name: str
    as_who: DecidedAs = DecidedAs.PATIENT
    relationship: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A consent's time to think, and the price and terms (JSON, as it is kept) of the plan that it was given to."""

    cooling_off_until: datetime
    total: Money
    terms: str


# Only for the plan that stands and was accepted; a second consent to it waits for the first and then adds nothing.
GIVE: Final = """
    INSERT INTO consent (case_id, plan_id, language, shown, shown_sha256, teach_back, given_by_id, as_who, relationship,
                         signed_name, given_at, cooling_off_until)
    SELECT case_id, id, $3, $4::jsonb, $5, $6::jsonb, $7, $8, $9, $10, $11, $12 FROM plan
    WHERE id = $2 AND case_id = $1 AND accepted_at IS NOT NULL AND superseded_at IS NULL
    ON CONFLICT (plan_id) WHERE withdrawn_at IS NULL DO NOTHING RETURNING id
"""
# Nothing of the paper that was shown.
IN_FORCE: Final = """
    SELECT consent.cooling_off_until, plan.total, plan.currency, plan.terms FROM consent
    JOIN plan ON plan.id = consent.plan_id AND plan.superseded_at IS NULL AND plan.sent_at IS NOT NULL
    WHERE consent.case_id = $1 AND consent.withdrawn_at IS NULL
"""
WITHDRAW: Final = "UPDATE consent SET withdrawn_at = $2, withdrawn_by_id = $3 WHERE id = $1 AND withdrawn_at IS NULL"


async def give(
    case: Case,
    plan: Plan,
    shown: Paper,
    answers: Mapping[str, int],
    signature: Signature,
    *,
    cooling_off: timedelta,
    viewer: Viewer,
    now: datetime,
) -> Consent:
    """Keep the consent and let the time to think begin.

    Raises OnlyTheOneWhoDecides, NotUnderstoodYet, Invalid without a name, PlanReplaced.
    """
    _require_decider(case, signature, viewer)
    kept = check_understood(shown, answers)
    row = await run_one(
        GIVE,
        case.id,
        plan.id,
        shown.language,
        json.dumps(shown.items),
        shown.sha256,
        json.dumps(kept),
        viewer.person_id,
        signature.as_who.value,
        signature.relationship.strip(),
        signature.name.strip(),
        now,
        now + cooling_off,
    )
    if row is None:
        raise PlanReplaced
    await audit.record(viewer, "consent.give", sealed_text.subject(case), now=now)
    await move(case, CaseStatus.CONSENTED, by=viewer, now=now)
    return await Consent.get(id=row["id"])


async def withdraw(case: Case, *, viewer: Viewer, now: datetime) -> None:
    """Take the consent back, at any time and without a reason. Its booking is cancelled first, in the same transaction.

    Raises NoConsent if none is in force, WrongMoment while the case is still booked.
    """
    require(viewer, case, Scope.ACT)
    if case.status is CaseStatus.BOOKED:
        raise WrongMoment(status=case.status.value)
    consent = await in_force(case)
    if consent is None or not await execute(WITHDRAW, consent.id, now, viewer.person_id):
        raise NoConsent
    await audit.record(viewer, "consent.withdraw", sealed_text.subject(case), now=now)
    if case.status is CaseStatus.CONSENTED:
        await move(case, CaseStatus.ACCEPTED, by=viewer, now=now)


NAMELESS: Final = """
    UPDATE consent SET signed_name = 'erased', relationship = CASE WHEN as_who = 'surrogate' THEN 'erased' ELSE '' END
    WHERE case_id = $1
"""


async def forget_names(case_id: int) -> None:
    """For an erasure, after the case's key is gone: that someone consented stays, and who signed goes."""
    await execute(NAMELESS, case_id)


async def in_force(case: Case) -> Consent | None:
    """The consent to the plan that stands, or None."""
    return await Consent.get_or_none(case_id=case.id, withdrawn_at=None, plan__superseded_at=None)


async def require_in_force(case: Case) -> Consent:
    """The consent that stands. Raises NoConsent: no dates without one."""
    consent = await in_force(case)
    if consent is None:
        raise NoConsent
    return consent


async def require_standing(case: Case) -> Standing:
    """What the consent in force agrees to. Raises NoConsent."""
    row = await run_one(IN_FORCE, case.id)
    if row is None:
        raise NoConsent
    return standing_of(row)


def standing_of(row: Record) -> Standing:
    """A consent's time to think, and its plan's total, currency and terms, as a statement read them."""
    until = row["cooling_off_until"].astimezone(UTC)
    return Standing(until, Money(row["total"], row["currency"]), row["terms"])


async def require_thought_over(case: Case, *, now: datetime, until_in_words: str = "") -> Consent:
    """The consent that stands, its time to think over: money may be taken. Raises NoConsent and StillThinking."""
    consent = await require_in_force(case)
    if now < consent.cooling_off_until:
        raise StillThinking(until=until_in_words or consent.cooling_off_until.astimezone(UTC).isoformat())
    return consent


async def still_thinking(case: Case, *, now: datetime) -> bool:
    """Whether the time to think of the consent that stands is not over."""
    consent = await in_force(case)
    return consent is not None and now < consent.cooling_off_until


def _require_decider(case: Case, signature: Signature, viewer: Viewer) -> None:
    if not may(viewer, case, Scope.READ):
        raise NotFound
    as_patient = signature.as_who is DecidedAs.PATIENT
    if as_patient != (viewer.person_id == case.patient_id) or not may(viewer, case, Scope.ACT):
        raise OnlyTheOneWhoDecides
    errors = {}
    if not signature.name.strip():
        errors["signed_name"] = _("Please write your name: it is your signature.")
    if not as_patient and not signature.relationship.strip():
        errors["relationship"] = _("Please write by what right you decide for the patient.")
    if errors:
        raise Invalid(errors)
