"""What no webhook told is found by asking: no webhook is ever needed for money to end where it belongs (G11)."""

from datetime import timedelta

from booking.demo.world import World
from booking.journeys.reconcile_payments import reconcile_payments
from booking.journeys.release_hold import release_hold
from booking.journeys.sweep_lapses import sweep_lapses
from booking.payments.gateway import CheckoutStatus, GatewayDown
from booking.payments.models import Attempt, StripeEvent
from booking.services import Services
from tests.journeys.standing import CONFIRMED, DEPOSIT, HELD, replace, standing
from tests.journeys.trips import LINKS, a_case, a_hold, patient_of, pay, start_page
from tests.outside import Clock


async def look(services: Services) -> None:
    await reconcile_payments(payments=services.payments, links=LINKS, now=services.now())


async def test_a_payment_of_which_no_webhook_came_is_found(world: World, services: Services) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    await pay(await patient_of(await booking.case), booking, services)

    await look(services)
    await look(services)

    assert await standing(booking) == CONFIRMED


async def test_a_payment_that_is_in_no_list_of_events_is_found_by_its_page(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    await pay(await patient_of(await booking.case), booking, services)
    # Much later: Stripe was heard of other things, so that nobody asks for events as old as this one.
    clock.at += timedelta(days=3)
    await StripeEvent.create(
        event_id="evt_later", kind="other", payload={}, happened_at=services.now(), received_at=services.now()
    )
    await sweep_lapses(now=services.now())

    await look(services)

    assert await standing(booking) == replace(CONFIRMED, story=("held", "lapsed", "confirmed"))


async def test_a_page_whose_time_is_over_is_closed_and_asked_for_no_more(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    await start_page(booking, services)
    clock.at += timedelta(minutes=32)

    await look(services)

    page = await services.payments.find_checkout((await Attempt.get(charge__booking_id=booking.id)).session_id or "")
    assert page.status is CheckoutStatus.EXPIRED
    assert await standing(booking) == replace(HELD, charges=(("deposit", "due", DEPOSIT),), attempts=("expired",))


async def test_the_page_of_dates_that_were_let_go_is_closed_at_stripe(world: World, services: Services) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    await start_page(booking, services)
    await release_hold(await patient_of(await booking.case), booking.code, now=services.now())

    await look(services)

    page = await services.payments.find_checkout((await Attempt.get(charge__booking_id=booking.id)).session_id or "")
    assert page.status is CheckoutStatus.EXPIRED
    assert (await standing(booking)).attempts == ("expired",)


async def test_a_page_that_stripe_does_not_know_stands_in_nobodys_way(
    world: World, services: Services, clock: Clock
) -> None:
    lost = await a_hold(await a_case(world, who="helene", now=services.now()), services)
    await start_page(lost, services)
    await Attempt.filter(charge__booking_id=lost.id).update(session_id="cs_of_another_account")
    booking = await a_hold(await a_case(world, now=services.now()), services)
    await start_page(booking, services)
    clock.at += timedelta(minutes=32)

    await look(services)

    assert [(await standing(each)).attempts for each in (lost, booking)] == [("expired",), ("expired",)]


class Silent:
    async def events_since(self, _moment: object) -> list[object]:
        raise GatewayDown("no answer")


async def test_while_stripe_is_down_a_round_changes_nothing(world: World, services: Services) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)

    await reconcile_payments(payments=Silent(), links=LINKS, now=services.now())  # type: ignore[arg-type]  # a part of it

    assert await standing(booking) == HELD
