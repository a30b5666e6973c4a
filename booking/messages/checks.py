"""What must hold between the rows of the outbox. Each statement returns the rows that break its promise."""

from typing import Final

INVARIANTS: Final[dict[str, str]] = {
    "G15 one message per recipient, occasion and what it is about": """
        SELECT case_id, recipient_id, occasion, about FROM message
        GROUP BY case_id, recipient_id, occasion, about HAVING count(*) > 1
    """,
    "G16 what was sent was marked as transmitting first, by an attempt": """
        SELECT code FROM message WHERE status IN ('transmitting', 'sent', 'unknown')
        AND (transmitting_at IS NULL OR attempt = 0 OR sent_at < transmitting_at)
    """,
    "G16 what a worker holds has a lease": """
        SELECT code FROM message WHERE (leased_until IS NULL) = (status IN ('claimed', 'transmitting'))
    """,
    # A silence begins when its request does and binds from its commit: a minute is more than a request may take.
    "G17 nothing was transmitted about a silenced case": """
        SELECT message.code FROM message JOIN silence ON silence.case_id = message.case_id
        WHERE transmitting_at > since + interval '1 minute' AND (lifted_at IS NULL OR transmitting_at < lifted_at)
    """,
    "G17 nothing was transmitted after it had been withdrawn": """
        SELECT code FROM message WHERE transmitting_at > withdrawn_at + interval '1 minute'
    """,
    "G17 nothing scheduled is left to be sent about a trip that is off": """
        SELECT message.code FROM message JOIN booking ON booking.id = booking_id
        WHERE message.status IN ('planned', 'claimed') AND due_local IS NOT NULL
        AND booking.status IN ('cancelled', 'lapsed', 'refund_due')
    """,
    "a link that opens a door is not kept once its message is settled": """
        SELECT code FROM message WHERE facts ? 'secret_link' AND status IN ('sent', 'dropped', 'cancelled', 'failed', 'unknown')
    """,
}
