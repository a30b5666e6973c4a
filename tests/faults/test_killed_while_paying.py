"""kill -9 anywhere on the road of a payment: whoever comes next, a person or the clock, finishes what was begun."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from booking.bookings.models import Booking
from booking.journeys.cancel import cancel
from booking.journeys.check import check
from booking.journeys.reconcile_payments import reconcile_payments
from booking.journeys.sweep_lapses import sweep_lapses
from booking.payments.gateway import EventKind
from booking.payments.terms import RefundCause
from booking.services import Services
from tests.faults.paying import browser_of, events_as_told, example_now, goes_to_pay, refunded, tell
from tests.faults.processes import Place, running, web
from tests.journeys.standing import CONFIRMED, standing
from tests.journeys.trips import LINKS, a_case, a_confirmed, events_of, patient_of, pay, pay_on
from tests.outside import Clock


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
        assert await asyncio.to_thread(doomed.wait) == -signal.SIGKILL
    assert (await standing(held)).story == ("held",)

    await reconcile_payments(payments=services.payments, links=LINKS, now=services.now())

    assert await standing(held) == CONFIRMED
    assert await check() == []


async def test_a_worker_killed_after_stripe_took_the_refund_gives_the_money_back_once(
    clean_db: None, clock: Clock, place: Place, services: Services
) -> None:
    clock.at = datetime.now(UTC)
    booking = await a_confirmed(await a_case(await example_now(clock), now=clock.at), services)
    patient = await patient_of(await booking.case)
    await cancel(patient, booking.code, RefundCause.CHANGE_OF_MIND, services=services, now=clock.at)

    with running(place, "worker", failpoint="refund-asked") as doomed:
        assert await asyncio.to_thread(doomed.wait) == -signal.SIGKILL
    with running(place, "worker"):
        assert await refunded(booking)

    told = {event.refund_id for event in await events_of(booking, services) if event.kind is EventKind.REFUND_CHANGED}
    assert len(told) == 1
    assert await check() == []
