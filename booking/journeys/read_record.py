"""Someone looks at a case's records: what there is, and one of them as its own bytes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from booking.accounts import audit
from booking.accounts.viewers import Scope, Viewer
from booking.consultations import cases, sealed_text
from booking.consultations.models import Case
from booking.documents import records
from booking.documents.models import Document, DocumentState
from booking.documents.store import FileStore
from booking.kit.db import transaction
from booking.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class Record:
    """One file of a case, as a list shows it. `size` is in bytes."""

    code: str
    name: str
    media_type: str
    size: int
    has_password: bool
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """One file to be read: `chunks` are its own bytes, each authenticated before it comes."""

    record: Record
    chunks: AsyncIterator[bytes]


async def list_records(viewer: Viewer, code: str, *, now: datetime) -> tuple[Case, tuple[Record, ...]]:
    """The case and its readable files, oldest first.

    Raises NotFound for another's case, and NotAllowedByThePatient for a supporter who may not see records.
    """
    async with transaction():
        case = await cases.get(viewer, code)
        require_records(viewer, case)
        await audit.record(viewer, "records.list", sealed_text.subject(case), now=now)
        return case, await listed(case.id)


async def open_record(viewer: Viewer, code: str, *, files: FileStore, now: datetime) -> OpenRecord:
    """The file of this code, whoever's case it is in, if the viewer may read it. Leaves an audit row.

    Raises NotFound, NotAllowedByThePatient, Erased; reading may raise StoreDown or Tampered.
    """
    async with transaction():
        document = await Document.get_or_none(code=code, state=DocumentState.READY)
        if document is None:
            raise NotFound
        case = await cases.visible_to(viewer).get_or_none(id=document.case_id)
        if case is None:
            raise NotFound
        require_records(viewer, case)
        await audit.record(viewer, "record.read", f"record {document.code}", now=now)
        chunks = await records.opened(document, files)
        return OpenRecord(_shown(document, await records.name_of(document)), chunks())


def require_records(viewer: Viewer, case: Case) -> None:
    """Raises unless the viewer is the patient, a supporter who may handle records, or staff of the clinic."""
    if case.clinic_id not in viewer.clinics:
        cases.require(viewer, case, Scope.RECORDS)


async def listed(case_id: int) -> tuple[Record, ...]:
    """A case's readable files, oldest first. On the caller's connection, which has checked who asks."""
    found = await records.records(case_id)
    names = await records.names_of(case_id, found)
    return tuple(_shown(document, name) for document, name in zip(found, names, strict=True))


def _shown(document: Document, name: str) -> Record:
    return Record(
        document.code,
        name,
        document.media_type,
        document.size or 0,
        document.has_password,
        document.uploaded_at or document.begun_at,
    )
