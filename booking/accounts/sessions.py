"""Signed-in browsers. A session is a row: it can be seen, counted and revoked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking.accounts.models import Session, Strength
from booking.accounts.viewers import IDLE_FOR
from booking.kit.db import execute, run
from booking.kit.ids import new_token, token_hash
from booking.kit.times import UTC

PATIENTS_STAY: Final = timedelta(days=60)
STAFF_STAY: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One browser that is signed in, for the page where a person closes it."""

    id: int
    created_at: datetime
    seen_at: datetime


async def open_session(
    person_id: int, *, now: datetime, staff_id: int | None = None, replaces: str | None = None
) -> str:
    """A new session's token. With a post's id it is a staff session: 12 hours, and both secrets were shown.

    The token the browser came with is revoked: one planted before the sign-in opens nothing after it.
    """
    if replaces:
        await revoke(replaces, now=now)
    token = new_token()
    await Session.create(
        token_hash=token_hash(token),
        person_id=person_id,
        staff_id=staff_id,
        strength=Strength.LINK if staff_id is None else Strength.PASSWORD_TOTP,
        created_at=now,
        seen_at=now,
        expires_at=now + (PATIENTS_STAY if staff_id is None else STAFF_STAY),
    )
    return token


async def revoke(token: str, *, now: datetime) -> None:
    """Sign this browser out. Signing out twice is no fault."""
    await execute(
        "UPDATE session SET revoked_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL", token_hash(token), now
    )


async def revoke_one(person_id: int, session_id: int, *, now: datetime) -> None:
    """Sign one of a person's own browsers out; another person's is left alone."""
    await execute(
        "UPDATE session SET revoked_at = $3 WHERE id = $2 AND person_id = $1 AND revoked_at IS NULL",
        person_id,
        session_id,
        now,
    )


async def revoke_all(person_id: int, *, now: datetime) -> int:
    """Sign every browser of a person out; how many."""
    return await execute(
        "UPDATE session SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL", person_id, now
    )


async def open_of(person_id: int, *, now: datetime) -> list[OpenSession]:
    """A person's browsers that are signed in, the one seen last first."""
    rows = await run(
        "SELECT id, created_at, seen_at FROM session WHERE person_id = $1 AND revoked_at IS NULL"
        " AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, id DESC",
        person_id,
        now,
        now - IDLE_FOR,
    )
    return [OpenSession(row["id"], row["created_at"].astimezone(UTC), row["seen_at"].astimezone(UTC)) for row in rows]


async def clear_past(now: datetime) -> int:
    """Delete the sessions that ended over 30 days ago; how many."""
    return await execute(
        "DELETE FROM session WHERE expires_at < $1 OR revoked_at < $1 OR seen_at < $1",
        now - IDLE_FOR - timedelta(days=30),
    )
