"""Events are told by signed webhooks, again and again until they are heard, also after a restart."""

import asyncio
import hashlib
import hmac
import json
import time
from typing import Final

import httpx

from booking.demo.stripe import sessions
from booking.demo.stripe.world import World
from booking.kit.logs import logger

log = logger(__name__)

LONGEST_WAIT: Final = 300.0
MOST_TRIES: Final = 40
# A delivery that a killed process had in hand is due again after this: longer than a try can take.
LEASE: Final = 15.0
TICK: Final = 0.5

CLAIM: Final = """
UPDATE delivery SET tries = tries + 1, next_at = ? WHERE state = 'due' AND next_at <= ? RETURNING event_id, tries
"""


def sign(payload: bytes, secret: str, at: int) -> str:
    """The `Stripe-Signature` header: HMAC-SHA256 of moment and body."""
    code = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={code}"


class Deliveries:
    """Tells what is due. Two processes may share the work: a delivery is claimed before it is sent."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._http = httpx.AsyncClient(timeout=10)

    async def run(self) -> None:
        """Until cancelled: end sessions whose time is over, and tell every event that is due."""
        # After a restart nothing waits: told twice is as Stripe does it, told late keeps a person waiting.
        self._world.store.run("UPDATE delivery SET next_at = ? WHERE state = 'due'", time.time())
        try:
            async with asyncio.TaskGroup() as sending:
                while True:
                    self._world.news.clear()
                    for event_id, tries in self._claim():
                        sending.create_task(self._try(event_id, tries))
                    await self._rest()
        finally:
            await self._http.aclose()

    async def tell(self, event_id: str) -> int | None:
        """Send the event once; the answer's status, or None if nobody answered."""
        event = self._world.store.get("event", event_id)
        if event is None or self._world.webhook_url is None:
            return None
        payload = json.dumps(event).encode()
        signature = sign(payload, self._world.webhook_secret, self._world.now())
        headers = {"Stripe-Signature": signature, "Content-Type": "application/json; charset=utf-8"}
        try:
            answer = await self._http.post(self._world.webhook_url, content=payload, headers=headers)
        except httpx.HTTPError:
            return None
        return answer.status_code

    def _claim(self) -> list[tuple[str, int]]:
        now = time.time()
        with self._world.store.transaction():
            sessions.expire_overdue(self._world)
            return [(row["event_id"], row["tries"]) for row in self._world.store.run(CLAIM, now + LEASE, now)]

    async def _try(self, event_id: str, tries: int) -> None:
        status = await self.tell(event_id)
        heard = status is not None and httpx.codes.is_success(status)
        if not heard:
            log.info("simulator.webhook_unheard", event_id=event_id, tries=tries, status=status)
        state = "told" if heard else "due" if tries < MOST_TRIES else "given_up"
        wait = min(self._world.first_retry_seconds * 2 ** (tries - 1), LONGEST_WAIT)
        update = "UPDATE delivery SET state = ?, next_at = ? WHERE event_id = ?"
        self._world.store.run(update, state, time.time() + wait, event_id)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(min(TICK, self._world.first_retry_seconds)):
                await self._world.news.wait()
        except TimeoutError:
            pass
