from datetime import datetime

import pytest

from booking.accounts import people
from booking.accounts.models import Person
from booking.kit.errors import Invalid

FACTS = {"language": "en", "zone": "Europe/London"}


async def test_a_person_is_made_once_however_their_address_is_written(db: None, now: datetime) -> None:
    first = await people.find_or_create("Alice@Example.org", "Alice", **FACTS, now=now)
    again = await people.find_or_create(" alice@example.ORG ", "Mallory", language="es", zone="Asia/Tokyo", now=now)

    assert again == first
    assert (again.name, again.language, again.zone) == ("Alice", "en", "Europe/London")
    assert await Person.all().count() == 1


async def test_a_phone_number_is_kept_with_its_country(db: None, now: datetime) -> None:
    person = await people.find_or_create("a@example.org", "Ana", **FACTS, phone="+44 20 7946 0018", now=now)

    assert person.phone == "+442079460018"


@pytest.mark.parametrize(
    "typed", ["", "alice", "alice@", "alice@localhost", "a b@example.org", "a@b@example.org", "\0@x.org"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        people.normal_email(typed)


@pytest.mark.parametrize("typed", ["", "12", "020 7946 0018", "call me", "+999 1"])
def test_a_number_nobody_abroad_can_call_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        people.normal_phone(typed)


@pytest.mark.parametrize(
    "facts", [{"name": " "}, {"name": "x" * 201}, {"language": "tlh"}, {"zone": "Nowhere"}, {"phone": "1"}]
)
async def test_a_person_is_not_changed_into_what_cannot_be_used(facts: dict[str, str], db: None, now: datetime) -> None:
    person = await people.find_or_create("a@example.org", "Ana", **FACTS, now=now)

    with pytest.raises(Invalid):
        await people.change(person.id, **{"name": "Ana", **FACTS, "phone": None, **facts})  # type: ignore[arg-type]

    assert (await Person.get(id=person.id)).name == "Ana"


async def test_a_person_changes_what_is_theirs(db: None, now: datetime) -> None:
    person = await people.find_or_create("a@example.org", "Ana", **FACTS, now=now)

    await people.change(person.id, name="Ana  María", language="es", zone="America/Bogota", phone="+57 601 3816500")

    kept = await Person.get(id=person.id)
    assert (kept.name, kept.language, kept.zone, kept.phone) == ("Ana María", "es", "America/Bogota", "+576013816500")


async def test_two_patients_may_have_no_address(db: None, now: datetime) -> None:
    await people.create_without_email("Alice", **FACTS, now=now)
    await people.create_without_email("Alma", **FACTS, now=now)

    assert await Person.filter(email=None).count() == 2
