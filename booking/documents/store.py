"""Where sealed bytes lie: a folder, or anything that speaks S3. Nothing else in the house touches them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from booking.documents.refused import NoRoom, StoreDown
from booking.kit.logs import logger

log = logger(__name__)

PART: Final = 5 * 1024 * 1024
# What a full disk, a quota and a full object store say of themselves.
FULL: Final = ("os error 28", "os error 27", "os error 122", "StorageFull", "QuotaExceeded", "InsufficientStorage")
ACCEPTS: Final = "a folder, or s3://bucket[/prefix][?endpoint=https://host&region=name]"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as the store lists it."""

    name: str
    size: int
    stored_at: datetime


class FileStore(Protocol):
    """Named bytes. A name appears whole or not at all."""

    async def put(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        """Keep the stream under this name. If the stream fails, its own fault comes through and nothing is kept.

        Raises:
            NoRoom: the store is full.
            StoreDown: it cannot be written to.
        """

    def get(self, name: str) -> AsyncIterator[bytes]:
        """The bytes in the order they were put. Raises StoreDown if they cannot be read, or are not there."""

    async def remove(self, name: str) -> None:
        """Forget the name. It is no fault if it is not there. Raises StoreDown."""

    def listed(self) -> AsyncIterator[Stored]:
        """Everything that is kept, in no order. Raises StoreDown."""

    async def tidy(self, *, before: datetime) -> int:
        """Remove what puts that died before this moment left half written; how many there were."""


class KeptFiles:
    """The real one, on `obstore`."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    async def put(self, name: str, pieces: AsyncIterator[bytes]) -> None:
        source = _Watched(pieces)
        try:
            await obstore.put_async(self._store, name, source, chunk_size=PART, max_concurrency=2)
        except Exception as fault:
            if source.fault is not None:
                raise source.fault from None
            raise _refusal(fault, "put") from fault

    async def get(self, name: str) -> AsyncIterator[bytes]:
        try:
            found = await obstore.get_async(self._store, name)
            async for chunk in found.stream(min_chunk_size=256 * 1024):
                yield bytes(chunk)
        except (BaseError, OSError) as fault:
            raise _refusal(fault, "get") from fault

    async def remove(self, name: str) -> None:
        try:
            await obstore.delete_async(self._store, name)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as fault:
            raise _refusal(fault, "remove") from fault

    async def listed(self) -> AsyncIterator[Stored]:
        try:
            async for batch in obstore.list(self._store):
                for entry in batch:
                    yield Stored(entry["path"], entry["size"], entry["last_modified"])
        except (BaseError, OSError) as fault:
            raise _refusal(fault, "list") from fault

    async def tidy(self, *, before: datetime) -> int:
        # A bucket's unfinished uploads are its own lifecycle rule's to remove (docs: AbortIncompleteMultipartUpload).
        # In a folder they are files named `name#1`, which obstore does not list.
        halves = [path for path in self._folder.glob("*#*") if _changed(path) < before] if self._folder else []
        for half in halves:
            half.unlink(missing_ok=True)
        return len(halves)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


class _Watched:
    """A stream that remembers its own fault, which would otherwise come back wrapped in the store's."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self.fault: BaseException | None = None

    def __aiter__(self) -> "_Watched":
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._pieces)
        except StopAsyncIteration:
            raise
        except BaseException as fault:
            self.fault = fault
            raise


def _refusal(fault: Exception, doing: str) -> NoRoom | StoreDown:
    # The store's own words name paths and buckets: they are for finding out what happened, not for the reader.
    full = any(sign in str(fault) for sign in FULL)
    log.error("files.failed", fault=fault, doing=doing, full=full)
    return NoRoom() if full else StoreDown()


def open_files(url: str) -> KeptFiles:
    """The store that FILES_URL names. A folder is made if it is missing.

    S3 credentials come as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine's role.

    Raises:
        ValueError: it names none; the text says what is accepted.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3" and parts.netloc:
        return KeptFiles(_bucket(parts.netloc, parts.path.strip("/"), parse_qs(parts.query)))
    if parts.scheme in {"", "file"} and parts.path and not parts.netloc:
        folder = Path(unquote(parts.path) if parts.scheme else url).absolute()
        return KeptFiles(LocalStore(folder, mkdir=True), folder)
    raise ValueError(f"accepts {ACCEPTS}")


def _bucket(name: str, prefix: str, options: dict[str, list[str]]) -> S3Store:
    endpoint = options.get("endpoint", [None])[0]
    return S3Store(
        name,
        prefix=prefix or None,
        endpoint=endpoint,
        region=options.get("region", ["us-east-1"])[0],
        client_options={"allow_http": bool(endpoint and endpoint.startswith("http://")), "timeout": "60s"},
    )
