import asyncio
from datetime import timedelta

import pytest

from booking.accounts.audit import trail
from booking.accounts.viewers import Scope
from booking.bookings.booking import DatesStand
from booking.bookings.models import Booking, BookingStatus
from booking.consultations.consents import NoConsent, NotUnderstoodYet, OnlyTheOneWhoDecides, Signature
from booking.consultations.models import Case, CaseStatus, Consent, DecidedAs
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.give_consent import (
    AcceptFirst,
    PaperChanged,
    TripIsBooked,
    consent_paper,
    give_consent,
    withdraw_consent,
)
from booking.journeys.reserve import Ticket, reserve
from booking.kit.db import Statement, run
from booking.kit.errors import Refusal, WrongMoment
from booking.messages.models import Message
from booking.services import Services
from tests.journeys.trips import KEY, a_case, a_confirmed, a_hold, helper_of, patient_of, tokens

SIGNED = Signature("Samuel Adeyemi")


async def sign(case: Case, services: Services, signature: Signature = SIGNED, **answers: int) -> Consent:
    """The patient reads the paper as it stands, answers right but for `answers`, and signs."""
    patient = await patient_of(case)
    paper = await consent_paper(patient, case.code, language="en")
    right = {question.key: question.right for question in paper.questions}
    return await give_consent(
        patient,
        case.code,
        {**right, **answers},
        signature,
        language="en",
        shown=paper.sha256.hex(),
        now=services.now(),
    )


async def test_a_consent_keeps_what_was_shown_begins_the_time_to_think_and_mails_the_copy_once(
    world: World, services: Services
) -> None:
    case = await a_case(world, Stage.ACCEPTED, now=services.now())
    await helper_of(case, world.people["folake"], Scope.READ, now=services.now())

    given = await sign(case, services)

    paper = await Consent.get(id=given.id)
    mails = await Message.filter(case_id=case.id, occasion="consent-copy").order_by("recipient_id")
    assert paper.cooling_off_until == services.now() + timedelta(hours=72)
    assert [item["key"] for item in paper.shown][-1] == "plan"
    assert len(paper.teach_back) == 4
    assert [mail.recipient_id for mail in mails] == [world.people["samuel"].id, world.people["folake"].id]
    assert {mail.facts["link"] for mail in mails} == {f"/portal/cases/{case.code}/consent"}
    assert "consent.give" in {entry.action for entry in await trail(f"case {case.code}")}


async def test_a_wrong_answer_or_another_paper_or_another_moment_keeps_nothing(
    world: World, services: Services
) -> None:
    case = await a_case(world, Stage.ACCEPTED, now=services.now())
    early = await a_case(world, Stage.PLANNED, now=services.now())

    with pytest.raises(NotUnderstoodYet) as refusal:
        await sign(case, services, proven=0)
    with pytest.raises(PaperChanged):
        await give_consent(await patient_of(case), case.code, {}, SIGNED, language="en", shown="", now=services.now())
    with pytest.raises(AcceptFirst):
        await sign(early, services)

    assert set(refusal.value.errors) == {"proven"}
    assert not await Consent.exists()
    assert not await Message.exists(occasion="consent-copy")


async def test_nobody_signs_as_someone_else(world: World, services: Services) -> None:
    case = await a_case(world, Stage.ACCEPTED, now=services.now())

    with pytest.raises(OnlyTheOneWhoDecides):
        await sign(case, services, Signature("Samuel Adeyemi", DecidedAs.SURROGATE, "son"))


async def test_signing_twice_at_once_signs_once(lasting_world: World, services: Services) -> None:
    case = await a_case(lasting_world, Stage.ACCEPTED, now=services.now())

    ended = await asyncio.gather(*(sign(case, services) for _each in range(4)), return_exceptions=True)

    assert sum(isinstance(end, Consent) for end in ended) == 1
    assert all(isinstance(end, (Consent, Refusal)) for end in ended)
    assert await Consent.filter(case_id=case.id).count() == 1


async def test_taking_it_back_frees_the_dates_that_were_held(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_hold(case, services)

    await withdraw_consent(await patient_of(case), case.code, now=services.now())

    assert (await Booking.get(id=booking.id)).status is BookingStatus.CANCELLED
    assert await run("SELECT id FROM claim WHERE booking_id = $1", booking.id) == []
    assert (await Case.get(id=case.id)).status is CaseStatus.ACCEPTED
    with pytest.raises(NoConsent):
        await withdraw_consent(await patient_of(case), case.code, now=services.now())


async def test_a_booked_trip_is_cancelled_first(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_confirmed(case, services)

    with pytest.raises(TripIsBooked):
        await withdraw_consent(await patient_of(case), case.code, now=services.now())

    assert (await Booking.get(id=booking.id)).status is BookingStatus.CONFIRMED
    assert (await Consent.get(case_id=case.id)).withdrawn_at is None


async def test_dates_that_are_just_being_taken_do_not_outlive_the_consent(
    lasting_world: World, services: Services
) -> None:
    case, now = await a_case(lasting_world, now=services.now()), services.now()
    patient, token = await patient_of(case), (await tokens(case, services))[0]
    taken = asyncio.Event()

    def slow(_booking: Booking) -> Statement:
        taken.set()
        return Statement("SELECT pg_sleep(0.3)", ())

    async def withdraw() -> None:
        await taken.wait()
        await withdraw_consent(patient, case.code, now=now)

    holding = reserve(patient, case.code, token, ticket=Ticket(slow, unless=WrongMoment), key=KEY, now=now)
    held, withdrawn = await asyncio.gather(holding, withdraw(), return_exceptions=True)

    assert (type(held), type(withdrawn)) == (Booking, DatesStand)
    assert (await Case.get(id=case.id)).status is CaseStatus.CONSENTED
