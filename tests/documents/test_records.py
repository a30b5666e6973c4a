import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from booking.documents import records
from booking.documents.checks import INVARIANTS
from booking.documents.keys import Erased, destroy_case_key
from booking.documents.models import Document, DocumentState
from booking.documents.records import Arrival, begin, finish, name_of, opened, receive, record, refuse, remove, tame
from booking.documents.refused import FileCutShort, NoRoom, TooManyFiles
from booking.documents.store import KeptFiles, open_files
from booking.documents.sweep import PATIENCE, Swept, sweep
from booking.kit.db import run, transaction
from booking.kit.errors import MovedMeanwhile, NotFound
from tests.documents import samples
from tests.documents.rows import a_case, a_person
from tests.documents.samples import stream

LATER = PATIENCE + timedelta(minutes=1)


@pytest.fixture
def files(tmp_path: Path) -> KeptFiles:
    return open_files(str(tmp_path))


async def arrived(case_id: int, data: bytes, files: KeptFiles, now: datetime, name: str = "scan.pdf") -> Document:
    arrival = await begin(case_id, name=name, uploaded_by=None, now=now)
    return await finish(arrival, await receive(arrival, stream(data), files), now=now)


async def read(document: Document, files: KeptFiles) -> bytes:
    chunks = await opened(document, files)
    return b"".join([chunk async for chunk in chunks()])


async def stored(files: KeptFiles) -> list[str]:
    return [entry.name async for entry in files.listed()]


async def states(case_id: int) -> list[tuple[str, str]]:
    rows = await Document.filter(case_id=case_id).order_by("id")
    return [(row.state.value, row.refused_because) for row in rows]


async def broken_invariants() -> list[str]:
    return [sentence for sentence, sql in INVARIANTS.items() if await run(sql)]


async def test_a_record_comes_in_sealed_and_is_read_back_as_it_was(
    db: None, now: datetime, files: KeptFiles, tmp_path: Path
) -> None:
    case, person = await a_case(now), await a_person(now)
    data = samples.pdf(encrypted=True, filler=200_000)
    arrival = await begin(case.id, name="C:\\Scans\\brain\u202e scan.pdf", uploaded_by=person.id, now=now)

    document = await finish(arrival, await receive(arrival, stream(data), files), now=now)

    assert (
        await read(document, files),
        await name_of(document),
        (document.state, document.media_type, document.has_password, document.size, bytes(document.sha256 or b"")),
        await record(case.id, document.code),
        b"%PDF" in (tmp_path / document.stored_as).read_bytes(),
        await broken_invariants(),
    ) == (
        data,
        "brain scan.pdf",
        (DocumentState.READY, "application/pdf", True, len(data), hashlib.sha256(data).digest()),
        document,
        False,
        [],
    )


async def test_nobody_reads_a_file_before_it_is_checked(db: None, now: datetime, files: KeptFiles) -> None:
    case = await a_case(now)
    arrival = await begin(case.id, name="scan.pdf", uploaded_by=None, now=now)
    await receive(arrival, stream(samples.pdf()), files)

    with pytest.raises(NotFound):
        await record(case.id, arrival.code)
    assert await records.records(case.id) == []


async def test_a_file_of_another_case_looks_as_if_it_did_not_exist(db: None, now: datetime, files: KeptFiles) -> None:
    case, other = await a_case(now), await a_case(now)
    document = await arrived(case.id, samples.png(), files, now)

    with pytest.raises(NotFound):
        await record(other.id, document.code)


async def test_a_refused_file_leaves_its_reason_and_no_bytes(db: None, now: datetime, files: KeptFiles) -> None:
    case = await a_case(now)
    arrival = await begin(case.id, name="scan.pdf", uploaded_by=None, now=now)

    with pytest.raises(FileCutShort) as caught:
        await receive(arrival, stream(samples.pdf(filler=100_000)[:-20]), files)
    await refuse(arrival, caught.value)

    assert (await states(case.id), await stored(files)) == ([("refused", "file-cut-short")], [])


async def test_a_reader_who_hangs_up_halfway_leaves_no_bytes(db: None, now: datetime, files: KeptFiles) -> None:
    case = await a_case(now)
    arrival = await begin(case.id, name="scan.pdf", uploaded_by=None, now=now)

    async def hangs_up() -> AsyncIterator[bytes]:
        yield samples.pdf(filler=100_000)[:50_000]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await receive(arrival, hangs_up(), files)

    assert await stored(files) == []


async def test_an_upload_that_is_cancelled_halfway_leaves_no_bytes(db: None, now: datetime, files: KeptFiles) -> None:
    case = await a_case(now)
    arrival = await begin(case.id, name="scan.pdf", uploaded_by=None, now=now)

    async def drips() -> AsyncIterator[bytes]:
        yield samples.pdf(filler=100_000)[:50_000]
        await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(receive(arrival, drips(), files), timeout=0.2)

    assert await stored(files) == []


