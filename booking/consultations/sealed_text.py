"""Health text of a case: sealed with its key, and each reading and writing leaves an audit row beside it (G25)."""

from collections.abc import Iterable
from datetime import datetime

from booking.accounts import audit
from booking.accounts.audit import Deed
from booking.accounts.viewers import Viewer
from booking.consultations.models import Case
from booking.documents.keys import seal_for_case, unseal_all_for_case, unseal_with


async def write(case: Case, what: str, text: str, *, viewer: Viewer, now: datetime) -> bytes:
    """The text, sealed as a `what` of this case."""
    await audit.record(viewer, f"{what}.write", subject(case), now=now)
    return await seal_for_case(case.id, text.encode(), what.encode())


async def read(case: Case, what: str, sealed: bytes, *, viewer: Viewer, now: datetime) -> str:
    """What `write` sealed."""
    return (await read_all(case, what, [sealed], viewer=viewer, now=now))[0]


async def read_all(case: Case, what: str, sealed: Iterable[bytes], *, viewer: Viewer, now: datetime) -> list[str]:
    """Several texts of one kind, read together: one row of the trail, and none if there was nothing to read."""
    texts = [text.decode() for text in await unseal_all_for_case(case.id, sealed, what.encode())]
    if texts:
        await audit.record(viewer, f"{what}.read", subject(case), now=now)
    return texts


def read_with(case: Case, what: str, sealed: bytes, wrapped: bytes | None) -> tuple[str, Deed]:
    """The text, for a statement that has read the case's key beside it, and the deed that is to be written in the same transaction."""
    return unseal_with(case.id, wrapped, sealed, what.encode()).decode(), (f"{what}.read", subject(case))


def subject(case: Case) -> str:
    """A case's name in the audit trail."""
    return f"case {case.code}"
