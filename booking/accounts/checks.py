"""What must hold between the rows of accounts. Each statement returns the rows that break its promise."""

from typing import Final

from booking.accounts.constraints import APPEND_ONLY


def append_only_is_guarded(*tables: str) -> str:
    """A statement that returns those of the tables which no trigger keeps from UPDATE and DELETE."""
    names = ", ".join(f"('{table}')" for table in tables)
    # Bits of pg_trigger.tgtype: 8 is DELETE, 16 is UPDATE.
    return f"""
        SELECT grown.name AS "table" FROM (VALUES {names}) AS grown (name)
        WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = grown.name::regclass AND NOT tgisinternal
                          AND tgenabled IN ('O', 'A') AND tgtype & 24 = 24)
    """  # noqa: S608 - the names are our own constants


INVARIANTS: Final[dict[str, str]] = {
    "G24 the audit trail is guarded by its trigger": append_only_is_guarded(*APPEND_ONLY),
    "G24 an audit row says who it was": """
        SELECT id, acting_as FROM audit_row WHERE (person_id IS NULL AND partner_id IS NULL)
        <> (acting_as IN ('anonymous', 'system'))
    """,
    "G27 a supporter was allowed by the case's own patient": """
        SELECT support.id FROM support JOIN "case" ON "case".id = case_id
        WHERE support.revoked_at IS NULL AND "case".patient_id IS DISTINCT FROM support.patient_id
    """,
    "G27 a session of a post belongs to the one who holds it": """
        SELECT session.id FROM session JOIN staff ON staff.id = staff_id WHERE session.person_id <> staff.person_id
    """,
    "G27 a partner's cases are its own clinic's": """
        SELECT "case".id FROM "case" JOIN partner_key ON partner_key.id = partner_id
        WHERE "case".clinic_id <> partner_key.clinic_id
    """,
}
