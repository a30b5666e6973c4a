"""Example cases brought as far as is wanted by the product's own functions, so that each row is one that a person could have made."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import cycle, islice
from typing import Any, Final

from booking.accounts.models import Person, Role
from booking.accounts.viewers import ANONYMOUS, Viewer, viewer_of_partner_key
from booking.consultations import consents, drafts, plans, reviews
from booking.consultations.models import Case, Consent, Decision, Plan
from booking.consultations.quotes import Quote
from booking.demo.world import World
from booking.journeys.offer import Offer, offer_of
from booking.kit.ids import new_code
from booking.kit.money import Money

NAMES: Final = ("Amara Okafor", "Jonas Lindqvist", "Mei Tanaka", "Rosa Delgado", "Omar Haddad", "Ruth Abernathy")
ZONES: Final = ("Africa/Lagos", "Europe/Stockholm", "Asia/Tokyo", "America/Bogota", "Asia/Amman", "America/New_York")

REASONS: Final = (
    "Your stroke was more than six months ago, and your heart and your blood values allow a drip. **We do not know** "
    "whether the cells will help you. We think that it is safe enough to offer."
)
PLAN: Final = (
    "You come for five days. On day 2 you get one dose of cells by drip, and rest in bed while we watch you. You have "
    "two therapy sessions. We call you on the day after, and look at how you are for one year."
)


class Stage(IntEnum):
    """How far a case is brought. READY: consented, and the time to think is over."""

    REQUESTED = 1
    SUITABLE = 2
    PLANNED = 3
    ACCEPTED = 4
    CONSENTED = 5
    READY = 6


def answers_of(person: Person, **other: Any) -> dict[str, Any]:
    """A complete request by a patient for themselves; `other` answers replace these."""
    return {
        "who_asks": "self",
        "name": person.name,
        "email": person.email,
        "birth_date": "1958-03-21",
        "stroke_month": "02",
        "stroke_year": 2025,
        "stroke_type": "ischaemic",
        "abilities": "3",
        "conditions": ["none"],
        "conditions_other": None,
        "medicines": "Aspirin, a statin, something for blood pressure.",
        "goals": "To walk to the market and back, and to button a shirt with one hand.",
        "language": person.language,
        "zone": person.zone,
        "phone": person.phone,
        "more": None,
        **other,
    }


async def make_ready(world: World, number: int, *, now: datetime) -> list[str]:
    """So many cases of the demo's partner that may choose dates; their codes. Runs in the caller's transaction."""
    partner = await viewer_of_partner_key(world.partner_key, now)
    cases = [
        await make_case(world, Stage.READY, _someone(name, zone), by=partner, now=now)
        for name, zone in islice(cycle(zip(NAMES, ZONES, strict=True)), number)
    ]
    return [case.code for case in cases]


async def make_case(
    world: World,
    stage: Stage,
    answers: Mapping[str, Any],
    *,
    now: datetime,
    by: Viewer = ANONYMOUS,
    reasons: str = REASONS,
    text: str = PLAN,
) -> Case:
    """One case brought to a stage. Runs in the caller's transaction.

    Everything happened a little before `now`; for READY, so long ago that the time to think is over.
    `by` is the partner's system that sent the request, if one did.
    """
    offer = await offer_of(world.version.id)
    at = now - offer.cooling_off - timedelta(days=1) if stage is Stage.READY else now - timedelta(hours=1)
    case = await _requested(world, answers, by=by, now=at)
    patient = await _patient_of(case)
    steps = (
        lambda: _reviewed(world, case, reasons, now=at),
        lambda: _planned(world, case, offer, text, now=at),
        lambda: plans.accept(case, 1, viewer=patient, now=at),
        lambda: _consented(case, offer, patient, now=at),
    )
    for step in steps[: stage - 1]:
        await step()
    return case


async def _requested(world: World, answers: Mapping[str, Any], *, by: Viewer, now: datetime) -> Case:
    _case, token = await drafts.start(
        clinic_id=world.clinic.id,
        programme_id=world.programme.id,
        version_id=world.version.id,
        language=answers["language"],
        zone=answers["zone"],
        now=now,
        by=by,
    )
    draft = await drafts.save(await drafts.resume(token, now=now), answers, now=now)
    return await drafts.submit(draft, now=now, viewer=by)


async def _reviewed(world: World, case: Case, reasons: str, *, now: datetime) -> None:
    doctor = staff_of(world, "baptiste", Role.CLINICIAN)
    await reviews.decide(case, Decision.SUITABLE, reasons=reasons, viewer=doctor, now=now)


async def _planned(world: World, case: Case, offer: Offer, text: str, *, now: datetime) -> None:
    coordinator, prices = staff_of(world, "nia", Role.COORDINATOR), offer.content.prices
    quote = Quote.from_programme(
        prices.lines, deposit=Money(offer.content.terms.deposit, prices.currency), language=case.language
    )
    terms = offer.content.terms.model_dump(mode="json")
    plan = await plans.write(case, text=text, quote=quote, terms=terms, viewer=coordinator, now=now)
    await plans.send(case, plan, viewer=coordinator, now=now)


async def _consented(case: Case, offer: Offer, patient: Viewer, *, now: datetime) -> Consent:
    plan = await Plan.get(case_id=case.id, number=1)
    paper = consents.paper(offer.content.consent, plan, case.language)
    understood = {question.key: question.right for question in paper.questions}
    signature = consents.Signature(patient.name)
    return await consents.give(
        case, plan, paper, understood, signature, cooling_off=offer.cooling_off, viewer=patient, now=now
    )


async def _patient_of(case: Case) -> Viewer:
    return viewer_for(await Person.get(id=case.patient_id))


def viewer_for(person: Person) -> Viewer:
    """A patient as the journeys see them."""
    return Viewer(person.id, person.code, person.name, person.language, person.zone)


def staff_of(world: World, key: str, role: Role) -> Viewer:
    """A member of the example clinic's staff as the journeys see them."""
    person = world.people[key]
    post = frozenset({(world.clinic.id, role)})
    return Viewer(person.id, person.code, person.name, person.language, person.zone, roles=post)


def _someone(name: str, zone: str) -> dict[str, Any]:
    """Answers of a patient whom nobody knows yet."""
    address = f"{new_code().lower()}@example.com"
    return answers_of(Person(name=name, email=address, language="en", zone=zone, phone=None))
