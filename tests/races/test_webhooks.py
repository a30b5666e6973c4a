"""One payment, told by everyone at once: one confirmation."""

import asyncio
import hashlib
import hmac
import json
from itertools import cycle

import httpx

from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.check import check
from booking.payments.models import StripeEvent
from booking.services import Services
from tests.journeys.standing import CONFIRMED, standing
from tests.journeys.trips import a_case, a_hold, come_back, events_of, patient_of, pay
from tests.outside import PLAIN, STRIPE_KEY, WEBHOOK_SECRET

AT_ONCE = 6


def signed(event: dict[str, object], services: Services) -> tuple[bytes, dict[str, str]]:
    """The event as Stripe would tell it now."""
    body, at = json.dumps(event).encode(), int(services.now().timestamp())
    seal = hmac.new(WEBHOOK_SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {"Stripe-Signature": f"t={at},v1={seal}"}


async def as_told(ids: set[str], stripe_address: str) -> list[dict[str, object]]:
    """The events of these ids, as Stripe writes them."""
    async with httpx.AsyncClient(verify=PLAIN, headers={"Authorization": f"Bearer {STRIPE_KEY}"}) as stripe:
        listed = (await stripe.get(f"{stripe_address}/v1/events", params={"limit": 100})).json()["data"]
    return [event for event in listed if event["id"] in ids]


async def test_each_event_told_six_times_at_once_and_the_browser_back_meanwhile_confirm_once(
    two_processes: list[str], world_today: World, services: Services, stripe_address: str
) -> None:
    booking = await a_hold(await a_case(world_today, Stage.READY, now=services.now()), services)
    await pay(await patient_of(await booking.case), booking, services)
    events = await as_told({event.event_id for event in await events_of(booking, services)}, stripe_address)
    addresses = cycle(two_processes)

    async with httpx.AsyncClient(verify=PLAIN, timeout=60) as stripe:

        async def tell(event: dict[str, object]) -> int:
            body, headers = signed(event, services)
            return (await stripe.post(f"{next(addresses)}/hooks/stripe", content=body, headers=headers)).status_code

        told = [tell(event) for event in events for _ in range(AT_ONCE)]
        statuses = (await asyncio.gather(come_back(booking, services), *told))[1:]

    assert statuses == [200] * AT_ONCE * len(events)
    assert await standing(booking) == CONFIRMED
    assert await StripeEvent.filter(handled_at__isnull=False).count() == len(events)
    assert await check() == []


async def test_the_browser_back_six_times_at_once_confirms_once(world_today: World, services: Services) -> None:
    booking = await a_hold(await a_case(world_today, Stage.READY, now=services.now()), services)
    await pay(await patient_of(await booking.case), booking, services)

    await asyncio.gather(*(come_back(booking, services) for _ in range(AT_ONCE)))

    assert await standing(booking) == CONFIRMED
    assert await check() == []
