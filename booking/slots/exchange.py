"""Doses of a lot that is held back or recalled are exchanged for others, and nothing else of a booking changes.

Runs in the journey's transaction.
"""

from datetime import datetime
from typing import Final

from booking.kit.db import run
from booking.slots.claims import TAKE_DOSES, WindowTaken
from booking.slots.windows import Window

# What was given stays with its lot: whoever asks later whom a recalled lot went to must find them.
FREE_HELD_BACK: Final = """
WITH back AS (
  SELECT d.id, d.step FROM dose d JOIN lot l ON l.id = d.lot_id
   WHERE d.booking_id = $1 AND l.state <> 'released' AND d.step = ANY($2)
   ORDER BY d.id FOR UPDATE OF d
), freed AS (
  UPDATE dose SET booking_id = NULL, step = NULL, lapses_at = NULL FROM back WHERE dose.id = back.id
)
SELECT step, count(*) AS doses FROM back GROUP BY step"""


async def exchange_doses(window: Window, booking_id: int, *, now: datetime, lapses_at: datetime | None) -> int:
    """Doses of released lots in place of those whose lot is held back or recalled, for the steps to come; how many.

    The booking keeps its days and its resources.

    Raises:
        WindowTaken: there are not enough; the journey must roll back.
    """
    coming = {step.key: step for step in window.steps if step.doses and window.period(step)[0] > now}
    back = await run(FREE_HELD_BACK, booking_id, list(coming))
    for row in sorted(back, key=lambda row: coming[row["step"]].day):
        step = coming[row["step"]]
        which = window.clinic_id, step.product, step.day, now, row["doses"]
        if len(await run(TAKE_DOSES, booking_id, step.key, lapses_at, *which)) < row["doses"]:
            raise WindowTaken
    return sum(row["doses"] for row in back)
