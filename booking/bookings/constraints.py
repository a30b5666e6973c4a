"""What PostgreSQL itself refuses about bookings. The migration runs these as they stand."""

from typing import Final

CONSTRAINTS: Final[tuple[str, ...]] = (
    (
        "ALTER TABLE booking ADD CONSTRAINT booking_status_is_known"
        " CHECK (status IN ('held', 'confirmed', 'lapsed', 'cancelled', 'refund_due', 'completed'))"
    ),
    "ALTER TABLE booking ADD CONSTRAINT booking_ends_after_it_starts CHECK (ends_at > starts_at)",
    (
        "ALTER TABLE booking ADD CONSTRAINT booking_hold_lapses CHECK (CASE WHEN status IN ('held', 'lapsed')"
        " THEN lapses_at IS NOT NULL AND lapses_at > held_at ELSE true END)"
    ),
    # What is confirmed is kept: nothing that reads lapses_at may take it for a hold.
    (
        "ALTER TABLE booking ADD CONSTRAINT booking_confirmed_never_lapses"
        " CHECK (status NOT IN ('confirmed', 'completed') OR lapses_at IS NULL)"
    ),
    # A hold's family is told at once, and what is over has no other dates.
    (
        "ALTER TABLE booking ADD CONSTRAINT booking_aside_while_confirmed"
        " CHECK ((aside IS NULL) = (aside_at IS NULL) AND (aside IS NULL OR status = 'confirmed'))"
    ),
    (
        "ALTER TABLE booking ADD CONSTRAINT booking_aside_has_dates CHECK ((aside IS NULL) = (aside_starts_at IS NULL)"
        " AND (aside IS NULL) = (aside_ends_at IS NULL) AND aside_ends_at > aside_starts_at)"
    ),
    "ALTER TABLE booking ADD CONSTRAINT booking_sequence_counts_up CHECK (calendar_sequence >= 0)",
    "CREATE UNIQUE INDEX booking_live_is_one_per_case ON booking (case_id) WHERE status IN ('held', 'confirmed')",
    # Whatever they are treated for, and wherever. What was set aside for a booking counts beside what its family knows. It comes
    # after the index of the case's own: of what breaks both, that one is said.
    (
        "ALTER TABLE booking ADD CONSTRAINT booking_patient_is_in_one_place EXCLUDE USING gist"
        " (int8range(patient_id, patient_id, '[]') WITH &&, tstzmultirange(tstzrange(starts_at, ends_at),"
        " tstzrange(coalesce(aside_starts_at, starts_at), coalesce(aside_ends_at, ends_at))) WITH &&)"
        " WHERE (patient_id IS NOT NULL AND status IN ('held', 'confirmed'))"
    ),
    "CREATE INDEX booking_holds_by_lapse ON booking (lapses_at) WHERE status = 'held'",
    "CREATE INDEX booking_event_in_order ON booking_event (booking_id, at, id)",
    (
        "ALTER TABLE wait ADD CONSTRAINT wait_status_is_known CHECK (status IN"
        " ('waiting', 'offered', 'taken', 'unanswered', 'run_out', 'left', 'removed', 'ended'))"
    ),
    "ALTER TABLE wait ADD CONSTRAINT wait_days_run_forward CHECK (first_day <= last_day)",
    "ALTER TABLE wait ADD CONSTRAINT wait_offer_is_a_hold CHECK (status <> 'offered' OR booking_id IS NOT NULL)",
    # The line itself, in its order: all that is read when there is nobody in it.
    "CREATE INDEX wait_in_line ON wait (clinic_id, since, id) WHERE status IN ('waiting', 'offered')",
    "CREATE UNIQUE INDEX wait_is_one_per_case ON wait (case_id) WHERE status IN ('waiting', 'offered')",
    "CREATE UNIQUE INDEX wait_offer_is_to_one ON wait (booking_id) WHERE status = 'offered'",
)

APPEND_ONLY: Final[tuple[str, ...]] = ("booking_event", "wait_event")
