"""What PostgreSQL itself refuses about cases. The migration runs these as they stand."""

from typing import Final

CONSTRAINTS: Final[tuple[str, ...]] = (
    """ALTER TABLE "case" ADD CONSTRAINT case_status_is_known CHECK (status IN ('draft', 'requested', 'more_information',
     'unsuitable', 'suitable', 'planned', 'accepted', 'consented', 'booked', 'treated', 'closed', 'withdrawn'))""",
    """ALTER TABLE "case" ADD CONSTRAINT case_has_a_patient_once_requested
     CHECK (patient_id IS NOT NULL OR status IN ('draft', 'withdrawn'))""",
    'CREATE INDEX case_by_stage ON "case" (clinic_id, status, changed_at)',
    "CREATE INDEX case_event_in_order ON case_event (case_id, at, id)",
    "CREATE UNIQUE INDEX consultation_request_is_one_per_case ON consultation_request (case_id)",
    "CREATE UNIQUE INDEX consultation_request_resume_is_unique ON consultation_request (resume_hash)",
    (
        "ALTER TABLE consultation_request ADD CONSTRAINT consultation_request_sent_has_answers"
        " CHECK (submitted_at IS NULL OR answers_sealed IS NOT NULL)"
    ),
    (
        "ALTER TABLE plan ADD CONSTRAINT plan_sums_are_coherent"
        " CHECK (number > 0 AND total >= 0 AND deposit BETWEEN 0 AND total)"
    ),
    (
        "ALTER TABLE plan ADD CONSTRAINT plan_is_accepted_as_sent CHECK ((accepted_at IS NULL) = (accepted_by_id IS NULL)"
        " AND (accepted_at IS NULL OR accepted_at >= sent_at) AND (sent_at IS NOT NULL OR accepted_at IS NULL))"
    ),
    (
        "CREATE UNIQUE INDEX plan_sent_is_one_per_case ON plan (case_id)"
        " WHERE sent_at IS NOT NULL AND superseded_at IS NULL"
    ),
    (
        "ALTER TABLE question ADD CONSTRAINT question_answer_is_whole"
        " CHECK ((answered_at IS NULL) = (answer_sealed IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL))"
    ),
    "CREATE UNIQUE INDEX consent_is_one_per_plan ON consent (plan_id) WHERE withdrawn_at IS NULL",
    "ALTER TABLE consent ADD CONSTRAINT consent_cools_off_after_it_is_given CHECK (cooling_off_until >= given_at)",
    (
        "ALTER TABLE consent ADD CONSTRAINT consent_is_withdrawn_by_someone"
        " CHECK ((withdrawn_at IS NULL) = (withdrawn_by_id IS NULL))"
    ),
    (
        "ALTER TABLE consent ADD CONSTRAINT consent_surrogate_says_who_they_are"
        " CHECK (as_who IN ('patient', 'surrogate') AND (as_who = 'patient' OR relationship <> ''))"
    ),
    # What a patient was sent, and what they agreed to, can always be shown again as it was.
    """CREATE FUNCTION plan_sent_stays_as_it_was() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     IF OLD.sent_at IS NOT NULL AND (OLD.case_id, OLD.number, OLD.text_sealed, OLD.quote, OLD.currency, OLD.total,
         OLD.deposit, OLD.terms, OLD.sent_at) IS DISTINCT FROM (NEW.case_id, NEW.number, NEW.text_sealed, NEW.quote,
         NEW.currency, NEW.total, NEW.deposit, NEW.terms, NEW.sent_at) THEN
       RAISE EXCEPTION 'a plan that was sent does not change'
         USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_sent_stays_as_it_was';
     END IF;
     RETURN NEW; END $$""",
    (
        "CREATE TRIGGER plan_sent_stays_as_it_was BEFORE UPDATE ON plan"
        " FOR EACH ROW EXECUTE FUNCTION plan_sent_stays_as_it_was()"
    ),
    """CREATE FUNCTION consent_given_stays_as_it_was() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     IF (OLD.case_id, OLD.plan_id, OLD.language, OLD.shown, OLD.shown_sha256, OLD.teach_back, OLD.given_by_id,
         OLD.as_who, OLD.given_at, OLD.cooling_off_until) IS DISTINCT FROM (NEW.case_id, NEW.plan_id, NEW.language,
         NEW.shown, NEW.shown_sha256, NEW.teach_back, NEW.given_by_id, NEW.as_who, NEW.given_at, NEW.cooling_off_until)
       -- An erasure alone takes the names off: that someone consented, to what and when, stays.
       OR ((OLD.relationship, OLD.signed_name) IS DISTINCT FROM (NEW.relationship, NEW.signed_name)
         AND (NEW.signed_name <> 'erased' OR NEW.relationship NOT IN ('', 'erased')
           OR NOT EXISTS (SELECT FROM case_key WHERE case_key.case_id = OLD.case_id AND destroyed_at IS NOT NULL)))
       OR (OLD.withdrawn_at IS NOT NULL
         AND (OLD.withdrawn_at, OLD.withdrawn_by_id) IS DISTINCT FROM (NEW.withdrawn_at, NEW.withdrawn_by_id)) THEN
       RAISE EXCEPTION 'a consent that was given does not change'
         USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_given_stays_as_it_was';
     END IF;
     RETURN NEW; END $$""",
    (
        "CREATE TRIGGER consent_given_stays_as_it_was BEFORE UPDATE ON consent"
        " FOR EACH ROW EXECUTE FUNCTION consent_given_stays_as_it_was()"
    ),
)

APPEND_ONLY: Final[tuple[str, ...]] = ("case_event",)
