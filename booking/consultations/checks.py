"""What must hold between the rows of a case. Each statement returns the rows that break its promise."""

from typing import Final

from booking.accounts.checks import append_only_is_guarded
from booking.consultations.constraints import APPEND_ONLY

INVARIANTS: Final[dict[str, str]] = {
    "G24 the events of cases are guarded by their trigger": append_only_is_guarded(*APPEND_ONLY),
    "a case stands where its last event says": """
        SELECT "case".code, "case".status FROM "case" WHERE status IS DISTINCT FROM (
            SELECT status FROM case_event WHERE case_id = "case".id ORDER BY id DESC LIMIT 1)
    """,
    "G25 every decision of a clinician left its audit row": """
        SELECT review.id FROM review JOIN "case" ON "case".id = case_id WHERE NOT EXISTS (
            SELECT FROM audit_row WHERE subject = 'case ' || "case".code AND action = 'review.write' AND at = decided_at)
    """,
    "G25 every plan left its audit row": """
        SELECT plan.id FROM plan JOIN "case" ON "case".id = case_id WHERE NOT EXISTS (
            SELECT FROM audit_row WHERE subject = 'case ' || "case".code AND action = 'plan.write' AND at = written_at)
    """,
    "G25 every consent left its audit row": """
        SELECT consent.id FROM consent JOIN "case" ON "case".id = case_id WHERE NOT EXISTS (
            SELECT FROM audit_row WHERE subject = 'case ' || "case".code AND action = 'consent.give' AND at = given_at)
    """,
    "G27 a review is by a clinician of the case's clinic": """
        SELECT review.id FROM review JOIN "case" ON "case".id = case_id WHERE NOT EXISTS (
            SELECT FROM staff WHERE person_id = clinician_id AND staff.clinic_id = "case".clinic_id)
    """,
    "a consent is to an accepted plan of the same case": """
        SELECT consent.id FROM consent JOIN plan ON plan.id = plan_id
        WHERE plan.case_id <> consent.case_id OR plan.accepted_at IS NULL OR plan.accepted_at > consent.given_at
    """,
    "a case that may be booked has a consent in force": """
        SELECT "case".code FROM "case" WHERE status IN ('consented', 'booked') AND NOT EXISTS (
            SELECT FROM consent JOIN plan ON plan.id = plan_id
            WHERE consent.case_id = "case".id AND withdrawn_at IS NULL AND superseded_at IS NULL)
    """,
    "a case shows a version of its own programme": """
        SELECT "case".code FROM "case" JOIN programme_version ON programme_version.id = version_id
        JOIN programme ON programme.id = "case".programme_id
        WHERE programme_version.programme_id <> "case".programme_id OR programme.clinic_id <> "case".clinic_id
    """,
    "a request that was sent has left the draft": """
        SELECT case_id FROM consultation_request JOIN "case" ON "case".id = case_id
        WHERE (submitted_at IS NULL) <> (status = 'draft') AND status <> 'withdrawn'
    """,
}
