"""Whoever reads health data leaves a row in the trail, and reads nothing where the row cannot be written (G25)."""

from collections.abc import Awaitable, Callable

import pytest

from booking.accounts import audit
from booking.accounts.audit import trail
from booking.aftercare.check_ins import Answers, answer, check_ins_of
from booking.aftercare.models import RatedBy, Rater
from booking.bookings.models import Booking
from booking.demo.world import World
from booking.journeys.add_record import add_to_case
from booking.journeys.answer_check_in import open_check_in
from booking.journeys.desk_file import open_desk_file
from booking.journeys.open_case import open_case
from booking.journeys.read_record import list_records, open_record
from booking.journeys.receive_lot import open_lot
from booking.journeys.write_plan import open_plan
from booking.kit.db import run, transaction
from booking.services import Services
from tests.documents.samples import pdf, stream
from tests.journeys.full_case import a_full_case, staff
from tests.journeys.trips import a_case, patient_of

Read = Callable[[], Awaitable[object]]
HEALTH = {"case.read", "request.read", "review.read", "plan.read", "question.read"}


class NoTrail(Exception):
    """The row cannot be written."""


async def reads(world: World, services: Services) -> dict[str, tuple[Read, str, set[str]]]:
    """Each way to read health data, the subject of its rows and their actions."""
    case, now = await a_full_case(world, services, 1), services.now()
    patient, nia = await patient_of(case), staff(world)
    booking = await Booking.get(case_id=case.id)
    record = await add_to_case(patient, case.code, "scan.pdf", stream(pdf()), files=services.files, now=now)
    [check_in, *_later] = await check_ins_of(booking.id)
    async with transaction():
        await answer(
            check_in,
            Answers({"health_today": 40}),
            by_id=patient.person_id,
            rater=Rater.PATIENT,
            rated_by=RatedBy.SELF,
            today=check_in.due_on,
            now=now,
        )
    other = await a_case(world, who="helene", now=now)
    [lot] = await run(
        "SELECT DISTINCT lot.code FROM lot JOIN dose ON lot_id = lot.id WHERE booking_id = $1", booking.id
    )
    about, files = f"case {case.code}", services.files
    return {
        "case file": (lambda: open_case(patient, case.code, now=now, with_health=True), about, HEALTH),
        "desk file": (lambda: open_desk_file(nia, case.code, now=now), about, HEALTH | {"check-in.read"}),
        "records": (lambda: list_records(patient, case.code, now=now), about, {"records.list"}),
        "record": (
            lambda: open_record(nia, record.code, files=files, now=now),
            f"record {record.code}",
            {"record.read"},
        ),
        "check-in": (lambda: open_check_in(patient, check_in.code, now=now), about, {"check-in.read"}),
        "plan": (lambda: open_plan(nia, other.code, now=now), f"case {other.code}", {"plan.read"}),
        "lot": (lambda: open_lot(nia, lot["code"], now=now), f"lot {lot['code']}", {"lot.read"}),
    }


async def test_every_reading_of_health_data_is_in_the_trail(world: World, services: Services) -> None:
    found = {}
    wanted = await reads(world, services)
    for name, (read, subject, _actions) in wanted.items():
        before = len(await trail(subject))
        await read()
        after = await trail(subject)
        found[name] = {entry.action for entry in after[: len(after) - before]}

    assert {name: wanted[name][2] - actions for name, actions in found.items()} == {name: set() for name in wanted}


async def test_what_cannot_be_written_into_the_trail_is_not_read(
    world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_about: object, **_more: object) -> None:
        raise NoTrail

    wanted = await reads(world, services)
    monkeypatch.setattr(audit, "record", refuse)

    for read, _subject, _actions in wanted.values():
        with pytest.raises(NoTrail):
            await read()
