"""What must hold of money at every commit: each statement returns the rows that break its promise."""

from typing import Final

INVARIANTS: Final[dict[str, str]] = {
    "G9 a charge is captured at most once": """
        SELECT charge_id, count(*) AS captures FROM attempt WHERE status = 'paid'
        GROUP BY charge_id HAVING count(*) > 1
    """,
    "G9 a charge is paid exactly if its money came in": """
        SELECT charge.code, charge.status, attempt.id AS attempt, attempt.captured_amount
        FROM charge LEFT JOIN attempt ON attempt.charge_id = charge.id AND attempt.status = 'paid'
        WHERE (charge.status IN ('paid', 'refunded')) <> (attempt.id IS NOT NULL)
            OR (attempt.id IS NOT NULL AND (attempt.captured_amount, attempt.currency) <> (charge.amount, charge.currency))
    """,
    "G10 a capture ends booked, refunded or in front of a coordinator": """
        SELECT booking.code, booking.status, attempt.id AS attempt
        FROM attempt JOIN charge ON charge.id = attempt.charge_id JOIN booking ON booking.id = charge.booking_id
        WHERE attempt.status = 'paid' AND booking.status IN ('held', 'lapsed')
            AND attempt.refunding_amount < attempt.captured_amount
    """,
    "G10 money that paid for nothing goes back": """
        SELECT attempt.id AS attempt, attempt.captured_amount, attempt.refunding_amount FROM attempt
        WHERE status = 'surplus' AND refunding_amount < captured_amount
            AND NOT EXISTS (SELECT FROM refund WHERE refund.attempt_id = attempt.id AND refund.status = 'failed')
    """,
    "G11 an event that was taken was handled": """
        SELECT event_id, kind, received_at FROM stripe_event WHERE handled_at IS NULL
    """,
    "G11 a capture of ours that was told is in the books": """
        SELECT event_id, payload ->> 'payment_intent' AS payment_intent FROM stripe_event
        JOIN attempt AS ours ON ours.idempotency_key = payload ->> 'idempotency_key'
        WHERE kind = 'captured' AND ours.captured_at IS NULL
    """,
    "G12 an entry has lines, and they sum to zero in each currency": """
        SELECT entry.id AS entry, line.currency, sum(line.amount) AS off
        FROM ledger_entry AS entry LEFT JOIN ledger_line AS line ON line.entry_id = entry.id
        GROUP BY entry.id, line.currency HAVING coalesce(sum(line.amount), 1) <> 0
    """,
    "G12 what came in and went back is in the books": """
        SELECT attempt.id AS attempt, attempt.captured_amount, coalesce(sum(line.amount), 0) AS in_the_books
        FROM attempt
        LEFT JOIN ledger_entry AS entry ON entry.attempt_id = attempt.id
        LEFT JOIN ledger_line AS line ON line.entry_id = entry.id AND line.account = 'stripe_clearing'
        GROUP BY attempt.id
        HAVING coalesce(sum(line.amount), 0) <> attempt.captured_amount - (
            SELECT coalesce(sum(refund.amount), 0) FROM refund
            WHERE refund.attempt_id = attempt.id AND refund.status = 'done')
    """,
    "G13 refunds never exceed captures, and each is counted": """
        SELECT attempt.id AS attempt, attempt.captured_amount, attempt.refunding_amount,
            coalesce(sum(refund.amount), 0) AS promised
        FROM attempt LEFT JOIN refund ON refund.attempt_id = attempt.id AND refund.status <> 'failed'
        GROUP BY attempt.id
        HAVING coalesce(sum(refund.amount), 0) <> attempt.refunding_amount
            OR coalesce(sum(refund.amount), 0) > attempt.captured_amount
    """,
}
