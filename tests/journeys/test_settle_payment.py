"""Money came in: each telling takes effect once, in whatever order."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import permutations

import pytest

from booking.bookings.models import Booking
from booking.demo.world import World
from booking.journeys import settle_payment
from booking.journeys.cancel import cancel
from booking.journeys.send_refunds import send_refunds
from booking.kit.db import execute, savepoint, transaction
from booking.payments.gateway import EventKind, PaymentEvent
from booking.payments.models import Attempt, AttemptStatus, ChargeKind, Refund, StripeEvent
from booking.payments.terms import RefundCause
from booking.services import Services
from tests.journeys.standing import CONFIRMED, DEPOSIT, REST, Standing, broken_promises, replace, standing
from tests.journeys.trips import (
    LINKS,
    a_case,
    a_confirmed,
    a_hold,
    come_back,
    events_of,
    paid_for,
    patient_of,
    pay,
    tell,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_a_deposit_confirms_the_dates_and_plans_everything(world: World, services: Services) -> None:
    booking = await paid_for(world, services)

    for event in await events_of(booking, services):
        await tell(event, services)

    assert await standing(booking) == CONFIRMED
    assert await broken_promises() == []


@pytest.mark.parametrize("order", ["webhook first", "redirect first", "webhook alone", "redirect alone", "both twice"])
async def test_webhook_and_redirect_confirm_once_whoever_is_first(world: World, services: Services, order: str) -> None:
    booking = await paid_for(world, services)
    events = await events_of(booking, services)

    async def webhook() -> None:
        for event in events:
            await tell(event, services)

    async def redirect() -> None:
        await come_back(booking, services)

    steps = {
        "webhook first": [webhook, redirect],
        "redirect first": [redirect, webhook],
        "webhook alone": [webhook],
        "redirect alone": [redirect],
        "both twice": [redirect, webhook, webhook, redirect],
    }
    for step in steps[order]:
        await step()

    assert await standing(booking) == CONFIRMED
    assert await broken_promises() == []


class Undone(Exception):
    """Takes back what an order of events has done, so that the next starts from the same rows."""


async def outcomes(booking: Booking, events: Iterable[PaymentEvent], services: Services) -> set[Standing]:
    """How the booking stands after each order of the events, the first of them told again at the end."""
    found = set()
    for order in permutations(events):
        with suppress(Undone):
            async with savepoint():
                for event in (*order, order[0]):
                    await tell(event, services)
                assert await broken_promises() == []
                found.add(await standing(booking))
                raise Undone
    return found


async def test_every_order_of_a_payments_events_confirms(world: World, services: Services) -> None:
    """A declined card, the payment told twice over, and an expiry that is told of the page which was paid."""
    booking = await paid_for(world, services)
    paid = await events_of(booking, services)
    key, now = paid[0].idempotency_key, services.now()
    declined = PaymentEvent("evt_declined", EventKind.PAYMENT_FAILED, now, idempotency_key=key)
    expired = PaymentEvent("evt_expired", EventKind.CHECKOUT_EXPIRED, now, idempotency_key=key)

    assert len(paid) == 2
    assert await outcomes(booking, [*paid, declined, expired], services) == {CONFIRMED}


async def test_every_order_of_a_refunds_events_ends_in_the_same_state(world: World, services: Services) -> None:
    """The refund was made at Stripe, and we crashed before we heard the answer."""
    booking = await a_confirmed(await a_case(world, now=services.now()), services)
    viewer = await patient_of(await booking.case)
    await cancel(viewer, booking.code, RefundCause.CHANGE_OF_MIND, services=services, now=services.now())
    refund = await Refund.get(charge__booking_id=booking.id)
    attempt = await Attempt.get(id=refund.attempt_id)
    await services.payments.refund(attempt.payment_intent or "", refund.money, refund.idempotency_key, refund.reason)
    told = await events_of(booking, services)

    ended = Standing(
        case="consented",
        story=("held", "confirmed", "cancelled"),
        claims="none",
        charges=(("deposit", "refunded", DEPOSIT), ("balance", "void", REST)),
        attempts=("paid",),
        refunds=(("change_of_mind", "done", DEPOSIT),),
        mails=("cancelled", "refunded"),
    )
    assert [event.kind for event in told].count(EventKind.REFUND_CHANGED) >= 1
    assert await outcomes(booking, told, services) == {ended}


async def test_what_is_paid_twice_goes_back_once(world: World, services: Services) -> None:
    booking = await paid_for(world, services)
    # The first page's end was missed: a second attempt was opened, and both were paid.
    await Attempt.filter(charge__booking_id=booking.id).update(status=AttemptStatus.EXPIRED)
    await pay(await patient_of(await booking.case), booking, services)

    for event in await events_of(booking, services):
        await tell(event, services)
    await send_refunds(payments=services.payments, links=LINKS, now=services.now())

    assert await standing(booking) == replace(
        CONFIRMED,
        attempts=("paid", "surplus"),
        refunds=(("paid_twice", "done", DEPOSIT),),
        mails=("confirmed", "receipt", "refunded"),
    )
    assert await broken_promises() == []


async def test_the_balance_is_paid_and_no_longer_asked_for(world: World, services: Services) -> None:
    booking = await a_confirmed(await a_case(world, now=services.now()), services)

    await pay(await patient_of(await booking.case), booking, services, ChargeKind.BALANCE)
    for event in await events_of(booking, services):
        await tell(event, services)

    assert await standing(booking) == replace(
        CONFIRMED,
        charges=(("deposit", "paid", DEPOSIT), ("balance", "paid", REST)),
        attempts=("paid", "paid"),
        mails=("confirmed", "receipt", "receipt"),
        timed=12,
    )


async def test_an_event_of_another_system_is_kept_and_changes_nothing(world: World, services: Services) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    before = await standing(booking)

    await tell(
        PaymentEvent("evt_elsewhere", EventKind.CAPTURED, services.now(), payment_intent="pi_elsewhere"), services
    )

    assert await standing(booking) == before
    assert await StripeEvent.filter(event_id="evt_elsewhere", handled_at__isnull=False).count() == 1


async def test_what_fails_in_the_middle_of_a_confirmation_leaves_nothing_half_done(
    lasting_world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = await paid_for(lasting_world, services)
    events = await events_of(booking, services)
    before = await standing(booking)

    async def broken(*_: object, **__: object) -> None:
        raise ConnectionError

    for step in ("balance_of_trip", "say_about_booking", "plan_booking_messages", "mark_handled"):
        with monkeypatch.context() as patched:
            patched.setattr(settle_payment, step, broken)
            with pytest.raises(ConnectionError):
                await tell(events[0], services)
        assert await standing(booking) == before
        assert await StripeEvent.all().count() == 0

    await tell(events[0], services)
    assert await standing(booking) == CONFIRMED


async def test_of_a_cancellation_and_a_confirmation_that_race_one_wins(world: World, services: Services) -> None:
    booking = await paid_for(world, services)
    async with transaction():
        await execute("UPDATE booking SET status = 'cancelled' WHERE id = $1", booking.id)
        await execute(
            "INSERT INTO booking_event (booking_id, status, at, note) VALUES ($1, 'cancelled', $2, '')",
            booking.id,
            services.now(),
        )

    for event in await events_of(booking, services):
        await tell(event, services)

    ended = await standing(booking)
    assert (ended.case, ended.story) == ("consented", ("held", "cancelled"))
    assert ended.refunds == (("dates_gone", "wanted", DEPOSIT),)
