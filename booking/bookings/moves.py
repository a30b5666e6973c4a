"""The one gate through which a booking's status changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from tortoise.exceptions import IntegrityError

from booking.accounts.viewers import Viewer
from booking.bookings.elsewhere import let_lapse, written
from booking.bookings.models import Booking, BookingStatus
from booking.kit.db import Record, constraint_of, run_one, savepoint
from booking.kit.errors import MovedMeanwhile, Refusal, WrongMoment
from booking.kit.words import _


class OtherDatesHeld(Refusal):
    status = 409
    say = _("Other dates are already held for this case. Let those go first.")


NEXT: Final[Mapping[BookingStatus, frozenset[BookingStatus]]] = {
    BookingStatus.HELD: frozenset({BookingStatus.CONFIRMED, BookingStatus.LAPSED, BookingStatus.CANCELLED}),
    # A deposit that comes late: the dates are taken again if they are still free, else the money goes back.
    BookingStatus.LAPSED: frozenset({BookingStatus.CONFIRMED, BookingStatus.REFUND_DUE}),
    BookingStatus.CONFIRMED: frozenset({BookingStatus.CANCELLED, BookingStatus.COMPLETED}),
    BookingStatus.REFUND_DUE: frozenset({BookingStatus.CANCELLED}),
    BookingStatus.CANCELLED: frozenset(),
    BookingStatus.COMPLETED: frozenset(),
}

# Compared and set, with its event, in one statement. What is confirmed no longer lapses.
MOVE: Final = """
    WITH moved AS (
        UPDATE booking SET status = $3::text, aside = NULL, aside_at = NULL, aside_starts_at = NULL, aside_ends_at = NULL,
            lapses_at = CASE WHEN $3::text IN ('confirmed', 'completed') THEN NULL ELSE lapses_at END,
            calendar_sequence = calendar_sequence + CASE WHEN $3::text IN ('confirmed', 'cancelled') THEN 1 ELSE 0 END
        WHERE id = $1 AND status = $2 RETURNING id, lapses_at, calendar_sequence
    ), told AS (
        INSERT INTO booking_event (booking_id, status, at, by_id, note) SELECT id, $3::text, $4, $5, $6 FROM moved
    )
    SELECT lapses_at, calendar_sequence FROM moved
"""


async def move(booking: Booking, to: BookingStatus, *, by: Viewer, now: datetime, note: str = "") -> None:
    """Change where the booking stands, and record who did it.

    Raises WrongMoment if it does not follow, MovedMeanwhile if someone else moved it first, and for a lapsed booking that
    would come back OtherDatesHeld beside another of its case that is live, Elsewhere beside one of its patient's that it meets.
    """
    if to not in NEXT[booking.status]:
        raise WrongMoment(status=booking.status.value)
    values = (booking.id, booking.status.value, to.value, now, by.person_id, note)
    if booking.status is BookingStatus.LAPSED and to is BookingStatus.CONFIRMED:
        await let_lapse(booking.case_id, booking.patient_id, now=now)
        moved = await _brought_back(by, booking.patient_id, *values)
    else:
        moved = await run_one(MOVE, *values)
    if moved is None:
        raise MovedMeanwhile
    booking.status = to
    booking.aside = booking.aside_at = booking.aside_starts_at = booking.aside_ends_at = None
    booking.lapses_at = moved["lapses_at"]
    booking.calendar_sequence = moved["calendar_sequence"]


async def _brought_back(by: Viewer, patient_id: int | None, *values: Any) -> Record | None:
    """The one move that makes a booking live again, and so may meet another: within a savepoint of its own."""
    try:
        async with savepoint():
            return await written(by, patient_id, MOVE, *values)
    except IntegrityError as fault:
        if constraint_of(fault) == "booking_live_is_one_per_case":
            raise OtherDatesHeld from fault
        raise
