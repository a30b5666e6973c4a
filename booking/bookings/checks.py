"""What must hold between the rows of bookings. Each statement returns the rows that break its promise."""

from typing import Final

from booking.accounts.checks import append_only_is_guarded
from booking.bookings.constraints import APPEND_ONLY

INVARIANTS: Final[dict[str, str]] = {
    "G24 the events of bookings are guarded by their trigger": append_only_is_guarded(*APPEND_ONLY),
    "a booking stands where its last event says": """
        SELECT booking.code, booking.status FROM booking WHERE status IS DISTINCT FROM (
            SELECT status FROM booking_event WHERE booking_id = booking.id ORDER BY id DESC LIMIT 1)
    """,
    "G4 a hold is confirmed at most once": """
        SELECT booking_id FROM (
            SELECT booking_id, status, lag(status) OVER (PARTITION BY booking_id ORDER BY id) AS before
            FROM booking_event) AS moves
        WHERE status = 'confirmed' AND before IN ('held', 'lapsed') GROUP BY booking_id HAVING count(*) > 1
    """,
    "G7 nothing follows a cancellation": """
        SELECT after.booking_id FROM booking_event AS after JOIN booking_event AS final
          ON final.booking_id = after.booking_id AND final.status = 'cancelled' AND after.id > final.id
    """,
    "a confirmed booking belongs to a case with a consent": """
        SELECT booking.code FROM booking WHERE booking.status = 'confirmed' AND NOT EXISTS (
            SELECT FROM consent WHERE consent.case_id = booking.case_id AND consent.withdrawn_at IS NULL)
    """,
    "a booked case has a confirmed booking": """
        SELECT "case".code FROM "case" WHERE status = 'booked' AND NOT EXISTS (
            SELECT FROM booking WHERE booking.case_id = "case".id AND booking.status = 'confirmed')
    """,
    "a case with a confirmed booking is booked": """
        SELECT "case".code, "case".status FROM "case" JOIN booking ON booking.case_id = "case".id
        WHERE booking.status = 'confirmed' AND "case".status <> 'booked'
    """,
}
