import hashlib
import json
from datetime import datetime, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from booking.accounts.viewers import Scope
from booking.consultations import consents, plans
from booking.consultations.consents import Signature
from booking.consultations.models import Case, CaseStatus, Consent, DecidedAs, Plan
from booking.consultations.moves import move
from booking.kit.db import constraint_of, savepoint
from booking.kit.errors import Invalid, NotFound, WrongMoment
from tests.consultations.cast import (
    CONTENT,
    DAY,
    RIGHT,
    Cast,
    a_consent,
    a_request,
    a_sent_plan,
    an_accepted_plan,
    helped_by_bob,
    views,
)

ALICE = Signature("Alice Adeyemi")
BOB = Signature("Bob", DecidedAs.SURROGATE, "son, power of attorney")


async def ready(cast: Cast, now: datetime) -> tuple[Case, Plan, consents.Paper]:
    case = await a_request(cast, now)
    plan = await an_accepted_plan(case, cast, now)
    return case, plan, consents.paper(CONTENT, plan, "es")


async def test_a_consent_keeps_what_was_shown_in_which_language_when_and_to_whom(cast: Cast, now: datetime) -> None:
    case, plan, paper = await ready(cast, now)

    consent = await consents.give(case, plan, paper, RIGHT, ALICE, cooling_off=DAY, viewer=cast.alice_views, now=now)

    again = json.dumps(["es", consent.shown], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert case.status is CaseStatus.CONSENTED
    assert consent.shown == list(paper.items)
    assert consent.shown[-1] == {
        "key": "plan",
        "number": 1,
        "total": 1_200_000,
        "deposit": 240_000,
        "currency": "USD",
    }
    assert bytes(consent.shown_sha256) == hashlib.sha256(again.encode()).digest() == paper.sha256
    assert [answer["key"] for answer in consent.teach_back] == list(RIGHT)
    assert (consent.language, consent.given_by_id, consent.as_who) == ("es", cast.alice.id, DecidedAs.PATIENT)
    assert (consent.given_at, consent.cooling_off_until) == (now, now + DAY)


async def test_a_wrong_teach_back_answer_is_explained_and_may_be_tried_again(cast: Cast, now: datetime) -> None:
    case, plan, paper = await ready(cast, now)
    first = next(iter(RIGHT))
    wrong = {**RIGHT, first: RIGHT[first] + 1}

    with pytest.raises(consents.NotUnderstoodYet) as refused:
        await consents.give(case, plan, paper, wrong, ALICE, cooling_off=DAY, viewer=cast.alice_views, now=now)

    explanation = next(question.explanation for question in CONTENT.questions if question.key == first)
    assert {key: str(why) for key, why in refused.value.errors.items()} == {first: explanation["es"]}
    await consents.give(case, plan, paper, RIGHT, ALICE, cooling_off=DAY, viewer=cast.alice_views, now=now)


async def test_unanswered_questions_are_not_understood_yet(cast: Cast, now: datetime) -> None:
    _case, _plan, paper = await ready(cast, now)

    with pytest.raises(consents.NotUnderstoodYet) as refused:
        consents.check_understood(paper, {})

    assert set(refused.value.errors) == set(RIGHT)


async def test_the_patient_decides_or_a_lawful_surrogate_who_may_act_and_nobody_else(cast: Cast, now: datetime) -> None:
    case, plan, paper = await ready(cast, now)
    reader = await helped_by_bob(case, cast, now)

    async def give(viewer: object, signature: Signature) -> None:
        await consents.give(case, plan, paper, RIGHT, signature, cooling_off=DAY, viewer=viewer, now=now)  # type: ignore[arg-type]

    for viewer, signature in ((reader, BOB), (cast.alice_views, BOB), (reader, ALICE)):
        with pytest.raises(consents.OnlyTheOneWhoDecides):
            await give(viewer, signature)
    for viewer in (cast.charlie_views, cast.cora_views, cast.partner_views):
        with pytest.raises(NotFound):
            await give(viewer, BOB)
    actor = await helped_by_bob(case, cast, now, Scope.ACT)
    with pytest.raises(Invalid):
        await give(actor, Signature("Bob", DecidedAs.SURROGATE))
    await give(actor, BOB)

    assert (await Consent.get(case_id=case.id)).relationship == "son, power of attorney"


async def test_a_consent_needs_the_accepted_plan_that_stands(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    sent = await a_sent_plan(case, cast, now)
    paper = consents.paper(CONTENT, sent, "en")

    with pytest.raises(plans.PlanReplaced):
        await consents.give(case, sent, paper, RIGHT, ALICE, cooling_off=DAY, viewer=cast.alice_views, now=now)


async def test_a_consent_is_given_once(cast: Cast, now: datetime) -> None:
    case, plan, paper = await ready(cast, now)
    await consents.give(case, plan, paper, RIGHT, ALICE, cooling_off=DAY, viewer=cast.alice_views, now=now)

    with pytest.raises(plans.PlanReplaced):
        await consents.give(case, plan, paper, RIGHT, ALICE, cooling_off=DAY, viewer=cast.alice_views, now=now)


async def test_no_money_is_taken_before_the_time_to_think_is_over(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    with pytest.raises(consents.NoConsent):
        await consents.require_thought_over(case, now=now)
    await a_consent(case, cast, now)

    with pytest.raises(consents.StillThinking):
        await consents.require_thought_over(case, now=now + DAY - timedelta(seconds=1))

    assert (await consents.require_thought_over(case, now=now + DAY)).given_at == now


async def test_a_consent_is_withdrawn_without_a_reason_and_may_be_given_again(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    consent = await a_consent(case, cast, now)
    with pytest.raises(NotFound):
        await consents.withdraw(case, viewer=await views(cast.charlie, now), now=now)

    await consents.withdraw(case, viewer=cast.alice_views, now=now)

    assert case.status is CaseStatus.ACCEPTED
    with pytest.raises(consents.NoConsent):
        await consents.require_in_force(case)
    plan = await Plan.get(id=consent.plan_id)
    paper = consents.paper(CONTENT, plan, "en")
    await consents.give(case, plan, paper, RIGHT, ALICE, cooling_off=DAY, viewer=cast.alice_views, now=now)


async def test_the_consent_of_a_booked_case_is_withdrawn_after_its_booking(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    await a_consent(case, cast, now)
    await move(case, CaseStatus.BOOKED, by=cast.cora_views, now=now)

    with pytest.raises(WrongMoment):
        await consents.withdraw(case, viewer=cast.alice_views, now=now)


async def test_the_database_itself_keeps_a_consent_as_it_was_given(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    consent = await a_consent(case, cast, now)

    with pytest.raises(IntegrityError) as refused:
        async with savepoint():
            await Consent.filter(id=consent.id).update(signed_name="Mallory")

    assert constraint_of(refused.value) == "consent_given_stays_as_it_was"
