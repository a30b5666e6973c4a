"""What PostgreSQL itself refuses about people and their permissions. The migration runs these as they stand."""

from typing import Final

CONSTRAINTS: Final[tuple[str, ...]] = (
    "CREATE UNIQUE INDEX person_email_is_one_person ON person (lower(email))",
    "ALTER TABLE person ADD CONSTRAINT person_email_is_an_address CHECK (position('@' in email) > 1)",
    "CREATE UNIQUE INDEX staff_has_one_post ON staff (person_id)",
    "ALTER TABLE staff ADD CONSTRAINT staff_role_is_known CHECK (role IN ('coordinator', 'clinician', 'admin'))",
    "CREATE UNIQUE INDEX session_token_is_unique ON session (token_hash)",
    "ALTER TABLE session ADD CONSTRAINT session_ends_after_it_begins CHECK (expires_at > created_at)",
    # Only both secrets of a post open it: a mailed link never carries a clinic's powers.
    (
        "ALTER TABLE session ADD CONSTRAINT session_strength_fits_its_post"
        " CHECK (strength IN ('link', 'password_totp') AND (staff_id IS NOT NULL) = (strength = 'password_totp'))"
    ),
    "CREATE UNIQUE INDEX sign_in_link_token_is_unique ON sign_in_link (token_hash)",
    "ALTER TABLE sign_in_link ADD CONSTRAINT sign_in_link_is_used_in_time CHECK (used_at IS NULL OR used_at <= expires_at)",
    "CREATE UNIQUE INDEX support_is_given_once ON support (case_id, supporter_id) WHERE revoked_at IS NULL",
    "ALTER TABLE support ADD CONSTRAINT support_is_between_two_people CHECK (patient_id <> supporter_id)",
    (
        "ALTER TABLE support ADD CONSTRAINT support_scopes_are_known"
        """ CHECK (scopes <@ '["read", "act", "pay", "records"]'::jsonb AND jsonb_array_length(scopes) > 0)"""
    ),
    "CREATE UNIQUE INDEX partner_key_is_unique ON partner_key (key_hash)",
    "CREATE UNIQUE INDEX partner_reply_is_given_once ON partner_reply (partner_id, key)",
    "ALTER TABLE partner_reply ADD CONSTRAINT partner_reply_is_whole CHECK ((status IS NULL) = (body IS NULL))",
    "ALTER TABLE audit_row ADD CONSTRAINT audit_row_has_one_actor CHECK (person_id IS NULL OR partner_id IS NULL)",
    "CREATE INDEX audit_row_by_subject ON audit_row (subject, at)",
    "CREATE UNIQUE INDEX throttle_counts_once_per_window ON throttle (key_hash, window_starts_at)",
    "CREATE INDEX throttle_by_end ON throttle (window_ends_at)",
)

APPEND_ONLY: Final[tuple[str, ...]] = ("audit_row",)
