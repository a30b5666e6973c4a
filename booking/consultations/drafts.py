"""A request while it is being written: no account, saved at every answer, taken up again by a mailed link."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from booking.accounts import people, support
from booking.accounts.models import Person
from booking.accounts.viewers import ANONYMOUS, Scope, Viewer
from booking.consultations import sealed_text
from booking.consultations.models import Case, CaseEvent, CaseStatus, ConsultationRequest
from booking.consultations.moves import move
from booking.consultations.requests import NotComplete, first_open
from booking.consultations.screens import Given, asks_for_another
from booking.kit.db import execute, run_one
from booking.kit.errors import MovedMeanwhile, Refusal
from booking.kit.ids import new_code, new_token, token_hash
from booking.kit.words import _

KEPT_FOR: Final = timedelta(days=30)


class DraftNotFound(Refusal):
    status = 404
    say = _(
        "We cannot find this request. It may have been sent already, or not used for 30 days. You can start a new one."
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A request being written, and its answers so far."""

    case: Case
    answers: Given


async def start(
    *,
    clinic_id: int,
    programme_id: int,
    version_id: int,
    language: str,
    zone: str,
    now: datetime,
    by: Viewer = ANONYMOUS,
) -> tuple[Case, str]:
    """A new case with nothing answered, and the token by which it is taken up again. Only its hash is kept."""
    case = await Case.create(
        code=new_code(),
        clinic_id=clinic_id,
        programme_id=programme_id,
        version_id=version_id,
        partner_id=by.partner.key_id if by.partner else None,
        status=CaseStatus.DRAFT,
        language=language,
        zone=zone,
        created_at=now,
        changed_at=now,
    )
    await CaseEvent.create(case_id=case.id, status=CaseStatus.DRAFT, at=now, by_id=by.person_id)
    token = new_token()
    await ConsultationRequest.create(
        case_id=case.id, resume_hash=token_hash(token), resume_until=now + KEPT_FOR, changed_at=now
    )
    return case, token


# Locked within a transaction, so that answers given in two tabs are both kept.
FIND: Final = """
    SELECT case_id, answers_sealed FROM consultation_request
    WHERE resume_hash = $1 AND submitted_at IS NULL AND resume_until > $2 FOR UPDATE
"""
SAVE: Final = """
    UPDATE consultation_request SET answers_sealed = $2, changed_at = $3, resume_until = $4
    WHERE case_id = $1 AND submitted_at IS NULL
"""
SUBMIT: Final = "UPDATE consultation_request SET submitted_at = $2 WHERE case_id = $1 AND submitted_at IS NULL"


async def resume(token: str, *, now: datetime, viewer: Viewer = ANONYMOUS) -> Draft:
    """The draft that this token opens. Raises DraftNotFound once it was sent or lay unused for 30 days."""
    row = await run_one(FIND, token_hash(token), now)
    if row is None:
        raise DraftNotFound
    case = await Case.get(id=row["case_id"])
    return Draft(case, await _opened(case, row["answers_sealed"], viewer=viewer, now=now))


async def save(draft: Draft, answers: Mapping[str, Any], *, now: datetime, viewer: Viewer = ANONYMOUS) -> Draft:
    """Keep these answers beside those given before. Raises DraftNotFound if it was sent meanwhile."""
    together = {**draft.answers, **answers}
    sealed = await sealed_text.write(draft.case, "request", json.dumps(together), viewer=viewer, now=now)
    if not await execute(SAVE, draft.case.id, sealed, now, now + KEPT_FOR):
        raise DraftNotFound
    return Draft(draft.case, together)


async def submit(draft: Draft, *, now: datetime, viewer: Viewer = ANONYMOUS) -> Case:
    """Send the request: the case has its patient from now on, and whoever wrote for them is their supporter.

    Nobody is signed in by this: an address is proved by the mailed link only. Raises NotComplete.
    """
    given, case = draft.answers, draft.case
    if (still_open := first_open(given)) is not None:
        raise NotComplete(still_open.key)
    if not await execute(SUBMIT, case.id, now):
        raise DraftNotFound
    asker = await people.find_or_create(
        given["email"],
        given["name"],
        language=given["language"],
        zone=given["zone"],
        phone=given.get("phone"),
        now=now,
    )
    await execute(TOLD_OF_THEMSELVES, asker.id, case.id, given["language"], given["zone"], given.get("phone"))
    patient = await _patient(given, asker, now=now)
    await _belongs_to(case, patient, asker, given)
    if patient.id != asker.id:
        await support.grant(patient.id, case.id, asker.id, frozenset(Scope), now=now)
    await move(case, CaseStatus.REQUESTED, by=viewer, now=now)
    return case


