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
    "a patient is never in two places": """
        SELECT one.code, other.code AS beside FROM booking AS one JOIN booking AS other
          ON other.patient_id = one.patient_id AND other.id > one.id
           AND (one.starts_at < other.ends_at AND other.starts_at < one.ends_at
             OR one.aside_starts_at < other.ends_at AND other.starts_at < one.aside_ends_at
             OR one.starts_at < other.aside_ends_at AND other.aside_starts_at < one.ends_at
             OR one.aside_starts_at < other.aside_ends_at AND other.aside_starts_at < one.aside_ends_at)
        WHERE one.status IN ('held', 'confirmed') AND other.status IN ('held', 'confirmed')
    """,
    "a booking is its case's patient's": """
        SELECT booking.code FROM booking JOIN "case" ON "case".id = booking.case_id
        WHERE booking.patient_id IS DISTINCT FROM "case".patient_id
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
    "a place on the waiting list stands where its last event says": """
        SELECT wait.id, wait.status FROM wait WHERE status IS DISTINCT FROM (
            SELECT status FROM wait_event WHERE wait_id = wait.id ORDER BY id DESC LIMIT 1)
    """,
    "what is offered along the waiting list is a booking of the case that waits": """
        SELECT wait.id, booking.code FROM wait JOIN booking ON booking.id = wait.booking_id
        WHERE booking.case_id <> wait.case_id
    """,
    "no window is offered to two": """
        SELECT one.id, other.id AS beside FROM wait AS one JOIN claim AS its ON its.booking_id = one.booking_id
          JOIN claim AS theirs ON theirs.resource_id = its.resource_id
           AND theirs.starts_at < its.ends_at AND its.starts_at < theirs.ends_at
          JOIN wait AS other ON other.booking_id = theirs.booking_id
        WHERE one.status = 'offered' AND other.status = 'offered' AND one.id < other.id
    """,
}
