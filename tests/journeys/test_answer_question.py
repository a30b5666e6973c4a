from datetime import datetime

import pytest

from booking.consultations import questions
from booking.consultations.questions import AnsweredAlready
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.answer_question import answer_question, open_question
from booking.kit.db import transaction
from booking.kit.errors import NotFound
from tests.journeys.full_case import staff
from tests.journeys.test_review_case import STRANGER, mails
from tests.journeys.trips import a_case, patient_of


async def test_a_question_is_answered_once_and_the_family_is_told(world: World, now: datetime) -> None:
    case = await a_case(world, Stage.PLANNED, now=now)
    async with transaction():
        question = await questions.ask(case, "May my wife stay with me?", viewer=await patient_of(case), now=now)

    await answer_question(staff(world), case.code, question.code, "Yes, in your room.", now=now)

    _case, asked = await open_question(staff(world, "baptiste"), case.code, question.code, now=now)
    assert (asked.text, asked.answer, asked.answered_by) == (
        "May my wife stay with me?",
        "Yes, in your room.",
        "Nia Prosper",
    )
    assert await mails(case) == [("question-answered", "planned")]
    with pytest.raises(AnsweredAlready):
        await answer_question(staff(world, "tomas"), case.code, question.code, "No.", now=now)
    with pytest.raises(NotFound):
        await open_question(STRANGER, case.code, question.code, now=now)
    with pytest.raises(NotFound):
        await open_question(staff(world), case.code, "LW-NONE-SUCH", now=now)
