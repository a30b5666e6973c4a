"""Opening a booking: held first, always."""

from datetime import datetime
from typing import Final

from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import OtherDatesHeld
from booking.kit.db import run, run_one
from booking.kit.ids import new_code
from booking.kit.json_text import json_of
from booking.slots.windows import Window

# One statement on the hot path: the booking and its first event. A live booking of the case makes it add nothing.
OPEN: Final = """
    WITH opened AS (
        INSERT INTO booking (code, case_id, status, "window", starts_at, ends_at, held_at, lapses_at, calendar_sequence)
        VALUES ($1, $2, 'held', $3::jsonb, $4, $5, $6, $7, 0)
        ON CONFLICT (case_id) WHERE status IN ('held', 'confirmed') DO NOTHING RETURNING id
    ), told AS (
        INSERT INTO booking_event (booking_id, status, at, by_id, note) SELECT id, 'held', $6, $8, '' FROM opened
    )
    SELECT id FROM opened
"""
LAPSE: Final = """
    WITH lapsed AS (
        UPDATE booking SET status = 'lapsed' WHERE case_id = $1 AND status = 'held' AND lapses_at <= $2 RETURNING id
    )
    INSERT INTO booking_event (booking_id, status, at, note) SELECT id, 'lapsed', $2, '' FROM lapsed RETURNING booking_id
"""


async def open_held(
    case_id: int,
    window: Window,
    *,
    lapses_at: datetime,
    by: Viewer,
    now: datetime,
) -> Booking:
    """A held booking of this window, which lapses at `lapses_at` by itself.

    A hold of the same case that ran out does not stand in the way, even with no worker running (G3).
    Raises OtherDatesHeld if the case has a live booking.
    """
    told, ends, code = window.to_json(), window.ends, new_code()
    values = (json_of(told), ends.starts_at, ends.ends_at, now, lapses_at, by.person_id)
    row = await run_one(OPEN, code, case_id, *values)
    if row is None:
        # It may find nothing to do: the worker can be just about to say the same, and has when this comes back.
        await run(LAPSE, case_id, now)
        row = await run_one(OPEN, code, case_id, *values)
    if row is None:
        raise OtherDatesHeld
    # Every column is known here: reading the row again would be one statement more on the hot path.
    return Booking.opened(
        {
            "id": row["id"],
            "code": code,
            "case_id": case_id,
            "status": BookingStatus.HELD,
            "window": told,
            "starts_at": ends.starts_at,
            "ends_at": ends.ends_at,
            "held_at": now,
            "lapses_at": lapses_at,
            "calendar_sequence": 0,
            "aside": None,
            "aside_at": None,
        },
        ends,
    )
