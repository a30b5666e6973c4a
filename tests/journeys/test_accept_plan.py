import asyncio

import pytest

from booking.accounts.audit import trail
from booking.accounts.viewers import Scope
from booking.consultations.cases import NotAllowedByThePatient
from booking.consultations.models import Case, CaseStatus, Plan
from booking.consultations.plans import PlanReplaced
from booking.demo.ready import Stage, viewer_for
from booking.demo.world import World
from booking.journeys.accept_plan import accept_plan
from booking.kit.errors import MovedMeanwhile, NotFound, WrongMoment
from booking.services import Services
from tests.journeys.full_case import planned
from tests.journeys.trips import a_case, helper_of, patient_of


async def test_the_patient_accepts_and_it_leaves_its_trail(world: World, services: Services) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    patient = await patient_of(case)

    await accept_plan(patient, case.code, 1, now=services.now())

    plan = await Plan.get(case_id=case.id)
    [latest, *_earlier] = await trail(f"case {case.code}")
    assert (plan.accepted_at, plan.accepted_by_id) == (services.now(), patient.person_id)
    assert (await Case.get(id=case.id)).status is CaseStatus.ACCEPTED
    assert (latest.action, latest.who) == ("plan.accept", "Samuel Adeyemi")


async def test_a_plan_that_was_replaced_while_it_was_read_is_not_accepted(world: World, services: Services) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    await planned(world, case, "Six days.", now=services.now())

    with pytest.raises(PlanReplaced):
        await accept_plan(await patient_of(case), case.code, 1, now=services.now())

    assert (await Case.get(id=case.id)).status is CaseStatus.PLANNED


async def test_a_supporter_accepts_only_with_the_patients_leave(world: World, services: Services) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    reads = await helper_of(case, world.people["folake"], Scope.READ, now=services.now())

    with pytest.raises(NotAllowedByThePatient):
        await accept_plan(reads, case.code, 1, now=services.now())
    with pytest.raises(NotFound):
        await accept_plan(viewer_for(world.people["helene"]), case.code, 1, now=services.now())

    acts = await helper_of(case, world.people["folake"], Scope.ACT, now=services.now())
    await accept_plan(acts, case.code, 1, now=services.now())
    assert (await Plan.get(case_id=case.id)).accepted_by_id == acts.person_id


async def test_of_two_who_accept_at_once_one_does(lasting_world: World, services: Services) -> None:
    case = await a_case(lasting_world, Stage.PLANNED, now=services.now())
    patient = await patient_of(case)

    tries = [accept_plan(patient, case.code, 1, now=services.now()) for _each in range(4)]
    ended = await asyncio.gather(*tries, return_exceptions=True)

    assert ended.count(None) == 1
    assert all(isinstance(end, (PlanReplaced, MovedMeanwhile, WrongMoment)) for end in ended if end is not None)
    assert (await Case.get(id=case.id)).status is CaseStatus.ACCEPTED
