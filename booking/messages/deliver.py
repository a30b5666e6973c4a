"""Delivery: due messages out of the outbox and to the carrier, several at once, each on its own."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from booking.kit.db import outside_only
from booking.kit.failpoints import failpoint
from booking.kit.logs import logger
from booking.messages import claiming
from booking.messages.claiming import Claimed
from booking.messages.compose import Composer
from booking.messages.mailer import Mailer
from booking.messages.planning import not_before

log = logger(__name__)


class Deliverer:
    """One worker's hands: at most `lanes` messages at a time, and none waits for a slower one (G18).

    The clock ticks it; a tick starts what is due and does not wait for it to arrive.
    """

    def __init__(self, mailer: Mailer, composer: Composer, clock: Callable[[], datetime], *, lanes: int = 8) -> None:
        self._mailer = mailer
        self._composer = composer
        self._clock = clock
        self._lanes = lanes
        self._under_way: set[asyncio.Task[None]] = set()

    async def tick(self) -> int:
        """Start what is due, as far as there are free lanes. Returns how many were started."""
        outside_only("delivery of messages")
        now = self._clock()
        dropped = await claiming.tidy(now)
        if dropped:
            log.warning("messages.dropped", count=dropped)
        free = self._lanes - len(self._under_way)
        claimed = await claiming.claim(free, now=now) if free > 0 else []
        for message in claimed:
            task = asyncio.create_task(self._deliver(message), name=f"deliver {message.code}")
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(claimed)

    async def finish(self) -> None:
        """Wait for what is under way; each has its time limits. For the end of a worker, and for tests."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    async def empty(self) -> int:
        """Deliver until nothing is due. Returns how many were started."""
        started = 0
        while count := await self.tick():
            started += count
            await self.finish()
        return started

    async def _deliver(self, message: Claimed) -> None:
        try:
            await self._attempt(message)
        except Exception as fault:  # noqa: BLE001 - one bad message delays no other (G18)
            _report("message.fault", fault, message)

    async def _attempt(self, message: Claimed) -> None:
        failpoint("message-claimed")
        now = self._clock()
        allowed = not_before(message.occasion, message.due_local, message.zone, now)
        if allowed > now:
            await claiming.put_back(message, until=allowed)
            return
        try:
            mail = self._composer.compose(message, now=now)
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with it, a person must look at it
            _report("message.unwritable", fault, message)
            await claiming.give_up(message, f"it could not be written: {type(fault).__name__}")
            return
        outcome = await self._mailer.send(mail, lambda: claiming.last_word(message, now=self._clock()))
        failpoint("message-handed-over")
        await claiming.settle_outcome(message, outcome, now=self._clock())
        log.info("message.attempted", message=message.code, occasion=message.occasion, fate=outcome.fate.value)


def _report(event: str, fault: Exception, message: Claimed) -> None:
    log.error(event, fault=fault, message=message.code, occasion=message.occasion, attempt=message.attempt)
