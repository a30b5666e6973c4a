"""What PostgreSQL itself refuses about money. The migration runs these as they stand."""

from typing import Final

CONSTRAINTS: Final[tuple[str, ...]] = (
    "ALTER TABLE charge ADD CONSTRAINT charge_kind_is_known CHECK (kind IN ('deposit', 'balance'))",
    "ALTER TABLE charge ADD CONSTRAINT charge_status_is_known CHECK (status IN ('due', 'paid', 'refunded', 'void'))",
    "ALTER TABLE charge ADD CONSTRAINT charge_is_more_than_nothing CHECK (amount > 0)",
    r"ALTER TABLE charge ADD CONSTRAINT charge_currency_is_iso CHECK (currency ~ '^[A-Z]{3}$')",
    (
        "ALTER TABLE charge ADD CONSTRAINT charge_paid_has_its_moment"
        " CHECK ((paid_at IS NOT NULL) = (status IN ('paid', 'refunded')))"
    ),
    "CREATE UNIQUE INDEX charge_is_one_of_its_kind ON charge (booking_id, kind) WHERE status <> 'void'",
    "CREATE INDEX charge_due_by_day ON charge (due_on) WHERE status = 'due'",
    (
        "ALTER TABLE attempt ADD CONSTRAINT attempt_status_is_known"
        " CHECK (status IN ('wanted', 'open', 'paid', 'surplus', 'expired'))"
    ),
    (
        "ALTER TABLE attempt ADD CONSTRAINT attempt_open_has_its_session"
        " CHECK (status <> 'open' OR (session_id IS NOT NULL AND url IS NOT NULL))"
    ),
    (
        "ALTER TABLE attempt ADD CONSTRAINT attempt_captured_is_whole"
        " CHECK (CASE WHEN status IN ('paid', 'surplus')"
        " THEN captured_amount > 0 AND captured_at IS NOT NULL AND payment_intent IS NOT NULL"
        " ELSE captured_amount = 0 AND captured_at IS NULL END)"
    ),
    # Behind the guarded UPDATE of refunds.want_refund: more can never be promised back than came in (G13).
    (
        "ALTER TABLE attempt ADD CONSTRAINT attempt_refunds_within_capture"
        " CHECK (refunding_amount BETWEEN 0 AND captured_amount)"
    ),
    "ALTER TABLE attempt ADD CONSTRAINT attempt_expires_after_it_begins CHECK (expires_at > created_at)",
    "CREATE UNIQUE INDEX attempt_open_is_one_per_charge ON attempt (charge_id) WHERE status IN ('wanted', 'open')",
    "CREATE UNIQUE INDEX attempt_captured_once_per_charge ON attempt (charge_id) WHERE status = 'paid'",
    "CREATE INDEX attempt_open_by_expiry ON attempt (expires_at) WHERE status IN ('wanted', 'open')",
    "ALTER TABLE refund ADD CONSTRAINT refund_status_is_known CHECK (status IN ('wanted', 'sent', 'done', 'failed'))",
    "ALTER TABLE refund ADD CONSTRAINT refund_is_more_than_nothing CHECK (amount > 0)",
    (
        "ALTER TABLE refund ADD CONSTRAINT refund_settled_has_its_moment"
        " CHECK ((settled_at IS NOT NULL) = (status IN ('done', 'failed')))"
    ),
    (
        "ALTER TABLE refund ADD CONSTRAINT refund_asked_has_its_stripe_id"
        " CHECK (status NOT IN ('sent', 'done') OR stripe_id IS NOT NULL)"
    ),
    "CREATE INDEX refund_unsettled ON refund (wanted_at) WHERE status IN ('wanted', 'sent')",
    (
        "ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_kind_is_known"
        " CHECK (kind IN ('capture', 'refund_owed', 'refund_paid', 'refund_failed'))"
    ),
    (
        "ALTER TABLE ledger_entry ADD CONSTRAINT ledger_entry_of_a_refund_names_it"
        " CHECK ((refund_id IS NOT NULL) = (kind <> 'capture'))"
    ),
    "CREATE UNIQUE INDEX ledger_entry_captures_once ON ledger_entry (attempt_id) WHERE kind = 'capture'",
    "CREATE UNIQUE INDEX ledger_entry_once_per_refund ON ledger_entry (refund_id, kind) WHERE refund_id IS NOT NULL",
    "ALTER TABLE ledger_line ADD CONSTRAINT ledger_line_is_not_nothing CHECK (amount <> 0)",
    (
        "ALTER TABLE ledger_line ADD CONSTRAINT ledger_line_account_is_known CHECK (account IN ('stripe_clearing',"
        " 'patient_deposits', 'patient_balances', 'surplus_receipts', 'refunds_payable'))"
    ),
    # Deferred to the commit, when an entry is whole: its lines exist and sum to zero in each currency (G12).
    """
    CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        checked bigint := CASE TG_TABLE_NAME WHEN 'ledger_entry' THEN (to_jsonb(NEW) ->> 'id')::bigint
                                             ELSE (to_jsonb(NEW) ->> 'entry_id')::bigint END;
    BEGIN
        IF NOT EXISTS (SELECT FROM ledger_line WHERE entry_id = checked)
            OR EXISTS (SELECT FROM ledger_line WHERE entry_id = checked GROUP BY currency HAVING sum(amount) <> 0)
        THEN
            RAISE EXCEPTION 'ledger entry % does not balance', checked
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_entry_balances';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances()
    """,
    """
    CREATE CONSTRAINT TRIGGER ledger_line_balances AFTER INSERT ON ledger_line
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances()
    """,
    "CREATE INDEX stripe_event_unhandled ON stripe_event (received_at) WHERE handled_at IS NULL",
)

# stripe_event is not here: it is marked handled, in the transaction that acts on it.
APPEND_ONLY: Final[tuple[str, ...]] = ("ledger_entry", "ledger_line")
