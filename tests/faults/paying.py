"""What a family and Stripe do to a web process over HTTP, and how a refund ends."""

import asyncio
import hashlib
import hmac
import json

import httpx

from booking.accounts.sessions import open_session
from booking.bookings.models import Booking
from booking.demo.world import World, build
from booking.kit.db import transaction
from booking.payments.models import Refund, RefundStatus
from booking.services import Services
from booking.web.middleware import session_cookie
from tests.conftest import TOTP_KEY
from tests.faults.processes import Place
from tests.journeys.standing import standing
from tests.journeys.trips import events_of, patient_of
from tests.outside import PLAIN, STRIPE_KEY, WEBHOOK_SECRET, Clock
from tests.programs import PATIENCE


async def example_now(clock: Clock) -> World:
    """The example clinic, as of now."""
    async with transaction():
        return await build(now=clock.at, totp_key=TOTP_KEY)


async def browser_of(booking: Booking, address: str, services: Services) -> httpx.AsyncClient:
    patient = await patient_of(await booking.case)
    token = await open_session(patient.person_id or 0, now=services.now(), staff_id=None)
    return httpx.AsyncClient(
        verify=PLAIN, base_url=address, cookies={session_cookie(services): token}, timeout=PATIENCE
    )


async def goes_to_pay(booking: Booking, address: str, services: Services) -> httpx.Response:
    async with await browser_of(booking, address, services) as browser:
        return await browser.post(f"/portal/bookings/{booking.code}/deposit")


async def events_as_told(booking: Booking, place: Place, services: Services) -> list[bytes]:
    """The booking's events, as Stripe writes them."""
    ids = {event.event_id for event in await events_of(booking, services)}
    async with httpx.AsyncClient(verify=PLAIN, headers={"Authorization": f"Bearer {STRIPE_KEY}"}) as stripe:
        listed = (await stripe.get(f"{place.stripe_address}/v1/events", params={"limit": 100})).json()["data"]
    return [json.dumps(event).encode() for event in listed if event["id"] in ids]


async def tell(address: str, told: list[bytes], services: Services) -> set[int]:
    """Tell them one after the other, signed as Stripe does; how they were answered."""
    at = int(services.now().timestamp())
    statuses = set()
    async with httpx.AsyncClient(verify=PLAIN, base_url=address, timeout=PATIENCE) as stripe:
        for body in told:
            seal = hmac.new(WEBHOOK_SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
            headers = {"Stripe-Signature": f"t={at},v1={seal}"}
            statuses.add((await stripe.post("/hooks/stripe", content=body, headers=headers)).status_code)
    return statuses


async def refunded(booking: Booking) -> bool:
    """Whether the worker has seen it through, which it does within seconds."""
    for _ in range(200):
        await asyncio.sleep(0.1)
        if (await standing(booking)).story[-1] == "cancelled" and await _all_done(booking):
            return True
    return False


async def _all_done(booking: Booking) -> bool:
    return {each.status for each in await Refund.filter(charge__booking_id=booking.id)} == {RefundStatus.DONE}
