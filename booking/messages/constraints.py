"""What PostgreSQL itself refuses about messages. The migration runs these as they stand."""

from typing import Final

CONSTRAINTS: Final[tuple[str, ...]] = (
    # A message without a case (a sign-in link) is told apart by `about` alone: hence NULLS NOT DISTINCT.
    (
        "CREATE UNIQUE INDEX message_is_one_per_occasion"
        " ON message (case_id, recipient_id, occasion, about) NULLS NOT DISTINCT"
    ),
    (
        "ALTER TABLE message ADD CONSTRAINT message_status_is_known CHECK (status IN"
        " ('planned', 'claimed', 'transmitting', 'sent', 'failed', 'unknown', 'dropped', 'cancelled'))"
    ),
    # Only what is being worked on has a lease, and it always has one: a killed worker never keeps a message.
    (
        "ALTER TABLE message ADD CONSTRAINT message_lease_is_of_one_at_work"
        " CHECK ((leased_until IS NOT NULL) = (status IN ('claimed', 'transmitting')))"
    ),
    "ALTER TABLE message ADD CONSTRAINT message_sent_has_a_time CHECK ((sent_at IS NOT NULL) = (status = 'sent'))",
    (
        "ALTER TABLE message ADD CONSTRAINT message_sent_was_transmitted CHECK (transmitting_at IS NOT NULL"
        " OR status NOT IN ('transmitting', 'sent', 'unknown'))"
    ),
    (
        "ALTER TABLE message ADD CONSTRAINT message_local_time_is_minutes"
        r" CHECK (due_local IS NULL OR due_local ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d$')"
    ),
    "CREATE INDEX message_due ON message (due_at, id) WHERE status = 'planned'",
    "CREATE INDEX message_useful ON message (useful_until) WHERE status = 'planned'",
    "CREATE INDEX message_leased ON message (leased_until) WHERE status IN ('claimed', 'transmitting')",
    (
        "CREATE INDEX message_for_staff ON message (case_id)"
        " WHERE status IN ('failed', 'unknown', 'dropped') AND handled_at IS NULL"
    ),
    "CREATE INDEX silence_active ON silence (case_id) WHERE lifted_at IS NULL",
    (
        "ALTER TABLE silence ADD CONSTRAINT silence_reason_is_known"
        " CHECK (reason IN ('paused', 'deterioration', 'death', 'withdrawn', 'erasure'))"
    ),
    "ALTER TABLE silence ADD CONSTRAINT silence_is_lifted_after_it_began CHECK (lifted_at IS NULL OR lifted_at >= since)",
)

APPEND_ONLY: Final[tuple[str, ...]] = ()
