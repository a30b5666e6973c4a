"""What nobody needs any more is forgotten: requests that were never sent, and the leavings of sign-in and of partners.

Small steps, each a transaction of its own: it may be stopped anywhere, and two workers may run it.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from tortoise.exceptions import IntegrityError

from booking.accounts import audit, partners, sessions, sign_in_links, throttle
from booking.accounts.viewers import SYSTEM
from booking.documents import records
from booking.documents.keys import destroy_case_key
from booking.kit.db import execute, run, run_one, savepoint, transaction

AT_ONCE: Final = 100
ANSWERS_ARE_REMEMBERED: Final = timedelta(days=7)  # to a partner's Idempotency-Key

# A destroyed key is how an erased draft is known: the case itself stays, empty, for the trail to point at.
PAST: Final = """
    SELECT case_id, "case".code FROM consultation_request JOIN "case" ON "case".id = case_id
    WHERE submitted_at IS NULL AND resume_until <= $1 AND NOT EXISTS (
        SELECT FROM case_key WHERE case_key.case_id = consultation_request.case_id AND destroyed_at IS NOT NULL)
    ORDER BY resume_until LIMIT $2
"""
STILL_PAST: Final = """
    UPDATE consultation_request SET answers_sealed = NULL
    WHERE case_id = $1 AND submitted_at IS NULL AND resume_until <= $2 RETURNING case_id
"""
IS_ERASED: Final = "SELECT id FROM case_key WHERE case_id = $1 AND destroyed_at IS NOT NULL"
FORGET_MAILS: Final = "DELETE FROM message WHERE case_id = $1 RETURNING recipient_id"


async def purge_drafts(*, now: datetime) -> int:
    """Erase the requests that were not sent and lay unused for 30 days; how many. Clears what else is past."""
    erased = 0
    for row in await run(PAST, now, AT_ONCE):
        async with transaction():
            erased += await _erase(row["case_id"], row["code"], now=now)
    await _clear_past(now)
    return erased


async def _erase(case_id: int, code: str, *, now: datetime) -> bool:
    # The first locks the request, so that the second sees what another worker did while we waited.
    if await run_one(STILL_PAST, case_id, now) is None or await run_one(IS_ERASED, case_id) is not None:
        return False
    await destroy_case_key(case_id, now=now)
    await records.remove_all(case_id)
    written_to = {row["recipient_id"] for row in await run(FORGET_MAILS, case_id)}
    for person_id in sorted(written_to):
        await _forget_if_only_here(person_id)
    await audit.record(SYSTEM, "request.erase", f"case {code}", now=now)
    return True


async def _forget_if_only_here(person_id: int) -> None:
    # Whoever is anything else to us, a patient, a supporter, someone who has signed in, is held by a foreign key.
    with suppress(IntegrityError):
        async with savepoint():
            await execute("DELETE FROM person WHERE id = $1", person_id)


async def _clear_past(now: datetime) -> None:
    async with transaction():
        await throttle.clear_past(now)
    async with transaction():
        await sign_in_links.clear_past(now)
    async with transaction():
        await sessions.clear_past(now)
    async with transaction():
        await partners.clear_past(now - ANSWERS_ARE_REMEMBERED)
