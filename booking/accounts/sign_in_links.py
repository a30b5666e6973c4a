"""Signing in by a mailed link: single use, ten minutes, and only its hash is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking.kit.db import execute, run_one
from booking.kit.errors import Refusal
from booking.kit.ids import new_token, token_hash
from booking.kit.words import _

LASTS: Final = timedelta(minutes=10)
EVERY_ANSWER_TAKES: Final = 0.25


class LinkNotGood(Refusal):
    status = 410
    say = _("This link was used already or is more than ten minutes old. Ask for a new one: it takes a moment.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A fresh link's token, and whom to mail it to."""

    token: str
    person_id: int
    language: str
    expires_at: datetime


MAKE: Final = """
    INSERT INTO sign_in_link (token_hash, person_id, created_at, expires_at)
    SELECT $2, id, $3, $4 FROM person WHERE lower(email) = lower($1)
    RETURNING person_id, (SELECT language FROM person WHERE id = person_id) AS language
"""

# Compare and set: of two clicks on one link, one signs in.
USE: Final = """
    UPDATE sign_in_link SET used_at = $2
    WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 AND created_at <= $2
    RETURNING person_id
"""


async def ask(email: str, *, now: datetime) -> Asked | None:
    """A link for the person with this address, or None for an unknown one.

    Whoever calls must answer both alike, inside `same_time`: the page never tells who is a patient.
    """
    token, expires_at = new_token(), now + LASTS
    row = await run_one(MAKE, email.strip(), token_hash(token), now, expires_at)
    return Asked(token, row["person_id"], row["language"], expires_at) if row else None


async def use(token: str, *, now: datetime) -> int:
    """Spend the link: the id of its person, once. Raises LinkNotGood ever after."""
    row = await run_one(USE, token_hash(token), now)
    if row is None:
        raise LinkNotGood
    person_id: int = row["person_id"]
    return person_id


async def clear_past(now: datetime) -> int:
    """Delete the links that nobody can use any more; how many."""
    return await execute("DELETE FROM sign_in_link WHERE expires_at < $1", now - timedelta(days=1))


@asynccontextmanager
async def same_time(seconds: float = EVERY_ANSWER_TAKES) -> AsyncIterator[None]:
    """Takes this long whatever happens inside, so that how long an answer took tells nothing."""
    clock = asyncio.get_running_loop()
    until = clock.time() + seconds
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, until - clock.time()))
