"""How often something may be tried. Counted in the database, so that every process counts together."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking.kit.db import execute, run_one
from booking.kit.errors import TooMany
from booking.kit.times import UTC
from booking.kit.words import ngettext_

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` in each window of this length; windows are fixed, so twice that across an edge."""

    tries: int
    within: timedelta


class TooManyTries(TooMany):
    say = ngettext_(
        "There were too many tries. Please wait %(num)s minute and try again.",
        "There were too many tries. Please wait %(num)s minutes and try again.",
    )


COUNT: Final = """
    INSERT INTO throttle (key_hash, window_starts_at, window_ends_at, count) VALUES ($1, $2, $3, 1)
    ON CONFLICT (key_hash, window_starts_at) DO UPDATE SET count = throttle.count + 1
    RETURNING count
"""


async def count(what: str, whom: str, limit: Limit, *, pepper: bytes, now: datetime) -> None:
    """Count one try of `what` by `whom` (an address, a key), or raise TooManyTries.

    Run it outside the transaction of what is tried: a try that fails must stay counted.
    """
    starts = now - (now - EPOCH) % limit.within
    ends = starts + limit.within
    row = await run_one(COUNT, _hash(what, whom, pepper), starts, ends)
    if row is not None and row["count"] > limit.tries:
        raise TooManyTries(num=max(1, -(-(ends - now) // timedelta(minutes=1))))


async def forget(what: str, whom: str, *, pepper: bytes) -> None:
    """Start counting anew, after a try that was right."""
    await execute("DELETE FROM throttle WHERE key_hash = $1", _hash(what, whom, pepper))


async def clear_past(now: datetime) -> int:
    """Delete the windows that are over; how many."""
    return await execute("DELETE FROM throttle WHERE window_ends_at <= $1", now)


def _hash(what: str, whom: str, pepper: bytes) -> bytes:
    # A plain hash of an IP address is undone by trying them all; one keyed with the application's secret is not.
    return hmac.digest(pepper, f"{what}\0{whom}".encode(), hashlib.sha256)
