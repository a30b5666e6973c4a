"""The example clinic put into the database: its programme, its resources and lots, its people and their posts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts import people, staff
from booking.accounts.models import Person, Role
from booking.accounts.partners import make_key
from booking.demo.clinic.load import (
    ExampleClinic,
    ExampleLot,
    ExamplePerson,
    ExampleResource,
    example_clinic,
    example_people,
    example_slug,
)
from booking.kit.db import run
from booking.programmes.models import Clinic, Programme, ProgrammeVersion
from booking.programmes.publishing import publish
from booking.slots.models import Closure, Dose, Lot, LotState, OpeningHours

# Everyone knows these: the demo is not a secret, and production has no example clinic.
PASSWORD: Final = "sheltered side of the island"  # noqa: S105 - printed on the demo's first page
TOTP_SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - see above
PARTNER_KEY: Final = "demo-partner-key"
POSTS: Final = {"coordinator": Role.COORDINATOR, "clinician": Role.CLINICIAN}

ADD_RESOURCES: Final = """
    INSERT INTO resource (clinic_id, kind, name, skills, is_active)
    SELECT $1, told.kind, told.name, told.skills, true
    FROM jsonb_to_recordset($2::jsonb) AS told (kind text, name text, skills jsonb) RETURNING id, name
"""


@dataclass(frozen=True, slots=True)
class World:
    """The example clinic as rows. `people` go by the keys of the example's data (`samuel`, `folake`, `nia`)."""

    clinic: Clinic
    programme: Programme
    version: ProgrammeVersion
    people: dict[str, Person]
    partner_key: str = PARTNER_KEY


async def build(*, now: datetime, totp_key: bytes) -> World:
    """Write the example clinic. Runs in the caller's transaction, once per database."""
    example = example_clinic(now.date())
    clinic = await _clinic(example)
    programme = await Programme.create(clinic_id=clinic.id, slug=example.programmes[0].slug)
    version = await publish(programme, example.programmes[0].content, now=now)
    await _resources(clinic, example.resources)
    await _lots(clinic, example.lots)
    known = {person.key: await _person(clinic, person, now=now, totp_key=totp_key) for person in example.people}
    await make_key(clinic.id, "Demo partner", now=now, key=PARTNER_KEY)
    return World(clinic, programme, version, known)


async def find() -> World | None:
    """The example clinic, if this database has it."""
    clinic = await Clinic.get_or_none(slug=example_slug())
    if clinic is None:
        return None
    programme = await Programme.get(clinic_id=clinic.id)
    version = await ProgrammeVersion.get(id=programme.published_version_id)
    known = example_people()
    by_email = {person.email: person for person in await Person.filter(email__in=[each.email for each in known])}
    return World(clinic, programme, version, {each.key: by_email[each.email] for each in known})


async def _clinic(example: ExampleClinic) -> Clinic:
    return await Clinic.create(
        slug=example.slug,
        name=example.name,
        address=example.address,
        zone=example.zone,
        currency=example.currency,
        languages=list(example.languages),
        airport=example.airport,
        phone=example.phone,
        email=example.email,
        is_example=True,
    )


async def _resources(clinic: Clinic, examples: Sequence[ExampleResource]) -> None:
    """All of them in three statements: nearly every test builds this world."""
    told = [{"kind": each.kind, "name": each.name, "skills": list(each.skills)} for each in examples]
    ids = {row["name"]: row["id"] for row in await run(ADD_RESOURCES, clinic.id, json.dumps(told))}
    await OpeningHours.bulk_create(
        OpeningHours(
            resource_id=ids[example.name],
            weekday=hours.weekday,
            opens=hours.opens,
            closes=hours.closes,
            from_day=hours.from_day,
        )
        for example in examples
        for hours in example.hours
    )
    await Closure.bulk_create(
        Closure(
            resource_id=ids[example.name],
            first_day=closed.first_day,
            last_day=closed.last_day,
            reason=closed.reason,
        )
        for example in examples
        for closed in example.closures
    )


async def _lots(clinic: Clinic, examples: Sequence[ExampleLot]) -> None:
    lots = [
        await Lot.create(
            clinic_id=clinic.id,
            product=example.product,
            code=example.code,
            state=LotState(example.state),
            usable_from=example.usable_from,
            usable_until=example.usable_until,
        )
        for example in examples
    ]
    await Dose.bulk_create(
        Dose(lot_id=lot.id, number=number)
        for lot, example in zip(lots, examples, strict=True)
        for number in range(1, example.doses + 1)
    )


async def _person(clinic: Clinic, example: ExamplePerson, *, now: datetime, totp_key: bytes) -> Person:
    person = await people.find_or_create(
        example.email, example.name, language=example.language, zone=example.zone, phone=example.phone, now=now
    )
    if role := POSTS.get(example.role):
        await staff.appoint(
            person.id,
            clinic_id=clinic.id,
            role=role,
            password=PASSWORD,
            totp_secret=TOTP_SECRET,
            totp_key=totp_key,
        )
    return person
