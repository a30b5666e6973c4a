"""Going to pay: the intent is committed before Stripe hears of it, and the dates outlive the page."""

from datetime import timedelta

import pytest

from booking.accounts.viewers import Scope
from booking.bookings.models import Booking
from booking.consultations.cases import NotAllowedByThePatient
from booking.consultations.consents import StillThinking
from booking.demo.ready import Stage, viewer_for
from booking.demo.world import World
from booking.journeys.start_deposit import CHECKOUT_LASTS, GRACE, HoldOver, PaymentPageDown, start_payment
from booking.kit.errors import NotFound, WrongMoment
from booking.payments.charges import NothingToPay
from booking.payments.gateway import Checkout, CheckoutOrder, GatewayDown, GatewayRefused
from booking.payments.models import Attempt, ChargeKind
from booking.services import Services
from tests.journeys.standing import DEPOSIT, HELD, replace, standing
from tests.journeys.trips import (
    DECLINED,
    LINKS,
    a_case,
    a_confirmed,
    a_hold,
    come_back,
    helper_of,
    patient_of,
    pay,
    pay_on,
)
from tests.outside import Clock

MINUTE = timedelta(minutes=1)


class Down:
    """A payment company that does not do what it is asked."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    async def start_checkout(self, _order: CheckoutOrder) -> Checkout:
        raise self.fault


async def start(services: Services, booking: Booking, kind: ChargeKind = ChargeKind.DEPOSIT, **other: object) -> str:
    asked = {"viewer": await patient_of(await booking.case), "payments": services.payments, **other}
    viewer = asked.pop("viewer")
    return await start_payment(viewer, booking.code, kind, links=LINKS, now=services.now(), **asked)  # type: ignore[arg-type]  # fakes


async def test_the_page_asks_for_the_deposit_and_the_hold_outlives_it(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    clock.at += 40 * MINUTE

    url = await start(services, booking)

    attempt = await Attempt.get(charge__booking_id=booking.id)
    assert (attempt.url, attempt.expires_at) == (url, services.now() + CHECKOUT_LASTS)
    assert await standing(booking) == replace(HELD, charges=(("deposit", "due", DEPOSIT),), attempts=("open",))
    assert (await Booking.get(id=booking.id)).lapses_at == services.now() + CHECKOUT_LASTS + GRACE


async def test_asked_again_the_same_page_is_given_and_the_hold_grows_no_longer(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    clock.at += 40 * MINUTE
    first = await start(services, booking)
    until = (await Booking.get(id=booking.id)).lapses_at
    clock.at += 20 * MINUTE

    again = await start(services, booking)

    assert (again, (await Booking.get(id=booking.id)).lapses_at) == (first, until)


async def test_after_a_declined_card_the_same_page_takes_another(world: World, services: Services) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)

    declined = await pay_on(await start(services, booking), DECLINED)
    await pay(await patient_of(await booking.case), booking, services)
    await come_back(booking, services)

    assert declined.status_code == 402
    assert (await standing(booking)).story == ("held", "confirmed")
    assert await Attempt.filter(charge__booking_id=booking.id).count() == 1


async def test_no_money_is_taken_before_the_time_to_think_is_over(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await a_hold(await a_case(world, Stage.CONSENTED, now=services.now()), services)

    with pytest.raises(StillThinking) as refusal:
        await start(services, booking)
    assert refusal.value.text.into("en") == (
        "You have time to think until Friday 15 January 2027, 08:00 in Antigua. "
        "The deposit can be paid from then on, not before."
    )
    assert await standing(booking) == HELD

    clock.at += timedelta(hours=71)
    assert (await start(services, booking)).startswith("http")


async def test_a_hold_that_is_over_is_not_paid_for(world: World, services: Services, clock: Clock) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    clock.at += 60 * MINUTE

    with pytest.raises(HoldOver):
        await start(services, booking)
    assert await Attempt.all().count() == 0


async def test_a_helper_needs_leave_to_pay_and_a_stranger_finds_nothing(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_hold(case, services)
    acts = await helper_of(case, world.people["folake"], Scope.ACT, now=services.now())
    pays = await helper_of(case, world.people["folake"], Scope.PAY, now=services.now())

    with pytest.raises(NotAllowedByThePatient):
        await start(services, booking, viewer=acts)
    with pytest.raises(NotFound):
        await start(services, booking, viewer=viewer_for(world.people["helene"]))
    assert (await start(services, booking, viewer=pays)).startswith("http")


@pytest.mark.parametrize("fault", [GatewayDown("no answer"), GatewayRefused("no")])
async def test_while_stripe_is_down_nothing_is_lost(world: World, services: Services, fault: Exception) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)

    with pytest.raises(PaymentPageDown):
        await start(services, booking, payments=Down(fault))
    down = await standing(booking)
    url = await start(services, booking)
    await pay_on(url)
    await come_back(booking, services)

    assert (down.story, down.claims) == (("held",), "held")
    assert (await standing(booking)).story == ("held", "confirmed")


async def test_a_crash_between_key_and_page_goes_on_under_the_same_key(world: World, services: Services) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    with pytest.raises(PaymentPageDown):
        await start(services, booking, payments=Down(GatewayDown("the answer was lost")))
    key = (await Attempt.get(charge__booking_id=booking.id)).idempotency_key

    await start(services, booking)

    assert [each.idempotency_key for each in await Attempt.filter(charge__booking_id=booking.id)] == [key]


async def test_what_is_paid_or_not_yet_due_is_not_asked_for(world: World, services: Services) -> None:
    held = await a_hold(await a_case(world, who="helene", now=services.now()), services)
    booking = await a_confirmed(await a_case(world, now=services.now()), services)
    await pay(await patient_of(await booking.case), booking, services, ChargeKind.BALANCE)
    await come_back(booking, services)

    with pytest.raises(WrongMoment):
        await start(services, held, ChargeKind.BALANCE)
    with pytest.raises(WrongMoment):
        await start(services, booking)
    with pytest.raises(NothingToPay):
        await start(services, booking, ChargeKind.BALANCE)
