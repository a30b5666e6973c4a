"""The life of a message in a worker's hands, each step one statement with its own commit.

A worker holds a message by its `attempt`: every claim counts it up, and every later step names it, so that a worker
which slept through its lease finds that its word no longer counts. `secret_link` (occasions.SECRET) goes from the facts
with the last attempt.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from booking.kit.db import execute, run
from booking.messages.mailer import Fate, Outcome

# Longer than the mailer's time limits on either side of the last word, and short enough to resume within a minute.
LEASE: Final = timedelta(seconds=45)

FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)

FREE_THE_LAPSED: Final = """
UPDATE message SET status = 'planned', leased_until = NULL WHERE status = 'claimed' AND leased_until <= $1
"""

GIVE_UP_THE_UNKNOWN: Final = """
UPDATE message SET status = 'unknown', leased_until = NULL, facts = facts - 'secret_link',
    last_error = 'the worker stopped while it was handing this message over'
WHERE status = 'transmitting' AND leased_until <= $1
"""

DROP_THE_USELESS: Final = """
UPDATE message SET status = 'dropped', facts = facts - 'secret_link' WHERE status = 'planned' AND useful_until <= $1
"""

CLAIM: Final = """
WITH due AS (
    SELECT m.id FROM message m
    WHERE m.status = 'planned' AND m.due_at <= $1 AND m.useful_until > $1
      AND NOT EXISTS (SELECT FROM silence s WHERE s.case_id = m.case_id AND s.lifted_at IS NULL)
    ORDER BY m.due_at, m.id LIMIT $2
    FOR UPDATE OF m SKIP LOCKED
)
UPDATE message m SET status = 'claimed', attempt = m.attempt + 1, leased_until = $3
FROM due, person p WHERE m.id = due.id AND p.id = m.recipient_id
RETURNING m.id, m.code, m.attempt, m.occasion, m.due_local, m.useful_until, m.facts, m.calendar,
          p.email, p.name, p.language, p.zone
"""

# The last word (G17): still ours, still useful, not withdrawn, not silenced, and from here on it may have been sent.
LAST_WORD: Final = """
UPDATE message m SET status = 'transmitting', transmitting_at = $3, leased_until = $4
WHERE m.id = $1 AND m.attempt = $2 AND m.status = 'claimed' AND m.useful_until > $3
  AND NOT EXISTS (SELECT FROM silence s WHERE s.case_id = m.case_id AND s.lifted_at IS NULL)
"""

SENT: Final = """
UPDATE message SET status = 'sent', sent_at = $3, leased_until = NULL, last_error = '', language = $4, zone = $5,
    facts = facts - 'secret_link'
WHERE id = $1 AND attempt = $2 AND status IN ('transmitting', 'unknown')
"""

# The carrier did not take it, so that another attempt is safe even if the row was given up as unknown meanwhile.
AGAIN: Final = """
UPDATE message SET status = CASE WHEN withdrawn_at IS NULL THEN 'planned' ELSE 'cancelled' END,
    due_at = $3, leased_until = NULL, last_error = $4
WHERE id = $1 AND attempt = $2 AND status IN ('claimed', 'transmitting', 'unknown')
"""

SETTLED: Final = """
UPDATE message SET status = $3, leased_until = NULL, last_error = $4, facts = facts - 'secret_link'
WHERE id = $1 AND attempt = $2 AND status IN ('claimed', 'transmitting', 'unknown')
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message in this worker's hands, and the recipient as they are now."""

    id: int
    code: str
    attempt: int
    occasion: str
    due_local: datetime | None
    useful_until: datetime
    facts: dict[str, Any]
    calendar: str | None
    email: str
    name: str
    language: str
    zone: str


async def tidy(now: datetime) -> int:
    """Take back what a stopped worker held, and drop what would come too late (G19). Returns how many were dropped."""
    await execute(FREE_THE_LAPSED, now)
    await execute(GIVE_UP_THE_UNKNOWN, now)
    return await execute(DROP_THE_USELESS, now)


async def claim(at_most: int, *, now: datetime) -> list[Claimed]:
    """Up to so many due messages, the longest due first, held until the lease runs out. No other worker has them."""
    rows = await run(CLAIM, now, at_most, now + LEASE)
    return [
        Claimed(
            **{
                **row,
                "facts": json.loads(row["facts"]),
                "due_local": datetime.fromisoformat(row["due_local"]) if row["due_local"] else None,
            }
        )
        for row in rows
    ]


async def last_word(message: Claimed, *, now: datetime) -> bool:
    """Whether it may be transmitted; if so, that is committed now."""
    return bool(await execute(LAST_WORD, message.id, message.attempt, now, now + LEASE))


async def put_back(message: Claimed, *, until: datetime, why: str = "") -> None:
    """Not sent: planned again for later. If it was withdrawn meanwhile it is cancelled."""
    await execute(AGAIN, message.id, message.attempt, until, why)


async def give_up(message: Claimed, why: str) -> None:
    await execute(SETTLED, message.id, message.attempt, "failed", why)


async def settle_outcome(message: Claimed, outcome: Outcome, *, now: datetime) -> None:
    """Write down what became of an attempt."""
    match outcome.fate:
        case Fate.SENT:
            await execute(SENT, message.id, message.attempt, now, message.language, message.zone)
        case Fate.NOT_NOW:
            await put_back(message, until=now + pause_after(message.attempt), why=outcome.said)
        case Fate.REFUSED:
            await give_up(message, outcome.said)
        case Fate.UNKNOWN:
            await execute(SETTLED, message.id, message.attempt, "unknown", outcome.said)
        case Fate.WITHDRAWN:
            await put_back(message, until=now)


def pause_after(attempt: int) -> timedelta:
    """How long to wait after so many failed attempts: 10 s, doubling, at most an hour. `useful_until` ends it."""
    doubled: timedelta = FIRST_PAUSE * (1 << min(attempt - 1, 20))
    return min(doubled, LONGEST_PAUSE)
