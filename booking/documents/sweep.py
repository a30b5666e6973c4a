"""Putting rows and stored files back together after something died between them (G26)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking.documents.models import Document, DocumentState
from booking.documents.refused import UploadInterrupted
from booking.documents.store import FileStore
from booking.kit.db import outside_only

# Longer than the slowest upload that a server lets live.
PATIENCE: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Swept:
    """What was found: `missing` are readable rows without bytes, which a person must look into."""

    interrupted: int
    orphans: int
    missing: tuple[str, ...]


async def sweep(files: FileStore, *, now: datetime) -> Swept:
    """Close uploads that died, remove bytes that no readable row stands for, and name rows whose bytes are gone.

    Outside of any transaction: every step is safe alone and safe to do again. An upload that finishes
    in the same moment wins or loses by the row's compare-and-set, never both.
    """
    outside_only("the file store")
    before = now - PATIENCE
    interrupted = await Document.filter(state=DocumentState.ARRIVING, begun_at__lt=before).update(
        state=DocumentState.REFUSED, refused_because=UploadInterrupted().code
    )
    orphans = await files.tidy(before=before)
    # Listed before the rows are read: a file that becomes readable in between is then in both.
    stored = [entry async for entry in files.listed()]
    wanted = await _names({DocumentState.READY, DocumentState.ARRIVING})
    for entry in stored:
        if entry.name not in wanted and entry.stored_at < before:
            await files.remove(entry.name)
            orphans += 1
    there = {entry.name for entry in stored}
    old = await Document.filter(state=DocumentState.READY, uploaded_at__lt=before).values_list("code", "stored_as")
    return Swept(interrupted, orphans, tuple(sorted(code for code, name in old if name not in there)))


async def _names(states: Collection[DocumentState]) -> set[str]:
    return {document.stored_as for document in await Document.filter(state__in=list(states)).only("stored_as")}
