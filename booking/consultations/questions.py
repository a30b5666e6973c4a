"""What a patient asks about their case, and what the clinic answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts.viewers import Scope, Viewer
from booking.consultations import sealed_text
from booking.consultations.cases import require, require_staff
from booking.consultations.models import Case, Question
from booking.kit.db import execute, run
from booking.kit.errors import Invalid, NotFound, Refusal
from booking.kit.ids import new_code
from booking.kit.times import UTC
from booking.kit.words import _

LONGEST: Final = 4000


class AnsweredAlready(Refusal):
    status = 409
    say = _("A colleague answered this question a moment before you.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer, which is empty until someone gives it."""

    code: str
    text: str
    asked_by: str
    asked_at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None


async def ask(case: Case, text: str, *, viewer: Viewer, now: datetime) -> Question:
    """Put a question to the clinic. Whoever may read the case may ask about it."""
    require(viewer, case, Scope.READ)
    return await Question.create(
        code=new_code(),
        case_id=case.id,
        asked_by_id=viewer.person_id,
        text_sealed=await sealed_text.write(case, "question", _written(text, "text"), viewer=viewer, now=now),
        asked_at=now,
    )


ANSWER: Final = """
    UPDATE question SET answer_sealed = $3, answered_by_id = $4, answered_at = $5
    WHERE case_id = $1 AND code = $2 AND answered_at IS NULL
"""


async def answer(case: Case, code: str, text: str, *, viewer: Viewer, now: datetime) -> None:
    """Answer it, once. Raises AnsweredAlready."""
    require_staff(viewer, case)
    if not await Question.exists(case_id=case.id, code=code):
        raise NotFound
    sealed = await sealed_text.write(case, "answer", _written(text, "answer"), viewer=viewer, now=now)
    if not await execute(ANSWER, case.id, code, sealed, viewer.person_id, now):
        raise AnsweredAlready


async def asked(case: Case, *, viewer: Viewer, now: datetime) -> list[Asked]:
    """Every question about a case with its answer, in the order asked."""
    rows = await Question.filter(case_id=case.id).select_related("asked_by", "answered_by").order_by("asked_at", "id")
    texts = await sealed_text.read_all(case, "question", [row.text_sealed for row in rows], viewer=viewer, now=now)
    given = [row.answer_sealed for row in rows if row.answer_sealed is not None]
    answers = iter(await sealed_text.read_all(case, "answer", given, viewer=viewer, now=now))
    return [
        Asked(
            row.code,
            text,
            row.asked_by.name,
            row.asked_at.astimezone(UTC),
            next(answers) if row.answer_sealed is not None else "",
            row.answered_by.name if row.answered_by else "",
            row.answered_at.astimezone(UTC) if row.answered_at else None,
        )
        for row, text in zip(rows, texts, strict=True)
    ]


async def unanswered(case_ids: Sequence[int]) -> dict[int, int]:
    """How many questions wait for an answer, by case: for a board, in one statement. Cases with none are left out."""
    rows = await run(
        "SELECT case_id, count(*) FROM question WHERE case_id = ANY($1::bigint[]) AND answered_at IS NULL GROUP BY 1",
        list(case_ids),
    )
    return {row["case_id"]: row["count"] for row in rows}


def _written(text: str, field: str) -> str:
    if not text.strip() or len(text) > LONGEST:
        raise Invalid({field: _("Please write something, up to 4,000 characters.")})
    return text.strip()
