from datetime import datetime, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from booking.accounts.viewers import Scope
from booking.consultations import cases, consents, plans, reviews
from booking.consultations.models import CaseStatus, Decision, Plan
from booking.kit.db import constraint_of, savepoint
from booking.kit.errors import Invalid, MovedMeanwhile, NotFound, WrongMoment
from tests.consultations.cast import Cast, a_consent, a_quote, a_request, a_sent_plan, an_accepted_plan, helped_by_bob

HOUR = timedelta(hours=1)


async def test_a_plan_is_written_sent_read_and_accepted(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    plan = await a_sent_plan(case, cast, now)

    await plans.accept(case, 1, viewer=cast.alice_views, now=now + HOUR)

    standing = await plans.standing(case)
    assert standing is not None
    assert case.status is CaseStatus.ACCEPTED
    assert await plans.read(case, standing, viewer=cast.alice_views, now=now) == plans.PlanShown(
        plan.id, 1, "Five days.", a_quote(), {}, now, now, now + HOUR, None
    )


async def test_only_the_clinics_staff_write_and_send_plans(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    await reviews.decide(case, Decision.SUITABLE, reasons="It may.", viewer=cast.dana_views, now=now)
    plan = await plans.write(case, text="Five days.", quote=a_quote(), terms={}, viewer=cast.cora_views, now=now)

    for viewer in (cast.alice_views, cast.charlie_views, cast.cleo_views, cast.partner_views):
        with pytest.raises(NotFound):
            await plans.write(case, text="Mine", quote=a_quote(), terms={}, viewer=viewer, now=now)
        with pytest.raises(NotFound):
            await plans.send(case, plan, viewer=viewer, now=now)
        with pytest.raises(NotFound):
            await plans.read(case, plan, viewer=viewer, now=now)


async def test_a_plan_is_accepted_by_alice_or_by_bob_if_he_may_act_and_never_by_charlie(
    cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now)
    await a_sent_plan(case, cast, now)
    reader = await helped_by_bob(case, cast, now)

    with pytest.raises(cases.NotAllowedByThePatient):
        await plans.accept(case, 1, viewer=reader, now=now)
    with pytest.raises(NotFound):
        await plans.accept(case, 1, viewer=cast.charlie_views, now=now)
    await plans.accept(case, 1, viewer=await helped_by_bob(case, cast, now, Scope.ACT), now=now)

    assert (await Plan.get(case_id=case.id)).accepted_by_id == cast.bob.id


async def test_a_new_plan_replaces_the_one_before_and_the_old_one_cannot_be_accepted(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    await a_sent_plan(case, cast, now)
    await a_sent_plan(case, cast, now + HOUR)

    with pytest.raises(plans.PlanReplaced):
        await plans.accept(case, 1, viewer=cast.alice_views, now=now + HOUR)
    await plans.accept(case, 2, viewer=cast.alice_views, now=now + HOUR)
    with pytest.raises(plans.PlanReplaced):
        await plans.accept(case, 2, viewer=cast.alice_views, now=now + HOUR)


async def test_a_new_plan_takes_a_case_with_a_consent_back_and_the_consent_no_longer_counts(
    cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now)
    await a_consent(case, cast, now)

    await a_sent_plan(case, cast, now + HOUR)

    assert case.status is CaseStatus.PLANNED
    assert await consents.in_force(case) is None


async def test_a_plan_is_sent_once_and_not_before_the_clinicians_yes(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    early = await plans.write(case, text="Early", quote=a_quote(), terms={}, viewer=cast.cora_views, now=now)
    with pytest.raises(WrongMoment):
        await plans.send(case, early, viewer=cast.cora_views, now=now)
    plan = await a_sent_plan(case, cast, now)

    with pytest.raises(MovedMeanwhile):
        await plans.send(case, plan, viewer=cast.cora_views, now=now)


async def test_a_plan_without_words_is_refused(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)

    with pytest.raises(Invalid):
        await plans.write(case, text=" ", quote=a_quote(), terms={}, viewer=cast.cora_views, now=now)


async def test_the_database_itself_keeps_a_sent_plan_as_it_was(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    plan = await an_accepted_plan(case, cast, now)

    with pytest.raises(IntegrityError) as refused:
        async with savepoint():
            await Plan.filter(id=plan.id).update(total=1)

    assert constraint_of(refused.value) == "plan_sent_stays_as_it_was"