async def read(case: Case, *, viewer: Viewer, now: datetime) -> Given:
    """The answers of a request that was sent."""
    sent = await ConsultationRequest.get(case_id=case.id)
    return await _opened(case, sent.answers_sealed, viewer=viewer, now=now)


@dataclass(frozen=True, slots=True)
class Told:
    """What a request told of the patient that bears on days. `stroke_on` is the latest day that the answers allow."""

    born: date | None = None
    stroke_on: date | None = None
    stroke_kind: str = "unknown"


async def told_of(case: Case, *, viewer: Viewer, now: datetime) -> Told:
    """From the case's request; nothing where nothing was asked."""
    sent = await ConsultationRequest.get_or_none(case_id=case.id)
    answers = {} if sent is None else await _opened(case, sent.answers_sealed, viewer=viewer, now=now)
    return told_in(answers, case.created_at.date())


def told_in(answers: Given, asked_on: date) -> Told:
    """From a request's answers."""
    born = answers.get("birth_date")
    kind = str(answers.get("stroke_type") or "unknown")
    return Told(date.fromisoformat(born) if born else None, _stroke_on(answers, asked_on), kind)


def _stroke_on(given: Given, asked_on: date) -> date | None:
    """With a month but no day, whoever waits for the latest has waited long enough."""
    year, month = given.get("stroke_year"), str(given.get("stroke_month") or "unknown")
    if year is None:
        return None
    number = int(month) if month.isdigit() else 12
    # The first of the month after is never too early by more than a day.
    after = date(int(year) + number // 12, number % 12 + 1, 1)
    return min(after, asked_on)


async def add(case: Case, answers: Mapping[str, Any], *, viewer: Viewer, now: datetime) -> None:
    """More information, as the clinician asked for: the case waits for a review again. Raises WrongMoment."""
    together = {**await read(case, viewer=viewer, now=now), **answers}
    sealed = await sealed_text.write(case, "request", json.dumps(together), viewer=viewer, now=now)
    await move(case, CaseStatus.REQUESTED, by=viewer, now=now)
    await ConsultationRequest.filter(case_id=case.id).update(answers_sealed=sealed, changed_at=now)


# Whoever stopped half-way was a name and an address to us, and their clock a guess: now they have told us. Someone whom we knew
# before this request, or who signed in since, keeps their own.
TOLD_OF_THEMSELVES: Final = """
    UPDATE person SET language = $3, zone = $4, phone = coalesce(phone, $5)
    WHERE id = $1 AND created_at >= (SELECT created_at FROM "case" WHERE id = $2)
      AND NOT EXISTS (SELECT FROM "case" WHERE patient_id = $1 OR asked_by_id = $1)
      AND NOT EXISTS (SELECT FROM session WHERE person_id = $1)
"""


async def _patient(given: Given, asker: Person, *, now: datetime) -> Person:
    if not asks_for_another(given):
        return asker
    address = given.get("patient_email")
    facts = {"language": given["language"], "zone": given["zone"], "now": now}
    if not address or address.lower() == (asker.email or "").lower():
        return await people.create_without_email(given["patient_name"], **facts)
    return await people.find_or_create(address, given["patient_name"], **facts)


BELONGS: Final = """
    UPDATE "case" SET patient_id = $2, asked_by_id = $3, language = $4, zone = $5 WHERE id = $1 AND patient_id IS NULL
"""


async def _belongs_to(case: Case, patient: Person, asker: Person, given: Given) -> None:
    if not await execute(BELONGS, case.id, patient.id, asker.id, given["language"], given["zone"]):
        raise MovedMeanwhile
    await case.refresh_from_db(fields=["patient_id", "asked_by_id", "language", "zone"])


async def _opened(case: Case, sealed: bytes | None, *, viewer: Viewer, now: datetime) -> Given:
    if sealed is None:
        return {}
    answers: Given = json.loads(await sealed_text.read(case, "request", sealed, viewer=viewer, now=now))
    return answers
