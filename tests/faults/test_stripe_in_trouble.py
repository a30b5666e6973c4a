"""Stripe answers 429 or 500, before or after it did what it was asked: nobody pays twice, and nobody's refund is forgotten."""

import httpx
import pytest

from booking.bookings.models import Booking
from booking.journeys.cancel import cancel
from booking.journeys.check import check
from booking.payments.gateway import EventKind
from booking.payments.models import Attempt
from booking.payments.terms import RefundCause
from booking.services import Services
from tests.faults.paying import browser_of, events_as_told, goes_to_pay, refunded, tell
from tests.faults.processes import Place, running, web
from tests.journeys.standing import CONFIRMED, standing
from tests.journeys.trips import come_back, events_of, patient_of, pay, pay_on
from tests.outside import PLAIN

TRIES = {"500": 3, "429": 1}  # that Stripe's library makes by itself before it gives up
NOTHING_LOST = "Nothing was charged"
TROUBLE = pytest.mark.parametrize(("answer", "when"), [("429", "before"), ("500", "after")])


async def goes_wrong(place: Place, path: str, answer: str, when: str) -> None:
    planned = {"answer": answer, "when": when, "path": path, "calls": TRIES[answer]}
    async with httpx.AsyncClient(verify=PLAIN, base_url=place.stripe_address) as stripe:
        assert (await stripe.post("/_control/faults", json=planned)).status_code == 200


@TROUBLE
async def test_a_family_is_told_that_it_did_not_work_and_then_pays_once(
    held: Booking, place: Place, services: Services, answer: str, when: str
) -> None:
    with web(place) as site:
        await goes_wrong(place, "/v1/checkout", answer, when)
        first = await goes_to_pay(held, site.address, services)
        again = await goes_to_pay(held, site.address, services)
        await pay_on(again.headers["Location"])
        told = await events_as_told(held, place, services)
        # Days late is as good as at once: told backwards, and all of it twice.
        assert await tell(site.address, [*reversed(told), *told], services) == {200}
        async with await browser_of(held, site.address, services) as browser:
            booking = await browser.get(f"/portal/bookings/{held.code}")

    # What Stripe had done before it said 500 it tells at the next try, under the same key: the family notices nothing.
    assert first.has_redirect_location or (first.status_code, NOTHING_LOST in first.text) == (503, True)
    assert "Your dates are confirmed" in booking.text
    assert await standing(held) == CONFIRMED
    assert await Attempt.filter(charge__booking_id=held.id).count() == 1
    assert await check() == []


@TROUBLE
async def test_a_refund_is_asked_for_again_until_stripe_has_taken_it_once(
    held: Booking, place: Place, services: Services, answer: str, when: str
) -> None:
    patient = await patient_of(await held.case)
    await pay(patient, held, services)
    await come_back(held, services)
    await cancel(patient, held.code, RefundCause.CHANGE_OF_MIND, services=services, now=services.now())

    await goes_wrong(place, "/v1/refunds", answer, when)
    with running(place, "worker"):
        assert await refunded(held)

    told = {event.refund_id for event in await events_of(held, services) if event.kind is EventKind.REFUND_CHANGED}
    assert len(told) == 1
    assert await check() == []
