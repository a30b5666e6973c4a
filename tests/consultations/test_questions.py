from datetime import datetime

import pytest

from booking.consultations import questions
from booking.consultations.questions import Asked
from booking.kit.errors import Invalid, NotFound
from tests.consultations.cast import Cast, a_request, helped_by_bob


async def test_a_question_is_asked_and_answered_once(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    first = await questions.ask(case, "May I bring my dog?", viewer=cast.alice_views, now=now)
    second = await questions.ask(case, "Is there a lift?", viewer=await helped_by_bob(case, cast, now), now=now)

    assert await questions.unanswered([case.id]) == {case.id: 2}
    await questions.answer(case, first.code, "Yes.", viewer=cast.cora_views, now=now)
    with pytest.raises(questions.AnsweredAlready):
        await questions.answer(case, first.code, "No.", viewer=cast.dana_views, now=now)

    assert await questions.unanswered([case.id]) == {case.id: 1}
    assert await questions.asked(case, viewer=cast.alice_views, now=now) == [
        Asked(first.code, "May I bring my dog?", "Alice", now, "Yes.", "Cora", now),
        Asked(second.code, "Is there a lift?", "Bob", now, "", "", None),
    ]


async def test_strangers_neither_ask_nor_answer(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    asked = await questions.ask(case, "May I bring my dog?", viewer=cast.alice_views, now=now)

    with pytest.raises(NotFound):
        await questions.ask(case, "What is this?", viewer=cast.charlie_views, now=now)
    for viewer in (cast.charlie_views, cast.alice_views, cast.cleo_views):
        with pytest.raises(NotFound):
            await questions.answer(case, asked.code, "Yes.", viewer=viewer, now=now)
    with pytest.raises(NotFound):
        await questions.answer(case, "LW-0000-0000", "Yes.", viewer=cast.cora_views, now=now)


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
async def test_a_question_has_words_and_not_too_many(text: str, cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)

    with pytest.raises(Invalid):
        await questions.ask(case, text, viewer=cast.alice_views, now=now)
