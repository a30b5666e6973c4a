"""A case of the example clinic and someone to write to, and the outbox as rows that a test compares."""

from datetime import datetime
from typing import Any

from booking.accounts.models import Person
from booking.bookings.models import Booking, BookingStatus
from booking.consultations.models import Case, CaseEvent, CaseStatus
from booking.demo.world import World
from booking.kit.db import run
from booking.kit.ids import new_code
from booking.messages.checks import INVARIANTS
from booking.messages.planning import Recipient


def recipient(person: Person) -> Recipient:
    return Recipient(person.id, person.zone, person.language)


async def a_case(world: World, *, now: datetime, person: str = "samuel") -> Case:
    case = await Case.create(
        code=new_code(),
        clinic_id=world.clinic.id,
        programme_id=world.programme.id,
        version_id=world.version.id,
        patient_id=world.people[person].id,
        asked_by_id=world.people[person].id,
        status=CaseStatus.REQUESTED,
        language="en",
        zone=world.people[person].zone,
        created_at=now,
        changed_at=now,
    )
    await CaseEvent.create(case_id=case.id, status=CaseStatus.REQUESTED, at=now)
    return case


async def a_booking(case: Case, *, now: datetime, starts_at: datetime, ends_at: datetime) -> Booking:
    return await Booking.create(
        code=new_code(),
        case_id=case.id,
        patient_id=case.patient_id,
        status=BookingStatus.CONFIRMED,
        window={},
        starts_at=starts_at,
        ends_at=ends_at,
        held_at=now,
    )


async def rows(*columns: str) -> list[tuple[Any, ...]]:
    """Those columns of every message, in the order in which they were made."""
    found = await run("SELECT * FROM message ORDER BY id")
    return [tuple(row[column] for column in columns) for row in found]


async def broken_promises() -> list[str]:
    """The outbox's invariants that do not hold: every test of a race or a fault ends with this."""
    return [promise for promise, sql in INVARIANTS.items() if await run(sql)]
