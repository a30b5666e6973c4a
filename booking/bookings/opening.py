"""Opening a booking: held first, always."""

from datetime import datetime
from typing import Final

from booking.accounts.viewers import Viewer
from booking.bookings.elsewhere import elsewhere, let_lapse
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import OtherDatesHeld
from booking.consultations.models import Case
from booking.kit.db import run_one
from booking.kit.ids import new_code
from booking.kit.json_text import json_of
from booking.slots.windows import Window

# One statement on the hot path: the booking and its first event. A live booking of the case makes it add nothing, and so
# does one of the patient's that it would meet.
OPEN: Final = """
    WITH opened AS (
        INSERT INTO booking (code, case_id, patient_id, status, "window", starts_at, ends_at, held_at, lapses_at,
                             calendar_sequence)
        VALUES ($1, $2, $9, 'held', $3::jsonb, $4, $5, $6, $7, 0)
        ON CONFLICT DO NOTHING RETURNING id
    ), told AS (
        INSERT INTO booking_event (booking_id, status, at, by_id, note) SELECT id, 'held', $6, $8, '' FROM opened
    )
    SELECT id FROM opened
"""
LIVE: Final = "SELECT FROM booking WHERE case_id = $1 AND status IN ('held', 'confirmed')"


async def open_held(
    case: Case,
    window: Window,
    *,
    lapses_at: datetime,
    by: Viewer,
    now: datetime,
) -> Booking:
    """A held booking of this window, which lapses at `lapses_at` by itself.

    A hold of the same case that ran out does not stand in the way, nor one of the patient's other cases, even with no
    worker running (G3). Raises OtherDatesHeld if the case has a live booking, Elsewhere if the patient has other dates then.
    """
    told, ends, code = window.to_json(), window.ends, new_code()
    dates = ends.starts_at, ends.ends_at
    values = (code, case.id, json_of(told), *dates, now, lapses_at, by.person_id, case.patient_id)
    row = await run_one(OPEN, *values)
    if row is None:
        await let_lapse(case.id, case.patient_id, now=now)
        row = await run_one(OPEN, *values)
    if row is None:
        has_dates = await run_one(LIVE, case.id) is not None
        raise OtherDatesHeld if has_dates else elsewhere(by, case.patient_id)
    # Every column is known here: reading the row again would be one statement more on the hot path.
    return Booking.opened(
        {
            "id": row["id"],
            "code": code,
            "case_id": case.id,
            "patient_id": case.patient_id,
            "status": BookingStatus.HELD,
            "window": told,
            "starts_at": ends.starts_at,
            "ends_at": ends.ends_at,
            "held_at": now,
            "lapses_at": lapses_at,
            "calendar_sequence": 0,
            "aside": None,
            "aside_at": None,
            "aside_starts_at": None,
            "aside_ends_at": None,
        },
        ends,
    )
