"""Paying, coming back and cancelling, as a browser meets it."""

from datetime import timedelta

import httpx

from booking.accounts.viewers import Scope
from booking.bookings.models import Booking
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.payments.models import Attempt
from booking.services import Services
from tests.journeys.trips import a_case, a_confirmed, a_hold, helper_of, pay_on
from tests.outside import Clock
from tests.web.conftest import Visit
from tests.web.portal.pages import forms_of, text_of


async def paid_through(browser: httpx.AsyncClient, booking: Booking) -> str:
    """From the button to Stripe's page and its card; the address to come back to."""
    answer = await browser.post(f"/portal/bookings/{booking.code}/deposit")
    await pay_on(answer.headers["location"])
    attempt = await Attempt.filter(charge__booking_id=booking.id).order_by("-id").first()
    assert attempt is not None
    return f"/portal/bookings/{booking.code}/paid?session={attempt.session_id}"


async def test_from_the_button_to_the_receipt(visit: Visit, world: World, services: Services) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    samuel = await visit.as_("samuel")

    back = await paid_through(samuel, booking)

    assert "Your dates are confirmed" in text_of(await samuel.get(back))
    assert "Deposit Paid on Tuesday 12 January 2027." in text_of(await samuel.get(f"/portal/bookings/{booking.code}"))
    assert "Paid and not gone back USD 3,400.00" in text_of(
        await samuel.get(f"/portal/bookings/{booking.code}/receipt")
    )


async def test_while_the_bank_is_silent_the_page_waits_and_looks_again_for_a_minute(
    visit: Visit, world: World, services: Services
) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    samuel = await visit.as_("samuel")

    first = await samuel.get(f"/portal/bookings/{booking.code}/paid?session=cs_unknown")
    last = await samuel.get(f"/portal/bookings/{booking.code}/paid?session=cs_unknown&looked=12")

    assert 'http-equiv="refresh"' in first.text
    assert "looked=1" in first.text
    assert 'http-equiv="refresh"' not in last.text
    assert "We are waiting for your bank" in text_of(last)


async def test_a_hold_in_the_time_to_think_says_when_it_can_be_paid(
    visit: Visit, world: World, services: Services
) -> None:
    booking = await a_hold(await a_case(world, Stage.CONSENTED, now=services.now()), services)
    samuel = await visit.as_("samuel")

    page = text_of(await samuel.get(f"/portal/bookings/{booking.code}"))
    refused = await samuel.post(f"/portal/bookings/{booking.code}/deposit")

    assert "You may change your mind until Fri 15 January, 08:00 in Antigua (13:00 for you)" in page
    assert "Go to the payment page" not in page
    assert refused.status_code == 409


async def test_a_lapsed_hold_says_so_without_a_worker(
    visit: Visit, world: World, services: Services, clock: Clock
) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    samuel = await visit.as_("samuel")
    clock.at += timedelta(hours=1)

    assert "These dates are no longer kept" in text_of(await samuel.get(f"/portal/bookings/{booking.code}"))
    assert (await samuel.post(f"/portal/bookings/{booking.code}/deposit")).status_code == 409


async def test_a_helper_without_leave_to_pay_is_told_so_kindly(visit: Visit, world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_hold(case, services)
    await helper_of(case, world.people["folake"], Scope.ACT, now=services.now())
    folake = await visit.as_("folake")

    page = text_of(await folake.get(f"/portal/bookings/{booking.code}"))
    refused = await folake.post(f"/portal/bookings/{booking.code}/deposit")

    assert "The patient has not allowed you to pay for them." in page
    assert refused.status_code == 403
    assert "the patient has not allowed you to do it for them" in text_of(refused)


async def test_what_belongs_to_someone_else_is_not_there(visit: Visit, world: World, services: Services) -> None:
    booking = await a_confirmed(await a_case(world, now=services.now()), services)
    helene, at = await visit.as_("helene"), f"/portal/bookings/{booking.code}"

    read = [(await helene.get(at + page)).status_code for page in ("", "/paid", "/receipt", "/cancel")]
    sent = [(await helene.post(at + page)).status_code for page in ("/release", "/deposit", "/balance", "/cancel")]

    assert (read, sent) == ([404] * 4, [404] * 4)


async def test_cancelling_shows_the_sum_and_keeps_to_it(
    visit: Visit, world: World, services: Services, clock: Clock
) -> None:
    booking = await a_confirmed(await a_case(world, now=services.now()), services)
    samuel, at = await visit.as_("samuel"), f"/portal/bookings/{booking.code}/cancel"
    [shown] = forms_of(await samuel.get(at), at)
    clock.at = clock.at.replace(month=3, day=10)
    samuel = await visit.as_("samuel")

    stale = await samuel.post(at, data=shown)
    page = await samuel.get(at)
    done = await samuel.post(at, data=forms_of(page, at)[0])

    assert (shown, stale.status_code) == ({"amount": "340000", "currency": "USD"}, 409)
    assert "USD 1,700.00 What comes back to you" in text_of(page)
    assert (done.status_code, done.headers["location"]) == (303, f"/portal/bookings/{booking.code}")
    assert "Your refund goes to the card that you paid with" in text_of(await samuel.get(done.headers["location"]))
