"""Partners' systems: their keys, and the answers that an Idempotency-Key gets again."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts.models import PartnerKey
from booking.kit.db import Statement, execute, run_one
from booking.kit.errors import Refusal
from booking.kit.ids import new_token, token_hash
from booking.kit.words import _

LONGEST_KEY: Final = 255


class KeyReused(Refusal):
    status = 422
    say = _("This Idempotency-Key was used before with a different request.")


class StillAnswering(Refusal):
    status = 409
    say = _("The first request with this Idempotency-Key is still being answered. Try again in a moment.")


class KeyNotUsable(Refusal):
    status = 400
    say = _("An Idempotency-Key is 1 to 255 visible ASCII characters.")


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered the first time, to the letter: `body` is JSON text."""

    status: int
    body: str


async def make_key(clinic_id: int, name: str, *, now: datetime, key: str | None = None) -> str:
    """A partner's new key, shown once: only its hash is kept."""
    made = key or new_token()
    await PartnerKey.create(clinic_id=clinic_id, name=name, key_hash=token_hash(made), created_at=now)
    return made


async def revoke_key(key_id: int, *, now: datetime) -> None:
    """Refuse the key from now on."""
    await execute("UPDATE partner_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", key_id, now)


# The first request of a key writes its row; a second waits on it until the first commits or rolls back.
BEGIN_REPLY: Final = """
    INSERT INTO partner_reply (partner_id, key, fingerprint, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (partner_id, key) DO NOTHING RETURNING id
"""
RECALL: Final = "SELECT fingerprint, status, body FROM partner_reply WHERE partner_id = $1 AND key = $2"
REMEMBER: Final = """
    INSERT INTO partner_reply (partner_id, key, fingerprint, created_at, status, body)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (partner_id, key) DO UPDATE SET status = excluded.status, body = excluded.body
    WHERE partner_reply.status IS NULL RETURNING id
"""


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """What makes two requests the same."""
    return hashlib.blake2b(f"{method} {path}\n".encode() + body, digest_size=32).digest()


def require_key(key: str) -> None:
    """Raises KeyNotUsable."""
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise KeyNotUsable


async def recall_reply(partner_id: int, key: str, mark: bytes, *, now: datetime) -> Reply | None:
    """What this key was answered before; None if it is new, and then it is ours until the transaction ends.

    Call it first in the transaction that does the work, and `remembering` last in the same one: of
    two requests at once, the second waits and then gets the first's answer. Raises KeyReused for a
    different request under the same key.
    """
    require_key(key)
    if await run_one(BEGIN_REPLY, partner_id, key, mark, now) is not None:
        return None
    row = await run_one(RECALL, partner_id, key)
    if row is None:
        raise StillAnswering
    if bytes(row["fingerprint"]) != mark:
        raise KeyReused
    if row["status"] is None:
        raise StillAnswering
    return Reply(row["status"], row["body"])


def remembering(partner_id: int, key: str, mark: bytes, reply: Reply, *, now: datetime) -> Statement:
    """Keep the answer for this key, in the transaction that does what it tells. It writes no row if the key has an answer already.

    Waits for whoever is just answering under the same key. A refusal, whose transaction rolled back, is remembered in
    one of its own.
    """
    return Statement(REMEMBER, (partner_id, key, mark, now, reply.status, reply.body))


async def clear_past(before: datetime) -> int:
    """Forget the answers given before this; how many."""
    return await execute("DELETE FROM partner_reply WHERE created_at < $1", before)
