"""How a record comes in, is read and goes. A file is never readable before it is checked (G26).

An upload is three steps, so that no transaction waits for a slow phone:

1. `begin`, in a transaction: a row that says a file is arriving.
2. `receive`, outside of any: the stream is checked, sealed and stored as it comes; it is whole in the store or not there.
3. `finish` (or `refuse`), in a transaction: the row becomes readable by compare-and-set, or says why not.

Whatever dies between them, `sweep` puts right.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.documents.keys import open_case_key, seal_for_case, unseal_all_for_case, unseal_for_case
from booking.documents.kinds import Inspection, Kind
from booking.documents.models import Document, DocumentState
from booking.documents.refused import TooManyFiles
from booking.documents.sealed_stream import seal_stream, unseal_stream
from booking.documents.store import FileStore
from booking.kit.db import outside_only
from booking.kit.errors import MovedMeanwhile, NotFound, Refusal
from booking.kit.ids import new_code, new_token

MOST_PER_CASE: Final = 60
LONGEST_NAME: Final = 150


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that has a row and no bytes yet."""

    document_id: int
    code: str
    stored_as: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """What lies in the store now, sealed, and what was found out about it."""

    kind: Kind
    size: int
    sha256: bytes


async def begin(case_id: int, *, name: str, uploaded_by: int | None, now: datetime) -> Arrival:
    """Say that a file is coming for this case. In the caller's transaction.

    Raises:
        TooManyFiles: the case has its fill.
        Erased: nothing can be kept for it any more.
    """
    kept = await Document.filter(case_id=case_id, state__in=[DocumentState.ARRIVING, DocumentState.READY]).count()
    if kept >= MOST_PER_CASE:
        raise TooManyFiles(most=MOST_PER_CASE)
    document = await Document.create(
        code=new_code(),
        case_id=case_id,
        name_sealed=await seal_for_case(case_id, tame(name).encode(), b"file name"),
        stored_as=new_token(),
        state=DocumentState.ARRIVING,
        uploaded_by_id=uploaded_by,
        begun_at=now,
    )
    return Arrival(document.id, document.code, document.stored_as, await open_case_key(case_id))


async def receive(arrival: Arrival, chunks: AsyncIterator[bytes], files: FileStore) -> Received:
    """Check, seal and store the stream as it comes. Outside of any transaction.

    Raises:
        Refusal: one from `documents.refused`; nothing is kept then.
    """
    outside_only("the file store")
    inspection, digest = Inspection(), hashlib.sha256()

    async def checked() -> AsyncIterator[bytes]:
        async for chunk in chunks:
            inspection.see(chunk)
            digest.update(chunk)
            yield chunk
        inspection.conclude()

    await files.put(arrival.stored_as, seal_stream(arrival.key, checked(), arrival.stored_as.encode()))
    return Received(inspection.conclude(), inspection.size, digest.digest())


async def finish(arrival: Arrival, received: Received, *, now: datetime) -> Document:
    """Make the file readable. In the caller's transaction.

    Raises:
        MovedMeanwhile: it was swept away or removed while it arrived.
    """
    moved = await Document.filter(id=arrival.document_id, state=DocumentState.ARRIVING).update(
        state=DocumentState.READY,
        media_type=received.kind.media_type,
        has_password=received.kind.has_password,
        size=received.size,
        sha256=received.sha256,
        uploaded_at=now,
    )
    if not moved:
        raise MovedMeanwhile
    return await Document.get(id=arrival.document_id)


async def refuse(arrival: Arrival, why: Refusal) -> None:
    """Keep that the file was not taken, and why. In the caller's transaction."""
    await Document.filter(id=arrival.document_id, state=DocumentState.ARRIVING).update(
        state=DocumentState.REFUSED, refused_because=why.code
    )


async def records(case_id: int) -> list[Document]:
    """The case's readable files, oldest first."""
    return await Document.filter(case_id=case_id, state=DocumentState.READY).order_by("uploaded_at", "id")


async def record(case_id: int, code: str) -> Document:
    """One readable file of this case. Raises NotFound for any other."""
    found = await Document.get_or_none(case_id=case_id, code=code, state=DocumentState.READY)
    if found is None:
        raise NotFound
    return found


async def name_of(document: Document) -> str:
    """The name that the file had where it came from, tamed."""
    return (await unseal_for_case(document.case_id, document.name_sealed, b"file name")).decode()


async def names_of(case_id: int, documents: Sequence[Document]) -> list[str]:
    """The names of several files of one case, in their order."""
    sealed = [document.name_sealed for document in documents]
    return [name.decode() for name in await unseal_all_for_case(case_id, sealed, b"file name")]


async def opened(document: Document, files: FileStore) -> Callable[[], AsyncIterator[bytes]]:
    """What to call, after the transaction, for the file's own bytes as a stream."""
    key = await open_case_key(document.case_id)
    context = document.stored_as.encode()
    return lambda: unseal_stream(key, files.get(document.stored_as), context)


async def remove(document: Document) -> None:
    """Make the file unreadable now; `sweep` takes its bytes away. In the caller's transaction.

    Raises:
        MovedMeanwhile: it was not readable any more.
    """
    if not await Document.filter(id=document.id, state=DocumentState.READY).update(state=DocumentState.REMOVED):
        raise MovedMeanwhile


async def remove_all(case_id: int) -> int:
    """For an erasure: every file of the case, readable or on its way; how many."""
    return await Document.filter(case_id=case_id, state__in=[DocumentState.ARRIVING, DocumentState.READY]).update(
        state=DocumentState.REMOVED
    )


def tame(name: str) -> str:
    """A file's name without folders, controls or direction marks, and not too long."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '"<>|:*?').strip(". ")
    return kept[-LONGEST_NAME:] or "file"
