"""kill -9 anywhere on the road of a payment: whoever comes next, a person or the clock, finishes what was begun."""

import asyncio
import hashlib
import hmac
import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from booking.accounts.sessions import open_session
from booking.bookings.models import Booking
from booking.demo.postgres import Running
from booking.demo.world import World, build
from booking.journeys.cancel import cancel
from booking.journeys.check import check
from booking.journeys.reconcile_payments import reconcile_payments
from booking.journeys.sweep_lapses import sweep_lapses
from booking.kit.db import transaction
from booking.payments.gateway import EventKind
from booking.payments.models import Refund, RefundStatus
from booking.payments.terms import RefundCause
from booking.services import Services
from booking.web.middleware import session_cookie
from tests.conftest import TOTP_KEY
from tests.faults.processes import PATIENCE, Place, running, web
from tests.journeys.standing import CONFIRMED, standing
from tests.journeys.trips import LINKS, a_case, a_confirmed, a_hold, events_of, patient_of, pay, pay_on
from tests.outside import STRIPE_KEY, WEBHOOK_SECRET, Clock


@pytest.fixture
async def held(clean_db: None, clock: Clock, services: Services) -> Booking:
    """Dates held by Samuel today: processes live by the real clock, and so do we here."""
    clock.at = datetime.now(UTC)
    return await a_hold(await a_case(await _world(clock), now=clock.at), services)


async def _world(clock: Clock) -> World:
    async with transaction():
        return await build(now=clock.at, totp_key=TOTP_KEY)


@pytest.fixture
def place(server: Running, stripe_address: str, tmp_path: Path) -> Place:
    return Place(server.url, stripe_address, tmp_path)


async def browser_of(booking: Booking, address: str, services: Services) -> httpx.AsyncClient:
    patient = await patient_of(await booking.case)
    token = await open_session(patient.person_id or 0, now=services.now(), staff_id=None)
    return httpx.AsyncClient(base_url=address, cookies={session_cookie(services): token}, timeout=PATIENCE)


async def goes_to_pay(booking: Booking, address: str, services: Services) -> httpx.Response:
    async with await browser_of(booking, address, services) as browser:
        return await browser.post(f"/portal/bookings/{booking.code}/deposit")


async def events_as_told(booking: Booking, place: Place, services: Services) -> list[bytes]:
    """The booking's events, as Stripe writes them."""
    ids = {event.event_id for event in await events_of(booking, services)}
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {STRIPE_KEY}"}) as stripe:
        listed = (await stripe.get(f"{place.stripe_address}/v1/events", params={"limit": 100})).json()["data"]
    return [json.dumps(event).encode() for event in listed if event["id"] in ids]


async def tell(address: str, told: list[bytes], services: Services) -> set[int]:
    """Tell them one after the other, signed as Stripe does; how they were answered."""
    at = int(services.now().timestamp())
    statuses = set()
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE) as stripe:
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


@pytest.mark.parametrize("failpoint", ["payment-key-kept", "payment-page-made"])
async def test_a_web_process_killed_on_the_way_to_stripe_leaves_one_payment_that_goes_on(
    held: Booking, place: Place, services: Services, failpoint: str
) -> None:
    with web(place, failpoint) as doomed:
        with pytest.raises(httpx.TransportError):
            await goes_to_pay(held, doomed.address, services)
        assert doomed.died_by_kill()
    assert await check() == []

    with web(place) as next_one:
        answer = await goes_to_pay(held, next_one.address, services)
        page = answer.headers["Location"]
        await pay_on(page)
        async with await browser_of(held, next_one.address, services) as browser:
            back = await browser.get(f"/portal/bookings/{held.code}/paid", params={"session": page.rsplit("/", 1)[1]})

    assert back.status_code < 400
    assert await standing(held) == CONFIRMED
    assert await check() == []


async def test_a_payment_that_nobody_comes_back_to_after_the_kill_takes_no_dates_for_good(
    held: Booking, place: Place, services: Services, clock: Clock
) -> None:
    with web(place, "payment-page-made") as doomed, pytest.raises(httpx.TransportError):
        await goes_to_pay(held, doomed.address, services)

    clock.at += timedelta(hours=3)
    await reconcile_payments(payments=services.payments, links=LINKS, now=clock.at)
    await sweep_lapses(now=clock.at)

    found = await standing(held)
    assert (found.story, found.claims, found.refunds) == (("held", "lapsed"), "none", ())
    assert found.attempts == ("expired",)
    assert await check() == []


async def test_a_web_process_killed_in_the_webhook_confirms_nothing_by_half_and_stripe_tells_again(
    held: Booking, place: Place, services: Services
) -> None:
    await pay(await patient_of(await held.case), held, services)
    told = await events_as_told(held, place, services)

    with web(place, "payment-settling") as doomed:
        with pytest.raises(httpx.TransportError):
            await tell(doomed.address, told, services)
        assert doomed.died_by_kill()
    assert (await standing(held)).story == ("held",)

    with web(place) as next_one:
        assert await tell(next_one.address, told, services) == {200}

    assert await standing(held) == CONFIRMED
    assert await check() == []


async def test_a_worker_killed_while_it_settles_leaves_it_to_the_next(
    held: Booking, place: Place, services: Services
) -> None:
    await pay(await patient_of(await held.case), held, services)

    with running(place, "worker", failpoint="payment-settling") as doomed:
        assert await asyncio.to_thread(doomed.wait, PATIENCE) == -signal.SIGKILL
    assert (await standing(held)).story == ("held",)

    await reconcile_payments(payments=services.payments, links=LINKS, now=services.now())

    assert await standing(held) == CONFIRMED
    assert await check() == []


async def test_a_worker_killed_after_stripe_took_the_refund_gives_the_money_back_once(
    clean_db: None, clock: Clock, place: Place, services: Services
) -> None:
    clock.at = datetime.now(UTC)
    booking = await a_confirmed(await a_case(await _world(clock), now=clock.at), services)
    patient = await patient_of(await booking.case)
    await cancel(patient, booking.code, RefundCause.CHANGE_OF_MIND, services=services, now=clock.at)

    with running(place, "worker", failpoint="refund-asked") as doomed:
        assert await asyncio.to_thread(doomed.wait, PATIENCE) == -signal.SIGKILL
    with running(place, "worker"):
        assert await refunded(booking)

    told = {event.refund_id for event in await events_of(booking, services) if event.kind is EventKind.REFUND_CHANGED}
    assert len(told) == 1
    assert await check() == []
