"""What PostgreSQL itself refuses about aftercare. The migration runs these as they stand."""

from typing import Final

CONSTRAINTS: Final[tuple[str, ...]] = (
    """ALTER TABLE check_in ADD CONSTRAINT check_in_status_is_known
     CHECK (status IN ('planned', 'partial', 'answered', 'cancelled'))""",
    "ALTER TABLE check_in ADD CONSTRAINT check_in_comes_after_treatment CHECK (day > 0)",
    """ALTER TABLE check_in ADD CONSTRAINT check_in_answered_has_answers
     CHECK (status NOT IN ('partial', 'answered') OR (answers_sealed IS NOT NULL AND answered_at IS NOT NULL))""",
    "CREATE INDEX check_in_still_due ON check_in (due_on) WHERE status IN ('planned', 'partial')",
    """ALTER TABLE outcome ADD CONSTRAINT outcome_is_on_its_scale CHECK (CASE scale
     WHEN 'mrs' THEN score BETWEEN 0 AND 6
     WHEN 'barthel' THEN score BETWEEN 0 AND 100 AND score % 5 = 0
     WHEN 'nihss' THEN score BETWEEN 0 AND 42
     WHEN 'health_today' THEN score BETWEEN 0 AND 100
     ELSE score BETWEEN 1 AND 5 END)""",
    "ALTER TABLE alert ADD CONSTRAINT alert_status_is_known CHECK (status IN ('raised', 'acknowledged'))",
    """ALTER TABLE alert ADD CONSTRAINT alert_is_acknowledged_by_someone CHECK (
     (status = 'acknowledged') = (acknowledged_at IS NOT NULL) AND (acknowledged_at IS NULL) = (acknowledged_by_id IS NULL))""",
    "CREATE INDEX alert_still_raised ON alert (raised_at) WHERE status = 'raised'",
)

APPEND_ONLY: Final[tuple[str, ...]] = ()
