"""Alice owns, Bob helps, Charlie must be refused; Cora and Dana work at the clinic, Cleo at another."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from booking.accounts import people, sessions, support
from booking.accounts.models import Person, Role, Staff
from booking.accounts.partners import make_key
from booking.accounts.viewers import ANONYMOUS, Scope, Viewer, viewer_of_partner_key, viewer_of_session
from booking.consultations import consents, drafts, plans, reviews
from booking.consultations.models import Case, Decision, Plan
from booking.consultations.quotes import Quote, QuoteLine
from booking.consultations.requests import Reading, read_whole
from booking.demo.clinic.load import programme_content
from booking.kit.money import Money
from booking.programmes.consent import Consent as ConsentContent
from booking.programmes.models import Clinic, Programme, ProgrammeVersion

TYPED = {
    "who_asks": ["self"],
    "name": ["Alice Adeyemi"],
    "email": ["alice@example.org"],
    "birth_date": ["1961-05-04"],
    "stroke_month": ["03"],
    "stroke_year": ["2025"],
    "stroke_type": ["ischaemic"],
    "abilities": ["3"],
    "conditions": ["heart"],
    "goals": ["To walk to the shop"],
    "language": ["en"],
    "zone": ["Europe/London"],
}
READING = Reading(date(2027, 1, 12), 18)
DAY = timedelta(days=1)
CONTENT = ConsentContent.model_validate(programme_content()["consent"])
RIGHT = {question.key: question.right for question in CONTENT.questions}


@dataclass(frozen=True)
class Cast:
    clinic: Clinic
    elsewhere: Clinic
    programme: Programme
    version: ProgrammeVersion
    alice: Person
    bob: Person
    charlie: Person
    alice_views: Viewer
    bob_views: Viewer
    charlie_views: Viewer
    cora_views: Viewer
    dana_views: Viewer
    cleo_views: Viewer
    partner_views: Viewer
    other_partner_views: Viewer


async def the_cast(now: datetime) -> Cast:
    clinic, elsewhere = await a_clinic("harbour"), await a_clinic("elsewhere")
    programme = await Programme.create(clinic_id=clinic.id, slug="stroke")
    version = await ProgrammeVersion.create(programme_id=programme.id, number=1, content={}, published_at=now)
    alice, bob, charlie = [await a_person(name, now) for name in ("Alice", "Bob", "Charlie")]
    return Cast(
        clinic,
        elsewhere,
        programme,
        version,
        alice,
        bob,
        charlie,
        await views(alice, now),
        await views(bob, now),
        await views(charlie, now),
        await staff_views("Cora", clinic, Role.COORDINATOR, now),
        await staff_views("Dana", clinic, Role.CLINICIAN, now),
        await staff_views("Cleo", elsewhere, Role.COORDINATOR, now),
        await viewer_of_partner_key(await make_key(clinic.id, "Partner", now=now), now),
        await viewer_of_partner_key(await make_key(clinic.id, "Other", now=now), now),
    )


async def a_clinic(slug: str) -> Clinic:
    return await Clinic.create(
        slug=slug,
        name=slug.title(),
        address={},
        zone="America/Antigua",
        currency="USD",
        languages=["en"],
        airport="ANU",
        phone="+1 268 555 0100",
        email=f"{slug}@example.org",
    )


async def a_person(name: str, now: datetime) -> Person:
    return await people.find_or_create(
        f"{name.lower()}@example.org", name, language="en", zone="Europe/London", now=now
    )


async def views(person: Person, now: datetime, staff_id: int | None = None) -> Viewer:
    return await viewer_of_session(await sessions.open_session(person.id, staff_id=staff_id, now=now), now)


async def staff_views(name: str, clinic: Clinic, role: Role, now: datetime) -> Viewer:
    person = await a_person(name, now)
    post = await Staff.create(person_id=person.id, clinic_id=clinic.id, role=role, password_hash="-", totp_sealed=b"-")
    return await views(person, now, post.id)


async def a_draft(cast: Cast, now: datetime, by: Viewer = ANONYMOUS) -> tuple[Case, str]:
    at = {"clinic_id": cast.clinic.id, "programme_id": cast.programme.id, "version_id": cast.version.id}
    return await drafts.start(**at, language="en", zone="Europe/London", now=now, by=by)


async def a_request(cast: Cast, now: datetime, by: Viewer = ANONYMOUS, /, **typed: list[str]) -> Case:
    _case, token = await a_draft(cast, now, by)
    draft = await drafts.resume(token, now=now)
    answers = read_whole({**TYPED, **typed}, reading=READING)
    return await drafts.submit(await drafts.save(draft, answers, now=now), now=now)


async def helped_by_bob(case: Case, cast: Cast, now: datetime, *scopes: Scope) -> Viewer:
    await support.grant(cast.alice.id, case.id, cast.bob.id, frozenset(scopes or {Scope.READ}), now=now)
    return await views(cast.bob, now)


def a_quote(total: int = 1_200_000, deposit: int = 240_000) -> Quote:
    return Quote((QuoteLine("Treatment", Money(total, "USD")),), Money(deposit, "USD"))


async def a_sent_plan(case: Case, cast: Cast, now: datetime) -> Plan:
    if case.status.value == "requested":
        await reviews.decide(case, Decision.SUITABLE, reasons="It may help.", viewer=cast.dana_views, now=now)
    plan = await plans.write(case, text="Five days.", quote=a_quote(), terms={}, viewer=cast.cora_views, now=now)
    await plans.send(case, plan, viewer=cast.cora_views, now=now)
    return plan


async def an_accepted_plan(case: Case, cast: Cast, now: datetime) -> Plan:
    plan = await a_sent_plan(case, cast, now)
    await plans.accept(case, plan.number, viewer=cast.alice_views, now=now)
    return await Plan.get(id=plan.id)


async def a_consent(case: Case, cast: Cast, now: datetime) -> Any:
    plan = await an_accepted_plan(case, cast, now)
    paper = consents.paper(CONTENT, plan, "en")
    mine = consents.Signature("Alice Adeyemi")
    return await consents.give(case, plan, paper, RIGHT, mine, cooling_off=DAY, viewer=cast.alice_views, now=now)
