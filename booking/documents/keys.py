"""A key for each case, sealed by the application's secret. Destroying a case's key is its erasure (G28).

Answers, plans, reasons and files of a case are sealed with its key and with nothing else, so that once
the key is destroyed they are noise, in every replica. Backups forget a key when they are rotated out:
their retention bounds how long an erasure takes to be complete.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from booking.kit import seals
from booking.kit.db import execute, run_one
from booking.kit.errors import Refusal
from booking.kit.words import _

PURPOSE: Final = "leeward case keys 1"

FIND: Final = "SELECT wrapped FROM case_key WHERE case_id = $1"
# Two who need it at once make it once: the second waits for the first and then finds its key.
MAKE: Final = "INSERT INTO case_key (case_id, wrapped, made_at) VALUES ($1, $2, now()) ON CONFLICT (case_id) DO NOTHING"
# A case that never had a key gets a destroyed one, so that nothing can be sealed for it afterwards.
DESTROY: Final = """
    INSERT INTO case_key (case_id, wrapped, made_at, destroyed_at) VALUES ($1, NULL, $2, $2)
    ON CONFLICT (case_id) DO UPDATE SET wrapped = NULL, destroyed_at = $2 WHERE case_key.destroyed_at IS NULL
"""

_master: dict[str, bytes] = {}


class Erased(Refusal):
    """The case's key was destroyed: nothing of it can be read or written again."""

    status = 410
    say = _("What we kept about this case was erased, as was asked. It cannot be shown any more.")


def use_secret(secret: str) -> None:
    """Seal case keys with this SECRET_KEY from now on. Said once, at the start of every process.

    Case keys open only under the secret that they were made under: who loses it loses every record.
    """
    _master[PURPOSE] = seals.derive_key(secret, PURPOSE)


async def open_case_key(case_id: int) -> bytes:
    """The case's 256-bit key; made now if it has none.

    Raises:
        Erased: it was destroyed.
    """
    row = await run_one(FIND, case_id)
    if row is None:
        await execute(MAKE, case_id, seals.seal(_secret(), seals.new_key(), _wrapping(case_id)))
        row = await run_one(FIND, case_id)
    return _unwrapped(case_id, row["wrapped"] if row else None)


async def destroy_case_key(case_id: int, *, now: datetime) -> None:
    """Erase the case: whatever was sealed for it can never be opened again. Safe to say twice."""
    await execute(DESTROY, case_id, now)


async def seal_for_case(case_id: int, plaintext: bytes, context: bytes) -> bytes:
    """Sealed with the case's key. `context` names what it is (`b"plan"`) and must be said again to open it.

    Raises:
        Erased: the case's key was destroyed.
    """
    return seals.seal(await open_case_key(case_id), plaintext, _belonging(case_id, context))


async def unseal_for_case(case_id: int, sealed: bytes, context: bytes) -> bytes:
    """What `seal_for_case` sealed for this case under this context.

    Raises:
        Erased: the case's key was destroyed.
        Tampered: it was changed, or sealed for another case or as something else.
    """
    return (await unseal_all_for_case(case_id, [sealed], context))[0]


async def unseal_all_for_case(case_id: int, sealed: Iterable[bytes], context: bytes) -> list[bytes]:
    """Several of one kind, in their order: the key is read once however many there are, and not if there is none."""
    found = [bytes(one) for one in sealed]
    if not found:
        return []
    key = await open_case_key(case_id)
    return [seals.unseal(key, one, _belonging(case_id, context)) for one in found]


def unseal_with(case_id: int, wrapped: bytes | None, sealed: bytes, context: bytes) -> bytes:
    """The same for a statement that has read the case's wrapped key beside the sealed bytes. Raises Erased, Tampered."""
    return seals.unseal(_unwrapped(case_id, wrapped), sealed, _belonging(case_id, context))


def _unwrapped(case_id: int, wrapped: bytes | None) -> bytes:
    if wrapped is None:
        raise Erased
    return seals.unseal(_secret(), bytes(wrapped), _wrapping(case_id))


def _secret() -> bytes:
    try:
        return _master[PURPOSE]
    except KeyError:
        raise RuntimeError("documents.keys.use_secret(SECRET_KEY) was not called when this process started") from None


def _wrapping(case_id: int) -> bytes:
    return b"case key %d" % case_id


def _belonging(case_id: int, context: bytes) -> bytes:
    return b"case %d: " % case_id + context
