"""A case that has `size` of everything, put there the way that the product does it."""

from datetime import datetime

from booking.accounts import people, support
from booking.accounts.models import Role
from booking.accounts.viewers import Scope, Viewer
from booking.consultations import consents, drafts, plans, questions, reviews
from booking.consultations.models import Case, Decision
from booking.consultations.quotes import Quote
from booking.demo.ready import Stage, staff_of
from booking.demo.world import World
from booking.documents import records
from booking.documents.kinds import Kind
from booking.documents.records import Received
from booking.journeys.offer import offer_of
from booking.journeys.release_hold import release_hold
from booking.kit.db import transaction
from booking.kit.money import Money
from booking.services import Services
from tests.journeys.trips import a_case, a_confirmed, a_hold, patient_of


def staff(world: World, key: str = "nia") -> Viewer:
    return staff_of(world, key, Role.CLINICIAN if key in {"baptiste", "thorne"} else Role.COORDINATOR)


async def reviewed(world: World, case: Case, decision: Decision, reasons: str, *, now: datetime) -> None:
    async with transaction():
        doctor = staff(world, "baptiste")
        await reviews.decide(case, decision, reasons=reasons, note="For us.", viewer=doctor, now=now)


async def planned(world: World, case: Case, text: str, *, now: datetime, send: bool = True) -> None:
    """One more plan."""
    offer, nia = await offer_of(case.version_id), staff(world)
    prices = offer.content.prices
    quote = Quote.from_programme(prices.lines, deposit=Money(offer.content.terms.deposit, "USD"), language="en")
    terms = offer.content.terms.model_dump(mode="json")
    async with transaction():
        plan = await plans.write(case, text=text, quote=quote, terms=terms, viewer=nia, now=now)
        if send:
            await plans.send(case, plan, viewer=nia, now=now)


async def agreed(case: Case, number: int, *, now: datetime) -> None:
    """The patient accepts the plan of this number and consents to it."""
    patient, offer = await patient_of(case), await offer_of(case.version_id)
    async with transaction():
        await plans.accept(case, number, viewer=patient, now=now)
        plan = await plans.standing(case)
        assert plan is not None
        paper = consents.paper(offer.content.consent, plan, "en")
        right = {question.key: question.right for question in paper.questions}
        signature = consents.Signature(patient.name)
        cooling_off = offer.cooling_off
        await consents.give(case, plan, paper, right, signature, cooling_off=cooling_off, viewer=patient, now=now)


async def asked(case: Case, text: str, *, now: datetime, answer: str = "", by: Viewer | None = None) -> str:
    """A question of the patient's; its code. Answered if there is an answer."""
    async with transaction():
        question = await questions.ask(case, text, viewer=await patient_of(case), now=now)
        if answer and by is not None:
            await questions.answer(case, question.code, answer, viewer=by, now=now)
    return question.code


async def sent_record(case: Case, name: str, *, now: datetime) -> str:
    """A record that has come in; its code. Its bytes are nowhere: nobody reads them here."""
    async with transaction():
        arrival = await records.begin(case.id, name=name, uploaded_by=case.patient_id, now=now)
        await records.finish(arrival, Received(Kind("application/pdf"), 1000, b"0" * 32), now=now)
    return arrival.code


async def helped(case: Case, name: str, *, now: datetime) -> None:
    person = await people.find_or_create(
        f"{name.lower()}@example.com", name, language="en", zone="Europe/London", now=now
    )
    async with transaction():
        await support.grant(case.patient_id or 0, case.id, person.id, frozenset({Scope.READ}), now=now)


async def a_full_case(world: World, services: Services, size: int) -> Case:
    """`size` reviews, plans, consents, questions, records, supporters and bookings; the last booking is confirmed."""
    now = services.now()
    case = await a_case(world, Stage.REQUESTED, now=now)
    patient = await patient_of(case)
    for number in range(1, size + 1):
        await reviewed(world, case, Decision.MORE_INFORMATION, f"More, please ({number}).", now=now)
        async with transaction():
            await drafts.add(case, {"more": f"A letter ({number})"}, viewer=patient, now=now)
        await asked(case, f"How long? ({number})", answer="Five days.", by=staff(world), now=now)
        await sent_record(case, f"scan {number}.pdf", now=now)
        await helped(case, f"Helper{number}", now=now)
    await reviewed(world, case, Decision.SUITABLE, "It may suit you.", now=now)
    for number in range(1, size + 1):
        await planned(world, case, f"You come for five days ({number}).", now=now)
        await agreed(case, number, now=now)
    for _again in range(size - 1):
        await release_hold(patient, (await a_hold(case, services)).code, now=now)
    services.now.at += (await offer_of(case.version_id)).cooling_off  # type: ignore[attr-defined]  # the tests' clock
    await a_confirmed(case, services)
    return await Case.get(id=case.id)
