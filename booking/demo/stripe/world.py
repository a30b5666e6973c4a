"""What every part of the simulator shares: its memory, its clock, its addresses, and the telling of events."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from booking.demo.stripe.store import Body, Store, shown
from booking.demo.stripe.wire import API_VERSION, new_id

# What happens to a new event's webhook, by the control `webhooks`.
DELIVERY_STATES: Final = {"deliver": "due", "hold": "held", "drop": "dropped"}


@dataclass(frozen=True, slots=True)
class World:
    """`clock` is Stripe's idea of now, in seconds; `root` the public address of everything here."""

    store: Store
    webhook_url: str | None
    webhook_secret: str
    root: str
    base_path: str
    clock: Callable[[], float] = time.time
    first_retry_seconds: float = 1.0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> int:
        return int(self.clock())

    def emit(self, kind: str, about: Body) -> None:
        """Record an event with the thing as it is now, to be told by webhook. Within the caller's transaction."""
        event: Body = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": shown(about)},
            "livemode": False,
            "pending_webhooks": 1 if self.webhook_url else 0,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self.store.put(event)
        state = DELIVERY_STATES[self.store.setting("webhooks", "deliver")] if self.webhook_url else "dropped"
        self.store.run("INSERT INTO delivery VALUES (?, ?, 0, ?)", event["id"], state, time.time())
        self.news.set()
