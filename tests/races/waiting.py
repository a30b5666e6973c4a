"""Letting one go on when the other waits for it: `await waits_or_is_done(task)`."""

import asyncio
from typing import Any, Final

from booking.kit.db import run

WAITS: Final = """
SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"""


async def waits_or_is_done(task: "asyncio.Task[Any]", *, others: int = 0) -> None:
    """Until somebody waits for a lock in the database, beside `others` who do so already, or the task is done.

    Not to be asked inside a transaction.
    """
    async with asyncio.timeout(20):
        while not task.done() and (await run(WAITS))[0]["number"] <= others:
            await asyncio.wait([task], timeout=0.01)
