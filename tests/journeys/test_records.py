"""A record's way in and out of a case: who may, what is kept, and what the trail says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

import pytest

from booking.accounts.audit import trail
from booking.accounts.models import Role
from booking.accounts.viewers import ANONYMOUS, Scope, Viewer
from booking.consultations.cases import NotAllowedByThePatient
from booking.consultations.models import Case, CaseStatus
from booking.demo.ready import Stage, staff_of
from booking.demo.world import World
from booking.documents.keys import Erased, destroy_case_key
from booking.documents.models import Document, DocumentState
from booking.documents.refused import FileCutShort, OfficeFile, UploadInterrupted
from booking.journeys.add_record import add_to_case, remove_from_case
from booking.journeys.read_record import list_records, open_record
from booking.kit.db import transaction
from booking.kit.errors import NotFound, Refusal, WrongMoment
from booking.services import Services
from tests.documents import samples
from tests.documents.samples import stream
from tests.journeys.trips import a_case, helper_of, patient_of
from tests.statements import statements

PDF = samples.pdf(filler=150_000)


@pytest.fixture
async def case(world: World, now: datetime) -> Case:
    return await a_case(world, Stage.REQUESTED, now=now)


async def sent(case: Case, services: Services, data: bytes = PDF, name: str = "letter.pdf") -> Document:
    viewer = await patient_of(case)
    return await add_to_case(viewer, case.code, name, stream(data), files=services.files, now=services.now())


async def read(viewer: Viewer, code: str, services: Services) -> bytes:
    opened = await open_record(viewer, code, files=services.files, now=services.now())
    return b"".join([chunk async for chunk in opened.chunks])


async def test_what_was_sent_is_read_again_byte_for_byte_and_lies_sealed(
    case: Case, services: Services, tmp_path: Path, now: datetime
) -> None:
    patient = await patient_of(case)
    document = await sent(case, services)

    _case, listed = await list_records(patient, case.code, now=now)

    stored = (tmp_path / "files" / document.stored_as).read_bytes()
    assert (await read(patient, document.code, services), b"%PDF" in stored) == (PDF, False)
    assert [(record.name, record.media_type, record.size) for record in listed] == [
        ("letter.pdf", "application/pdf", len(PDF))
    ]


async def test_every_sending_reading_and_removing_is_in_the_trail(
    case: Case, services: Services, now: datetime
) -> None:
    patient = await patient_of(case)
    document = await sent(case, services)
    await read(patient, document.code, services)
    await remove_from_case(patient, case.code, document.code, now=now)

    of_record = [(entry.who, entry.action) for entry in await trail(f"record {document.code}")]
    of_case = [entry.action for entry in await trail(f"case {case.code}")][:2]
    assert of_record == [(patient.name, f"record.{verb}") for verb in ("remove", "read", "write")]
    assert of_case == ["records.remove", "records.add"]


async def test_only_the_case_s_own_people_meet_its_records(
    world: World, case: Case, services: Services, now: datetime
) -> None:
    document = await sent(case, services)
    folake = world.people["folake"]
    asking = {
        "anyone": ANONYMOUS,
        "a stranger": Viewer(folake.id, folake.code, folake.name),
        "a reader": await helper_of(case, folake, Scope.READ, now=now),
        "a helper": await helper_of(case, folake, Scope.RECORDS, now=now),
        "the doctor": staff_of(world, "baptiste", Role.CLINICIAN),
    }

    async def how(viewer: Viewer) -> str:
        try:
            return "reads" if await read(viewer, document.code, services) == PDF else "?"
        except Refusal as why:
            return why.code

    assert {who: await how(viewer) for who, viewer in asking.items()} == {
        "anyone": NotFound().code,
        "a stranger": NotFound().code,
        "a reader": NotAllowedByThePatient().code,
        "a helper": "reads",
        "the doctor": "reads",
    }
    for who in ("anyone", "a stranger"):
        with pytest.raises(NotFound):
            await add_to_case(asking[who], case.code, "x.pdf", stream(PDF), files=services.files, now=now)
        with pytest.raises(NotFound):
            await remove_from_case(asking[who], case.code, document.code, now=now)


async def test_a_removed_record_and_one_of_another_case_do_not_exist(
    world: World, case: Case, services: Services, now: datetime
) -> None:
    other = await a_case(world, Stage.REQUESTED, "folake", now=now)
    document, theirs = await sent(case, services), await sent(other, services)
    patient = await patient_of(case)
    await remove_from_case(patient, case.code, document.code, now=now)

    for code in (document.code, theirs.code):
        with pytest.raises(NotFound):
            await read(patient, code, services)
        with pytest.raises(NotFound):
            await remove_from_case(patient, case.code, code, now=now)


async def interrupted() -> AsyncIterator[bytes]:
    yield PDF[:70_000]
    raise UploadInterrupted


@pytest.mark.parametrize(
    ("chunks", "why"),
    [
        (lambda: stream(b"PK\x03\x04 a spreadsheet" * 20), OfficeFile),
        (lambda: stream(PDF[:-40]), FileCutShort),
        (interrupted, UploadInterrupted),
    ],
)
async def test_a_file_that_is_not_taken_leaves_its_reason_and_no_bytes(
    case: Case, services: Services, chunks: Callable[[], AsyncIterator[bytes]], why: type[Refusal], now: datetime
) -> None:
    with pytest.raises(why):
        await add_to_case(await patient_of(case), case.code, "x.pdf", chunks(), files=services.files, now=now)

    document = await Document.get()
    assert (document.state, document.refused_because) == (DocumentState.REFUSED, why().code)
    assert [entry async for entry in services.files.listed()] == []


async def test_nothing_is_added_to_a_case_that_is_over(case: Case, services: Services) -> None:
    await Case.filter(id=case.id).update(status=CaseStatus.CLOSED)

    with pytest.raises(WrongMoment):
        await sent(case, services)


async def test_an_erased_case_takes_and_gives_nothing(case: Case, services: Services, now: datetime) -> None:
    document = await sent(case, services)
    async with transaction():
        await destroy_case_key(case.id, now=now)

    with pytest.raises(Erased):
        await read(await patient_of(case), document.code, services)
    with pytest.raises(Erased):
        await sent(case, services)


async def test_a_list_of_three_asks_the_database_no_more_than_one_of_one(
    world: World, case: Case, services: Services, now: datetime
) -> None:
    patient = await patient_of(case)
    counts = []
    for number in (1, 3):
        while await Document.all().count() < number:
            await sent(case, services)
        with statements() as asked:
            await list_records(patient, case.code, now=now)
        counts.append(len(asked))

    assert counts[0] == counts[1]


async def test_two_who_remove_the_same_record_at_once_both_find_it_gone(
    lasting_world: World, services: Services, now: datetime
) -> None:
    case = await a_case(lasting_world, Stage.REQUESTED, now=now)
    document, patient = await sent(case, services), await patient_of(case)

    ended = await asyncio.gather(
        *(remove_from_case(patient, case.code, document.code, now=now) for _ in range(2)), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in ended) in (["MovedMeanwhile", "NoneType"], ["NoneType", "NotFound"])
