"""What PostgreSQL itself refuses about keys and files. The migration runs these as they stand."""

from typing import Final

CONSTRAINTS: Final[tuple[str, ...]] = (
    "CREATE UNIQUE INDEX case_key_is_one_per_case ON case_key (case_id)",
    # A destroyed key is gone, and a key that is not destroyed is there.
    "ALTER TABLE case_key ADD CONSTRAINT case_key_destroyed_is_gone CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))",
    """CREATE FUNCTION case_key_never_comes_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     IF OLD.destroyed_at IS NOT NULL THEN
       RAISE EXCEPTION 'a destroyed key does not come back'
         USING ERRCODE = 'check_violation', CONSTRAINT = 'case_key_never_comes_back';
     END IF;
     RETURN NEW; END $$""",
    (
        "CREATE TRIGGER case_key_never_comes_back BEFORE UPDATE ON case_key"
        " FOR EACH ROW EXECUTE FUNCTION case_key_never_comes_back()"
    ),
    """ALTER TABLE document ADD CONSTRAINT document_state_is_known
     CHECK (state IN ('arriving', 'ready', 'refused', 'removed'))""",
    """ALTER TABLE document ADD CONSTRAINT document_ready_was_checked
     CHECK (state <> 'ready' OR (size > 0 AND sha256 IS NOT NULL AND media_type <> '' AND uploaded_at IS NOT NULL))""",
    """ALTER TABLE document ADD CONSTRAINT document_refused_says_why
     CHECK ((state = 'refused') = (refused_because <> ''))""",
    "CREATE INDEX document_still_arriving ON document (begun_at) WHERE state = 'arriving'",
)

APPEND_ONLY: Final[tuple[str, ...]] = ()
