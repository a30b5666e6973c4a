from datetime import datetime

import pytest

from booking.accounts.audit import trail
from booking.accounts.viewers import ANONYMOUS, Scope
from booking.bookings.models import BookingStatus
from booking.consultations.models import Decision
from booking.consultations.way import State, Step, Turn
from booking.demo.ready import Stage, viewer_for
from booking.demo.world import World
from booking.journeys.case_file import CaseFile
from booking.journeys.open_case import open_case
from booking.kit.errors import NotFound
from booking.payments.models import ChargeKind, ChargeStatus
from booking.services import Services
from tests.journeys.full_case import a_full_case, planned, staff
from tests.journeys.trips import a_case, a_hold, helper_of, patient_of
from tests.statements import statements


def counts(file: CaseFile) -> dict[str, int]:
    return {
        "records": len(file.records),
        "reviews": len(file.reviews),
        "plans": len(file.plans),
        "questions": len(file.questions),
        "consents": len(file.consents),
        "bookings": len(file.bookings),
        "supporters": len(file.supporters),
    }


@pytest.mark.parametrize("with_health", [True, False])
async def test_a_case_with_three_of_everything_takes_no_more_statements_than_one_with_one(
    world: World, services: Services, with_health: bool
) -> None:
    small, large = await a_full_case(world, services, 1), await a_full_case(world, services, 3)
    for viewer in (staff(world), await patient_of(small)):
        with statements() as of_small:
            await open_case(viewer, small.code, now=services.now(), with_health=with_health)
        with statements() as of_large:
            file = await open_case(viewer, large.code, now=services.now(), with_health=with_health)

        assert len(of_large) == len(of_small), set(of_large) ^ set(of_small)
        assert counts(file) == {
            "records": 3 if with_health else 0,
            "reviews": 4,
            "plans": 3,
            "questions": 3,
            "consents": 3,
            "bookings": 3,
            "supporters": 3,
        }


async def test_the_file_tells_what_was_decided_planned_agreed_booked_and_paid(world: World, services: Services) -> None:
    case = await a_full_case(world, services, 1)

    file = await open_case(await patient_of(case), case.code, now=services.now(), with_health=True)

    assert file.clinic == world.clinic
    assert file.review is not None
    assert file.review.reasons == "It may suit you."
    assert file.review.clinician == "Dr Ines Baptiste"
    assert file.plan is not None
    assert file.plan.text == "You come for five days (1)."
    assert [(one.text, one.answer) for one in file.questions] == [("How long? (1)", "Five days.")]
    assert [one.name for one in file.records] == ["scan 1.pdf"]
    assert file.consent is not None
    assert file.consent.signed_name == "Samuel Adeyemi"
    assert file.booking is not None
    assert file.booking.status is BookingStatus.CONFIRMED
    assert [(charge.kind, charge.status) for charge in file.booking.charges] == [
        (ChargeKind.DEPOSIT, ChargeStatus.PAID),
        (ChargeKind.BALANCE, ChargeStatus.DUE),
    ]
    assert "A letter (1)" in [answer for _label, answer in file.answers]
    assert {helper.email for helper in file.supporters} == {"helper1@example.com"}
    assert "confirmed" in {message.occasion for message in file.messages}


async def test_the_story_is_one_of_case_booking_and_money_in_order(world: World, services: Services) -> None:
    case = await a_full_case(world, services, 1)

    file = await open_case(staff(world), case.code, now=services.now())

    assert [one.at for one in file.story] == sorted(one.at for one in file.story)
    assert [one.what for one in file.story] == [
        "status.requested",
        "status.requested",
        "review.more_information",
        "review.suitable",
        "plan.written",
        "plan.sent",
        "plan.accepted",
        "question.asked",
        "question.answered",
        "consent.given",
        "support.granted",
        "booking.held",
        "booking.confirmed",
        "paid.deposit",
    ]
    assert [str(one.text) for one in file.story][1:3] == [
        "The request was sent.",
        "A clinician asked for more information.",
    ]


async def test_the_way_says_where_the_case_stands_whose_turn_it_is_and_where_it_is_done(
    world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    patient = await patient_of(case)
    before = await open_case(patient, case.code, now=services.now())
    booking = await a_hold(case, services)

    after = await open_case(patient, case.code, now=services.now())

    assert before.now_at is not None
    assert after.now_at is not None
    assert (before.now_at.step, before.now_at.turn, before.now_at.page) == (Step.DATES, Turn.PATIENT, "portal:dates")
    assert (after.now_at.step, after.now_at.page, after.now_at.code) == (Step.DEPOSIT, "portal:booking", booking.code)
    assert [step.state for step in after.way[:5]] == [State.DONE] * 5


async def test_health_text_is_opened_only_where_it_is_asked_for_and_leaves_its_trail(
    world: World, services: Services
) -> None:
    case = await a_full_case(world, services, 1)
    patient, now = await patient_of(case), services.now()
    before = len(await trail(f"case {case.code}"))

    closed = await open_case(patient, case.code, now=now)
    first = await trail(f"case {case.code}")
    await open_case(patient, case.code, now=now, with_health=True)
    second = await trail(f"case {case.code}")

    assert (closed.answers, closed.records, closed.record_count) == ((), (), 1)
    assert [one.text for one in closed.plans] == [""]
    assert [one.reasons for one in closed.reviews] == ["", ""]
    assert [(one.text, one.answer) for one in closed.questions] == [("", "")]
    assert [entry.action for entry in first[: len(first) - before]] == ["case.read"]
    assert {entry.action for entry in second[: len(second) - len(first)]} == {
        "case.read",
        "request.read",
        "records.list",
        "review.read",
        "plan.read",
        "question.read",
        "answer.read",
    }


async def test_staff_see_drafts_and_notes_and_the_family_does_not(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_full_case(world, services, 1)
    await planned(world, case, "A draft.", now=now, send=False)

    ours = await open_case(staff(world), case.code, now=services.now(), with_health=True)
    theirs = await open_case(await patient_of(case), case.code, now=services.now(), with_health=True)

    assert [plan.number for plan in ours.drafts] == [2]
    assert (theirs.drafts, [plan.number for plan in theirs.plans]) == ((), [1])
    assert {one.note for one in ours.reviews} == {"For us."}
    assert {one.note for one in theirs.reviews} == {""}
    assert ours.allowed == frozenset()
    assert theirs.allowed == frozenset(Scope)


async def test_a_supporter_opens_it_within_what_they_were_allowed_and_strangers_never(
    world: World, services: Services
) -> None:
    case = await a_full_case(world, services, 1)
    folake = await helper_of(case, world.people["folake"], Scope.READ, now=services.now())

    file = await open_case(folake, case.code, now=services.now(), with_health=True)

    assert file.allowed == {Scope.READ}
    assert (file.records, file.record_count) == ((), 1)
    for stranger in (viewer_for(world.people["helene"]), ANONYMOUS):
        with pytest.raises(NotFound):
            await open_case(stranger, case.code, now=services.now())


async def test_a_case_that_has_only_begun_opens_too(world: World, now: datetime) -> None:
    case = await a_case(world, Stage.REQUESTED, now=now)

    file = await open_case(await patient_of(case), case.code, now=now, with_health=True)

    assert (file.plan, file.review, file.consent, file.booking) == (None, None, None, None)
    assert file.now_at is not None
    assert (file.now_at.step, file.now_at.turn) == (Step.REVIEW, Turn.CLINICIAN)
    assert Decision.SUITABLE not in {one.decision for one in file.reviews}
