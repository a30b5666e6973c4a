"""What must always be true of aftercare: each sentence with the SQL that finds the rows that break it."""

from typing import Final

INVARIANTS: Final[dict[str, str]] = {
    "an answered check-in has its answers": """
        SELECT code FROM check_in WHERE status IN ('partial', 'answered') AND (answers_sealed IS NULL OR answered_at IS NULL)""",
    "an alert belongs to a check-in of its own booking": """
        SELECT alert.code FROM alert JOIN check_in ON check_in.id = alert.check_in_id
        WHERE alert.booking_id <> check_in.booking_id""",
    "an outcome that a patient gave comes from a check-in that was answered": """
        SELECT outcome.id FROM outcome JOIN check_in ON check_in.id = outcome.check_in_id
        WHERE outcome.rater <> 'clinician' AND check_in.status = 'planned'""",
}
