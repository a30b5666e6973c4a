"""The example clinic put into the database: its programme, its resources and lots, its people and their posts."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Final

from booking.accounts import people, staff
from booking.accounts.models import Person, Role
from booking.accounts.partners import make_key
from booking.demo.clinic.load import (
    ExampleAbsence,
    ExampleLot,
    ExamplePerson,
    example_clinic,
    example_people,
    example_slug,
)
from booking.kit.db import run
from booking.programmes.models import Clinic, Programme, ProgrammeVersion
from booking.programmes.publishing import publish
from booking.slots import holidays, resources

# Everyone knows these: the demo is not a secret, and production has no example clinic.
PASSWORD: Final = "sheltered side of the island"  # noqa: S105 - printed on the demo's first page
TOTP_SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - see above
PARTNER_KEY: Final = "demo-partner-key"
POSTS: Final = {"coordinator": Role.COORDINATOR, "clinician": Role.CLINICIAN}

ADD_ABSENCES: Final = """
    INSERT INTO closure (resource_id, first_day, last_day, reason)
    SELECT resource.id, first_day, last_day, reason FROM resource JOIN jsonb_to_recordset($2::jsonb)
        AS told (resource text, first_day date, last_day date, reason text) ON told.resource = resource.name
     WHERE clinic_id = $1
"""
ADD_LOTS: Final = """
    WITH told AS (
        SELECT * FROM jsonb_to_recordset($2::jsonb)
            AS told (code text, product text, state text, usable_from date, usable_until date, doses int)
    ), made AS (
        INSERT INTO lot (clinic_id, product, code, state, usable_from, usable_until)
        SELECT $1, product, code, state, usable_from, usable_until FROM told RETURNING id, code
    )
    INSERT INTO dose (lot_id, number) SELECT made.id, n FROM made JOIN told USING (code), generate_series(1, told.doses) AS n
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
    clinic = await Clinic.create(**example.facts.model_dump(mode="json"), is_example=True)
    programme = await Programme.create(clinic_id=clinic.id, slug=example.programmes[0].slug)
    version = await publish(programme, example.programmes[0].content, now=now)
    await resources.add(clinic.id, example.resources)
    await run(ADD_ABSENCES, clinic.id, _told(example.absences))
    await run(ADD_LOTS, clinic.id, _told(example.lots))
    await holidays.fill(clinic, now.date(), anew=True)
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


@cache
def _told(examples: tuple[ExampleAbsence | ExampleLot, ...]) -> str:
    return json.dumps([asdict(each) for each in examples], default=str)


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
