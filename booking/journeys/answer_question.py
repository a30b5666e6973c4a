"""Staff answer what a family asked."""

from datetime import datetime

from booking.accounts.viewers import Viewer
from booking.consultations import cases, questions
from booking.consultations.models import Case
from booking.consultations.questions import Asked
from booking.journeys.say import say_about_case
from booking.kit.db import transaction
from booking.kit.errors import NotFound


async def open_question(viewer: Viewer, code: str, question: str, *, now: datetime) -> tuple[Case, Asked]:
    """The question with its answer, if it has one. Raises NotFound for any that is not the viewer's clinic's."""
    async with transaction():
        case = await cases.get(viewer, code)
        cases.require_staff(viewer, case)
        for asked in await questions.asked(case, viewer=viewer, now=now):
            if asked.code == question:
                return case, asked
    raise NotFound


async def answer_question(viewer: Viewer, code: str, question: str, text: str, *, now: datetime) -> None:
    """Answer it, once, and tell the family. Raises NotFound, Invalid, AnsweredAlready."""
    async with transaction():
        case = await cases.get(viewer, code)
        await questions.answer(case, question, text, viewer=viewer, now=now)
        await say_about_case(case, "question-answered", now=now, link="portal:questions", about=question)
