"""What PostgreSQL decides about slots, whatever the code believes."""

from typing import Final

CONSTRAINTS: Final[tuple[str, ...]] = (
    # G1. int8range makes this an exclusion constraint without btree_gist.
    """ALTER TABLE claim ADD CONSTRAINT claim_no_overlap EXCLUDE USING gist (
         int8range(resource_id, resource_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)""",
    "ALTER TABLE claim ADD CONSTRAINT claim_runs_forward CHECK (starts_at < ends_at)",
    # The availability query: what ends after the first day wanted, per resource, read from the index alone.
    "CREATE INDEX claim_by_resource_and_end ON claim (resource_id, ends_at) INCLUDE (starts_at, lapses_at)",
    "CREATE INDEX claim_lapsing ON claim (lapses_at) WHERE lapses_at IS NOT NULL",
    "ALTER TABLE opening_hours ADD CONSTRAINT opening_hours_weekday CHECK (weekday BETWEEN 0 AND 6)",
    """ALTER TABLE opening_hours ADD CONSTRAINT opening_hours_run_forward
         CHECK ((opens < closes OR closes = '00:00') AND (until_day IS NULL OR from_day <= until_day))""",
    """ALTER TABLE closure ADD CONSTRAINT closure_runs_forward CHECK (first_day <= last_day
         AND (from_time IS NULL) = (to_time IS NULL)
         AND (from_time IS NULL OR from_time < to_time OR to_time = '00:00'))""",
    "ALTER TABLE lot ADD CONSTRAINT lot_runs_forward CHECK (usable_from <= usable_until)",
    """ALTER TABLE dose ADD CONSTRAINT dose_promised_whole
         CHECK ((booking_id IS NULL) = (step IS NULL) AND (booking_id IS NOT NULL OR lapses_at IS NULL))""",
    "CREATE INDEX dose_free ON dose (lot_id, number) WHERE booking_id IS NULL",
    "CREATE INDEX dose_lapsing ON dose (lapses_at) WHERE lapses_at IS NOT NULL",
    "CREATE UNIQUE INDEX feed_token ON feed (token_hash)",
)
APPEND_ONLY: Final[tuple[str, ...]] = ("lot_event",)
