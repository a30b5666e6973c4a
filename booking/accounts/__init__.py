"""People, roles, sign-in, sessions, permissions between people, partners' keys and the audit trail."""
