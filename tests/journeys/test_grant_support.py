import pytest

from booking.accounts.audit import trail
from booking.accounts.models import Person, Support
from booking.accounts.viewers import Scope
from booking.demo.ready import Stage, viewer_for
from booking.demo.world import World
from booking.journeys.grant_support import OnlyThePatientAllows, grant_support, revoke_support
from booking.kit.errors import NotFound
from booking.messages.models import Message
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.trips import a_case, a_confirmed, helper_of, patient_of


async def test_someone_new_is_allowed_told_by_mail_and_kept_as_they_were_named(
    world: World, services: Services
) -> None:
    case, now = await a_case(world, Stage.REQUESTED, now=services.now()), services.now()

    await grant_support(
        await patient_of(case), case.code, email="ada@example.com", name="Ada Obi", scopes={Scope.ACT}, now=now
    )

    ada = await Person.get(email="ada@example.com")
    given = await Support.get(case_id=case.id, revoked_at=None)
    mail = await Message.get(occasion="may-help")
    [latest, *_earlier] = await trail(f"case {case.code}")
    assert (ada.name, given.supporter_id, given.scopes) == ("Ada Obi", ada.id, ["act", "read"])
    assert (mail.recipient_id, mail.facts["patient"]) == (ada.id, "Samuel Adeyemi")
    assert latest.action == "support.grant"


async def test_allowing_again_takes_the_place_of_what_was_allowed(world: World, services: Services) -> None:
    case, now = await a_case(world, Stage.REQUESTED, now=services.now()), services.now()
    patient = await patient_of(case)
    who = {"email": "folake@example.com", "name": "Someone else's name"}

    await grant_support(patient, case.code, **who, scopes=set(Scope), now=now)
    await grant_support(patient, case.code, **who, scopes={Scope.READ}, now=now)

    assert [one.scopes for one in await Support.filter(case_id=case.id, revoked_at=None)] == [["read"]]
    assert (await Person.get(email="folake@example.com")).name == "Folake Adeyemi"


async def test_nobody_but_the_patient_allows_or_ends_it(world: World, services: Services) -> None:
    case, now = await a_case(world, Stage.REQUESTED, now=services.now()), services.now()
    folake = await helper_of(case, world.people["folake"], *Scope, now=now)

    for viewer, refusal in (
        (folake, OnlyThePatientAllows),
        (staff(world), OnlyThePatientAllows),
        (viewer_for(world.people["helene"]), NotFound),
    ):
        with pytest.raises(refusal):
            await grant_support(viewer, case.code, email="ada@example.com", name="Ada", scopes={Scope.READ}, now=now)
        with pytest.raises(refusal):
            await revoke_support(viewer, case.code, folake.person_code, now=now)

    assert await Support.filter(case_id=case.id, revoked_at=None).count() == 1


async def test_ending_it_twice_is_no_fault(world: World, services: Services) -> None:
    case, now = await a_case(world, Stage.REQUESTED, now=services.now()), services.now()
    folake = await helper_of(case, world.people["folake"], *Scope, now=now)
    patient = await patient_of(case)

    await revoke_support(patient, case.code, folake.person_code, now=now)
    await revoke_support(patient, case.code, folake.person_code, now=now)

    assert not await Support.exists(case_id=case.id, revoked_at=None)
    with pytest.raises(NotFound):
        await revoke_support(patient, case.code, "LW-0000-0000", now=now)


async def test_whoever_may_help_gets_the_mails_of_the_trip_until_they_may_no_longer(
    world: World, services: Services
) -> None:
    case, now = await a_case(world, now=services.now()), services.now()
    await a_confirmed(case, services)
    patient, folake = await patient_of(case), world.people["folake"]
    hers = Message.filter(case_id=case.id, recipient_id=folake.id)
    his = await Message.filter(case_id=case.id, recipient_id=patient.person_id, status="planned").count()

    await grant_support(patient, case.code, email="folake@example.com", name="Folake", scopes={Scope.READ}, now=now)
    allowed = {one.occasion: one.status.value for one in await hers}
    await revoke_support(patient, case.code, folake.code, now=now)

    assert (allowed["what-to-bring"], allowed["check-in-365"]) == ("planned", "planned")
    assert {one.status.value for one in await hers} == {"cancelled"}
    assert await Message.filter(case_id=case.id, recipient_id=patient.person_id, status="planned").count() == his
    await grant_support(patient, case.code, email="folake@example.com", name="Folake", scopes={Scope.READ}, now=now)
    assert await hers.filter(occasion="what-to-bring", status="planned").count() == 1
