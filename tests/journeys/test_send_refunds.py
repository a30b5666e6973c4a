"""Refunds are asked of Stripe until they are settled, under one key each, and the family is told once."""

import pytest

from booking.bookings.models import Booking
from booking.demo.world import World
from booking.journeys.cancel import cancel
from booking.journeys.send_refunds import send_refunds
from booking.kit.money import Money
from booking.payments.gateway import GatewayDown, GatewayRefused, RefundResult, RefundState
from booking.payments.models import Refund
from booking.payments.terms import RefundCause
from booking.services import Services
from tests.journeys.standing import DEPOSIT, standing
from tests.journeys.trips import LINKS, a_case, a_confirmed, events_of, patient_of, tell


class Scripted:
    """A payment company that answers refunds as it is told to."""

    def __init__(self, *answers: RefundState | Exception) -> None:
        self.answers = list(answers)
        self.keys: list[str] = []

    async def refund(self, payment_intent: str, money: Money, idempotency_key: str, _reason: str) -> RefundResult:
        self.keys.append(idempotency_key)
        return self._answer(payment_intent, money)

    async def find_refund(self, _refund_id: str) -> RefundResult:
        return self._answer("pi", Money(DEPOSIT, "USD"))

    def _answer(self, payment_intent: str, money: Money) -> RefundResult:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return RefundResult("re_1", payment_intent, money, answer)


@pytest.fixture
async def cancelled(world: World, services: Services) -> Booking:
    booking = await a_confirmed(await a_case(world, now=services.now()), services)
    viewer = await patient_of(await booking.case)
    await cancel(viewer, booking.code, RefundCause.CHANGE_OF_MIND, services=services, now=services.now())
    return booking


async def rounds(stripe: Scripted, services: Services, number: int) -> None:
    for _ in range(number):
        await send_refunds(payments=stripe, links=LINKS, now=services.now())  # type: ignore[arg-type]  # a part of it


async def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key(
    cancelled: Booking, services: Services
) -> None:
    stripe = Scripted(GatewayDown("no answer"), GatewayDown("no answer"), RefundState.DONE)

    await rounds(stripe, services, 4)

    ended = await standing(cancelled)
    assert (len(stripe.keys), len(set(stripe.keys))) == (3, 1)
    assert (ended.refunds, ended.mails) == ((("change_of_mind", "done", DEPOSIT),), ("cancelled", "refunded"))


async def test_a_refund_that_takes_days_is_followed_until_it_is_done(cancelled: Booking, services: Services) -> None:
    await rounds(Scripted(RefundState.PENDING, RefundState.PENDING), services, 2)
    waiting = await standing(cancelled)
    await rounds(Scripted(RefundState.DONE), services, 1)

    ended = await standing(cancelled)
    assert (waiting.refunds, waiting.mails) == ((("change_of_mind", "sent", DEPOSIT),), ("cancelled",))
    assert (ended.refunds, ended.mails) == ((("change_of_mind", "done", DEPOSIT),), ("cancelled", "refunded"))


async def test_a_refund_that_stripe_refuses_waits_for_a_coordinator_and_is_told_to_nobody_as_done(
    cancelled: Booking, services: Services
) -> None:
    await rounds(Scripted(GatewayRefused("the card is gone", code="expired_or_canceled_card")), services, 2)

    ended = await standing(cancelled)
    assert (ended.refunds, ended.mails) == ((("change_of_mind", "failed", DEPOSIT),), ("cancelled",))


async def test_worker_and_webhook_tell_of_one_refund_once(cancelled: Booking, services: Services) -> None:
    await send_refunds(payments=services.payments, links=LINKS, now=services.now())
    for event in await events_of(cancelled, services):
        await tell(event, services)
    await send_refunds(payments=services.payments, links=LINKS, now=services.now())

    ended = await standing(cancelled)
    assert (ended.refunds, ended.mails) == ((("change_of_mind", "done", DEPOSIT),), ("cancelled", "refunded"))
    assert await Refund.all().count() == 1
