"""Moving a confirmed or held booking to another window, at once or set aside: the row's part of a reschedule."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from booking.accounts.viewers import Viewer
from booking.bookings.elsewhere import written
from booking.bookings.models import Booking
from booking.kit.errors import MovedMeanwhile
from booking.kit.times import UTC

# Compared and set on what the mover saw: of two who move the same booking at once, one wins.
MOVE_DATES: Final = """
    WITH moved AS (
        UPDATE booking SET "window" = $3::jsonb, starts_at = $4, ends_at = $5, calendar_sequence = calendar_sequence + 1,
            aside = NULL, aside_at = NULL, aside_starts_at = NULL, aside_ends_at = NULL
        WHERE id = $1 AND calendar_sequence = $2 AND status IN ('held', 'confirmed') RETURNING id, status, calendar_sequence
    ), told AS (
        INSERT INTO booking_event (booking_id, status, at, by_id, note) SELECT id, status, $6, $7, $8 FROM moved
    )
    SELECT calendar_sequence FROM moved
"""

# Since when is told of the first move that the family has not heard of. No event of the booking: those the family reads.
SET_ASIDE: Final = """
    UPDATE booking SET aside = $3::jsonb, aside_at = coalesce(aside_at, $4), aside_starts_at = $5, aside_ends_at = $6,
        calendar_sequence = calendar_sequence + 1
    WHERE id = $1 AND calendar_sequence = $2 AND status = 'confirmed' RETURNING aside_at, calendar_sequence
"""


async def move_dates(
    booking: Booking,
    window: Mapping[str, Any],
    note: str = "",
    /,
    *,
    starts_at: datetime,
    ends_at: datetime,
    by: Viewer,
    now: datetime,
) -> None:
    """Put the booking on another window, keep its code, and count its calendar files up.

    The event's note says from when it was moved, if no other is given. The caller has locked all that the patient has, and
    claims the new window in the same transaction, afterwards: whoever opens a booking does it in this order too. Raises
    MovedMeanwhile if the booking was moved or ended since it was read, and Elsewhere.
    """
    moved_from = f"moved from {booking.starts_at.astimezone(UTC).isoformat()}"
    row = await written(
        by,
        booking.patient_id,
        MOVE_DATES,
        booking.id,
        booking.calendar_sequence,
        json.dumps(dict(window)),
        starts_at,
        ends_at,
        now,
        by.person_id,
        note or moved_from,
    )
    if row is None:
        raise MovedMeanwhile
    booking.window = dict(window)
    booking.aside = booking.aside_at = booking.aside_starts_at = booking.aside_ends_at = None
    booking.starts_at = starts_at
    booking.ends_at = ends_at
    booking.calendar_sequence = row["calendar_sequence"]


async def set_aside(
    booking: Booking, window: Mapping[str, Any], /, *, starts_at: datetime, ends_at: datetime, by: Viewer, now: datetime
) -> None:
    """Keep another window for a confirmed booking whose family is not told yet: what they know stays in `window`.

    The caller does as for `move_dates`. Raises MovedMeanwhile, and Elsewhere.
    """
    what = json.dumps(dict(window)), now, starts_at, ends_at
    row = await written(by, booking.patient_id, SET_ASIDE, booking.id, booking.calendar_sequence, *what)
    if row is None:
        raise MovedMeanwhile
    booking.aside = dict(window)
    booking.aside_at, booking.aside_starts_at, booking.aside_ends_at = row["aside_at"], starts_at, ends_at
    booking.calendar_sequence = row["calendar_sequence"]
