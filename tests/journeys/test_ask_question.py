import pytest

from booking.accounts.viewers import ANONYMOUS, Scope
from booking.consultations.models import Question
from booking.consultations.questions import asked
from booking.demo.ready import Stage, viewer_for
from booking.demo.world import World
from booking.journeys.ask_question import ask_question
from booking.journeys.tell_more import tell_more
from booking.kit.errors import Invalid, NotFound, WrongMoment
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.trips import a_case, helper_of, patient_of


async def test_the_patient_and_whoever_reads_for_them_ask(world: World, services: Services) -> None:
    case, now = await a_case(world, Stage.REQUESTED, now=services.now()), services.now()
    folake = await helper_of(case, world.people["folake"], Scope.READ, now=now)

    await ask_question(await patient_of(case), case.code, "How long?", now=now)
    await ask_question(folake, case.code, "May I come?", now=now)

    told = await asked(case, viewer=staff(world), now=now)
    assert [(one.asked_by, one.text, one.answered_at) for one in told] == [
        ("Samuel Adeyemi", "How long?", None),
        ("Folake Adeyemi", "May I come?", None),
    ]


async def test_a_stranger_asks_nothing_and_nothing_is_no_question(world: World, services: Services) -> None:
    case, now = await a_case(world, Stage.REQUESTED, now=services.now()), services.now()

    for stranger in (viewer_for(world.people["helene"]), ANONYMOUS):
        with pytest.raises(NotFound):
            await ask_question(stranger, case.code, "How long?", now=now)
    for text in ("  ", "x" * 5000):
        with pytest.raises(Invalid):
            await ask_question(await patient_of(case), case.code, text, now=now)

    assert not await Question.exists(case_id=case.id)


async def test_more_is_told_only_when_it_was_asked_for(world: World, services: Services) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())

    with pytest.raises(WrongMoment):
        await tell_more(await patient_of(case), case.code, "Aspirin.", now=services.now())
