"""Someone changes what we know of them, and their planned mails follow."""

from datetime import time

import pytest

from booking.accounts.audit import trail
from booking.accounts.models import Person
from booking.accounts.viewers import ANONYMOUS
from booking.demo.world import World
from booking.journeys.change_profile import change_profile
from booking.kit.errors import Invalid, NotFound
from booking.kit.times import in_zone
from booking.messages.models import Message, MessageStatus
from booking.services import Services
from tests.journeys.trips import a_case, a_confirmed, patient_of

ZONE = "Pacific/Auckland"


async def test_planned_mails_follow_a_new_language_and_clock(world: World, services: Services) -> None:
    case, now = await a_case(world, now=services.now()), services.now()
    await a_confirmed(case, services)
    samuel = await patient_of(case)

    await change_profile(samuel, name="Sam", language="es", zone=ZONE, phone="+34 915 550 100", now=now)

    person = await Person.get(id=samuel.person_id)
    mail = await Message.get(case_id=case.id, occasion="what-to-bring")
    planned = await Message.filter(case_id=case.id, status=MessageStatus.PLANNED)
    assert (person.name, person.language, person.zone, person.phone) == ("Sam", "es", ZONE, "+34915550100")
    assert {(one.language, one.zone) for one in planned} == {("es", ZONE)}
    assert in_zone(mail.due_at, ZONE).time() == time(10)
    assert [entry.action for entry in await trail(f"person {person.code}")] == ["person.change"]


async def test_what_cannot_be_used_changes_nothing(world: World, services: Services) -> None:
    samuel = await patient_of(await a_case(world, now=services.now()))
    fine = {"name": "Sam", "language": "es", "zone": ZONE, "phone": None}

    for wrong in ({"name": " "}, {"language": "xx"}, {"zone": "Mars/Base"}, {"phone": "12"}):
        with pytest.raises(Invalid):
            await change_profile(samuel, **{**fine, **wrong}, now=services.now())  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await change_profile(ANONYMOUS, **fine, now=services.now())  # type: ignore[arg-type]
    assert (await Person.get(id=samuel.person_id)).name == "Samuel Adeyemi"
