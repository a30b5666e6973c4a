"""A medical record comes in, from the portal or while a request is written; and goes.

The file arrives between two transactions, never within one: a slow phone holds nothing up.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from booking.accounts import audit, throttle
from booking.accounts.viewers import ANONYMOUS, Viewer
from booking.consultations import cases, drafts, sealed_text
from booking.consultations.models import Case, CaseStatus
from booking.documents import records
from booking.documents.models import Document
from booking.documents.store import FileStore
from booking.journeys.read_record import require_records
from booking.kit.db import transaction
from booking.kit.errors import Refusal, WrongMoment

FILES_FROM_ONE_PLACE: Final = throttle.Limit(tries=100, within=timedelta(hours=1))
OVER: Final = frozenset({CaseStatus.CLOSED, CaseStatus.WITHDRAWN})


async def add_to_case(
    viewer: Viewer, code: str, name: str, chunks: AsyncIterator[bytes], *, files: FileStore, now: datetime
) -> Document:
    """Check, seal and keep one file for a case.

    Raises NotFound, NotAllowedByThePatient, WrongMoment for a case that is over, and whatever
    `documents.refused` says of the file; nothing is kept then.
    """

    async def whose() -> Case:
        case = await cases.get(viewer, code)
        require_records(viewer, case)
        if case.status in OVER:
            raise WrongMoment
        return case

    return await _add(whose, viewer, name, chunks, files=files, now=now)


async def add_to_request(
    token: str,
    name: str,
    chunks: AsyncIterator[bytes],
    *,
    files: FileStore,
    place: str,
    pepper: bytes,
    now: datetime,
) -> Document:
    """The same for a request that is being written. Also raises DraftNotFound and TooManyTries."""
    await throttle.count("record from", place, FILES_FROM_ONE_PLACE, pepper=pepper, now=now)

    async def whose() -> Case:
        return (await drafts.resume(token, now=now)).case

    return await _add(whose, ANONYMOUS, name, chunks, files=files, now=now)


async def _add(
    whose: Callable[[], Awaitable[Case]],
    viewer: Viewer,
    name: str,
    chunks: AsyncIterator[bytes],
    *,
    files: FileStore,
    now: datetime,
) -> Document:
    async with transaction():
        case = await whose()
        arrival = await records.begin(case.id, name=name, uploaded_by=viewer.person_id, now=now)
    try:
        received = await records.receive(arrival, chunks, files)
    except Refusal as why:
        async with transaction():
            await records.refuse(arrival, why)
        raise
    async with transaction():
        document = await records.finish(arrival, received, now=now)
        await audit.record(viewer, "record.write", f"record {document.code}", now=now)
        await audit.record(viewer, "records.add", sealed_text.subject(case), now=now)
    return document


async def remove_from_case(viewer: Viewer, code: str, record: str, *, now: datetime) -> None:
    """Take one file away from a case for good. Raises NotFound, NotAllowedByThePatient, MovedMeanwhile."""
    async with transaction():
        case = await cases.get(viewer, code)
        require_records(viewer, case)
        await _remove(case, record, viewer, now=now)


async def remove_from_request(token: str, record: str, *, now: datetime) -> None:
    """The same while a request is being written. Raises DraftNotFound, NotFound, MovedMeanwhile."""
    async with transaction():
        draft = await drafts.resume(token, now=now)
        await _remove(draft.case, record, ANONYMOUS, now=now)


async def _remove(case: Case, record: str, viewer: Viewer, *, now: datetime) -> None:
    document = await records.record(case.id, record)
    await records.remove(document)
    await audit.record(viewer, "record.remove", f"record {document.code}", now=now)
    await audit.record(viewer, "records.remove", sealed_text.subject(case), now=now)
