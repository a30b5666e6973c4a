"""Each event of Stripe's takes effect once, however often it is told (G11)."""

import json
from datetime import datetime

from booking.kit.db import run_one
from booking.payments.gateway import PaymentEvent
from booking.payments.models import StripeEvent

TAKE = """
INSERT INTO stripe_event (event_id, kind, payload, happened_at, received_at)
VALUES ($1, $2, $3::jsonb, $4, $5)
ON CONFLICT (event_id) DO NOTHING
RETURNING id
"""


async def take_event(event: PaymentEvent, *, now: datetime) -> bool:
    """Take an event to act on, in this transaction; False if it was taken before: then do nothing.

    Told twice at once, the second waits for the first's commit, and takes it only if that rolled back.
    """
    facts = json.dumps(event.facts())
    return await run_one(TAKE, event.event_id, event.kind, facts, event.happened_at, now) is not None


async def mark_handled(event: PaymentEvent, *, now: datetime) -> None:
    """Everything the event asks for was done, in the transaction that commits this."""
    await StripeEvent.filter(event_id=event.event_id).update(handled_at=now)


async def last_heard() -> datetime | None:
    """When the newest event that we hold happened: ask Stripe for those since a little before it."""
    newest = await StripeEvent.all().order_by("-happened_at").first()
    return newest.happened_at if newest else None