async def test_a_full_store_is_said_and_the_row_stays_unreadable(db: None, now: datetime) -> None:
    class FullFiles(KeptFiles):
        def __init__(self) -> None:
            pass

        async def put(self, name: str, pieces: AsyncIterator[bytes]) -> None:  # noqa: ARG002 - nothing is kept under it
            async for _piece in pieces:
                raise NoRoom

    case = await a_case(now)
    arrival = await begin(case.id, name="scan.pdf", uploaded_by=None, now=now)

    with pytest.raises(NoRoom) as caught:
        await receive(arrival, stream(samples.pdf()), FullFiles())
    await refuse(arrival, caught.value)

    assert await states(case.id) == [("refused", "no-room")]


async def test_no_file_is_received_inside_a_transaction(db: None, now: datetime, files: KeptFiles) -> None:
    case = await a_case(now)
    arrival = await begin(case.id, name="scan.pdf", uploaded_by=None, now=now)

    with pytest.raises(RuntimeError, match="inside a transaction"):
        async with transaction():
            await receive(arrival, stream(samples.pdf()), files)


async def test_a_removed_file_is_unreadable_at_once_and_its_bytes_are_swept_later(
    db: None, now: datetime, files: KeptFiles
) -> None:
    case = await a_case(now)
    document = await arrived(case.id, samples.png(), files, now)

    await remove(document)
    with pytest.raises(NotFound):
        await record(case.id, document.code)
    with pytest.raises(MovedMeanwhile):
        await remove(document)

    # The sweep compares with the store's own clock, which tells the real time.
    entry = await anext(aiter(files.listed()))
    assert await sweep(files, now=entry.stored_at + LATER) == Swept(interrupted=0, orphans=1, missing=())
    assert await stored(files) == []


async def test_what_died_between_row_and_file_is_put_right_on_either_side(
    db: None, now: datetime, files: KeptFiles
) -> None:
    case = await a_case(now)
    await files.put("nobody's", stream(b"bytes without a row"))
    entry = await anext(aiter(files.listed()))
    moment = entry.stored_at
    row_only = await begin(case.id, name="a.pdf", uploaded_by=None, now=moment)
    both = await begin(case.id, name="b.pdf", uploaded_by=None, now=moment)
    received = await receive(both, stream(samples.pdf()), files)
    lost = await arrived(case.id, samples.png(), files, moment)
    await files.remove(lost.stored_as)
    fresh = await begin(case.id, name="c.pdf", uploaded_by=None, now=moment + LATER)
    kept = await arrived(case.id, samples.jpeg(), files, moment)

    found = await sweep(files, now=moment + LATER + timedelta(seconds=30))

    assert found == Swept(interrupted=2, orphans=2, missing=(lost.code,))
    assert await stored(files) == [kept.stored_as]
    assert await states(case.id) == [
        ("refused", "upload-interrupted"),
        ("refused", "upload-interrupted"),
        ("ready", ""),
        ("arriving", ""),
        ("ready", ""),
    ]
    assert (row_only.code, fresh.code) != ("", "")
    with pytest.raises(MovedMeanwhile):
        await finish(both, received, now=moment)


async def test_an_erased_case_gives_no_file_back_and_takes_no_other(db: None, now: datetime, files: KeptFiles) -> None:
    case = await a_case(now)
    document = await arrived(case.id, samples.png(), files, now)

    await destroy_case_key(case.id, now=now)
    assert await broken_invariants() == ["nothing of an erased case can be read"]
    await records.remove_all(case.id)

    with pytest.raises(Erased):
        await opened(document, files)
    with pytest.raises(Erased):
        await begin(case.id, name="more.pdf", uploaded_by=None, now=now)
    assert await broken_invariants() == []


async def test_a_case_takes_only_so_many_files(db: None, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_PER_CASE", 2)
    case = await a_case(now)
    taken: list[Arrival] = [await begin(case.id, name="a", uploaded_by=None, now=now) for _ in range(2)]

    with pytest.raises(TooManyFiles):
        await begin(case.id, name="a", uploaded_by=None, now=now)
    assert len(taken) == 2


@pytest.mark.parametrize(
    ("name", "tamed"),
    [
        ("scan.pdf", "scan.pdf"),
        ("/etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        ('a"\r\nSet-Cookie: x.pdf', "aSet-Cookie x.pdf"),
        ("résumé médical.pdf", "résumé médical.pdf"),
        ("x" * 500 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_file_name_keeps_its_words_and_loses_its_tricks(name: str, tamed: str) -> None:
    assert tame(name) == tamed
