import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from booking.kit.db import _line
from booking.kit.money import Money
from booking.payments.gateway import (
    BadSignature,
    Checkout,
    CheckoutStatus,
    EventKind,
    GatewayDown,
    GatewayRefused,
    RefundResult,
    RefundState,
)
from booking.payments.stripe import LiveKeyBesideSimulator, StripeGateway
from tests.demo.stripe.conftest import Clock
from tests.demo.stripe.rigs import KEY, SECRET, Shop, eventually, fill_in, order
from tests.outside import PLAIN


async def paid_checkout(gateway: StripeGateway, **changes: object) -> Checkout:
    opened = await gateway.start_checkout(order(**changes))
    await fill_in(opened.url or "")
    return await gateway.find_checkout(opened.session_id)


async def plan_fault(address: str, **fault: object) -> None:
    async with httpx.AsyncClient(verify=PLAIN) as http:
        (await http.post(f"{address}/_control/faults", json=fault)).raise_for_status()


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc"])
def test_a_live_key_is_refused_beside_a_simulator(key: str) -> None:
    with pytest.raises(LiveKeyBesideSimulator):
        StripeGateway(key, SECRET, "http://127.0.0.1:1")


async def test_a_checkout_is_opened_paid_and_found(gateway: StripeGateway, address: str) -> None:
    opened = await gateway.start_checkout(order())
    answer = await fill_in(opened.url or "")
    found = await gateway.find_checkout(opened.session_id)

    assert opened == Checkout(
        session_id=opened.session_id,
        status=CheckoutStatus.OPEN,
        paid=False,
        money=Money(125_000, "USD"),
        payment_intent=None,
        url=f"{address}/c/pay/{opened.session_id}",
        idempotency_key="pay-1",
    )
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"http://shop.example/paid?session={opened.session_id}",
    )
    assert found.payment_intent is not None
    assert found == replace(
        opened, status=CheckoutStatus.COMPLETE, paid=True, url=None, payment_intent=found.payment_intent
    )


@pytest.mark.parametrize("money", [Money(90_000, "JPY"), Money(12_500, "KWD"), Money(1_250, "ISK")])
async def test_currencies_without_cents_come_back_as_they_went(gateway: StripeGateway, money: Money) -> None:
    assert (await paid_checkout(gateway, money=money)).money == money


async def test_an_amount_that_stripe_would_round_is_refused_before_it_is_sent(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused) as refused:
        await gateway.start_checkout(order(money=Money(12_501, "KWD")))

    assert refused.value.code == "amount_not_payable"


async def test_the_same_key_gives_the_same_checkout_and_another_order_under_it_is_refused(
    gateway: StripeGateway,
) -> None:
    first = await gateway.start_checkout(order())

    again = await gateway.start_checkout(order())
    with pytest.raises(GatewayRefused, match="same parameters"):
        await gateway.start_checkout(order(money=Money(1_000, "USD")))

    assert again.session_id == first.session_id


async def test_a_checkout_can_be_closed_unless_it_was_paid(gateway: StripeGateway) -> None:
    opened = await gateway.start_checkout(order())
    paid = await paid_checkout(gateway, idempotency_key="pay-2")

    closed = [await gateway.expire_checkout(one) for one in (opened.session_id, opened.session_id, paid.session_id)]

    assert [one.status for one in closed] == [CheckoutStatus.EXPIRED, CheckoutStatus.EXPIRED, CheckoutStatus.COMPLETE]


async def test_a_refund_goes_back_once_per_key_and_never_more_than_was_paid(gateway: StripeGateway) -> None:
    intent = (await paid_checkout(gateway)).payment_intent or ""

    first = await gateway.refund(intent, Money(100_000, "USD"), "refund-1", "health")
    again = await gateway.refund(intent, Money(100_000, "USD"), "refund-1", "health")
    with pytest.raises(GatewayRefused, match="greater than unrefunded amount"):
        await gateway.refund(intent, Money(25_001, "USD"), "refund-2", "health")
    await gateway.refund(intent, Money(25_000, "USD"), "refund-3", "health")
    with pytest.raises(GatewayRefused) as refused:
        await gateway.refund(intent, Money(1, "USD"), "refund-4", "health")

    assert first == RefundResult(first.refund_id, intent, Money(100_000, "USD"), RefundState.DONE)
    assert [again, await gateway.find_refund(first.refund_id)] == [first, first]
    assert refused.value.code == "charge_already_refunded"


async def test_a_refusal_is_kept_with_its_key(gateway: StripeGateway) -> None:
    intent = (await paid_checkout(gateway)).payment_intent or ""
    for _ in range(2):
        with pytest.raises(GatewayRefused, match="greater than unrefunded amount"):
            await gateway.refund(intent, Money(125_001, "USD"), "refund-1", "health")


async def test_what_happened_is_told_by_signed_webhooks(gateway: StripeGateway, shop: Shop) -> None:
    paid = await paid_checkout(gateway)
    refunded = await gateway.refund(paid.payment_intent or "", Money(25_000, "USD"), "refund-1", "health")

    def both_told() -> bool:
        return any(b'"refund.updated"' in raw for raw, _ in shop.heard)

    assert await eventually(both_told)
    events = [gateway.read_event(raw, signature, datetime.now(UTC)) for raw, signature in shop.heard]
    told = {
        (event.kind, event.session_id, event.payment_intent, event.refund_id, event.money, event.idempotency_key)
        for event in events
        if event.kind is not EventKind.OTHER
    }
    intent, captured = paid.payment_intent, Money(125_000, "USD")

    assert told == {
        (EventKind.CAPTURED, paid.session_id, intent, None, captured, "pay-1"),
        (EventKind.CAPTURED, None, intent, None, captured, "pay-1"),
        (EventKind.REFUND_CHANGED, None, intent, refunded.refund_id, Money(25_000, "USD"), "refund-1"),
    }


async def test_a_webhook_that_is_forged_changed_or_old_is_not_believed(gateway: StripeGateway, shop: Shop) -> None:
    await paid_checkout(gateway)
    raw, signature = (await eventually(lambda: shop.heard))[0]
    now = datetime.now(UTC)
    other = StripeGateway(KEY, "whsec_other")

    for reader, body, signed, moment in (
        (gateway, raw.replace(b"1", b"2", 1), signature, now),
        (gateway, raw, "", now),
        (gateway, raw, "t=1,v1=00", now),
        (gateway, b"\xff", signature, now),
        (other, raw, signature, now),
        (gateway, raw, signature, now + timedelta(seconds=310)),
    ):
        with pytest.raises(BadSignature):
            reader.read_event(body, signed, moment)
    await other.close()


async def test_lost_events_are_found_by_asking(gateway: StripeGateway, address: str, shop: Shop) -> None:
    async with httpx.AsyncClient(verify=PLAIN) as http:
        await http.post(f"{address}/_control/webhooks", json={"mode": "drop"})
    before = datetime.now(UTC) - timedelta(seconds=1)
    paid = await paid_checkout(gateway)
    await gateway.refund(paid.payment_intent or "", Money(1, "USD"), "refund-1", "health")

    found = await gateway.events_since(before)

    assert [event.kind for event in found] == [EventKind.CAPTURED] * 2 + [EventKind.REFUND_CHANGED] * 2
    assert (await gateway.events_since(datetime.now(UTC) + timedelta(seconds=5)), shop.heard) == ([], [])


async def test_a_session_whose_time_is_over_expires_and_is_told(
    gateway: StripeGateway, clock: Clock, shop: Shop
) -> None:
    opened = await gateway.start_checkout(order())
    clock.ahead = 3 * 60 * 60

    assert await eventually(lambda: any(b"checkout.session.expired" in raw for raw, _ in shop.heard))
    assert (await gateway.find_checkout(opened.session_id)).status is CheckoutStatus.EXPIRED
    assert (await fill_in(opened.url or "")).status_code == 410


@pytest.mark.parametrize("answer", ["500", "429"])
async def test_trouble_at_stripe_means_later(gateway: StripeGateway, address: str, answer: str) -> None:
    await plan_fault(address, answer=answer, calls=9)

    with pytest.raises(GatewayDown):
        await gateway.start_checkout(order())


async def test_an_answer_that_was_lost_is_given_again_under_its_key(address: str) -> None:
    gateway = StripeGateway(KEY, SECRET, address, timeout_seconds=0.3)
    await plan_fault(address, answer="timeout", when="after", path="/v1/checkout", calls=1, seconds=0.5)

    opened = await gateway.start_checkout(order())

    async with httpx.AsyncClient(verify=PLAIN, headers={"Authorization": f"Bearer {KEY}"}) as http:
        listed = (await http.get(f"{address}/v1/checkout/sessions")).json()["data"]
    assert [one["id"] for one in listed] == [opened.session_id]
    await gateway.close()


async def test_nobody_there_means_later() -> None:
    gateway = StripeGateway(KEY, SECRET, "http://127.0.0.1:9", timeout_seconds=1)

    with pytest.raises(GatewayDown):
        await gateway.find_checkout("cs_test_x")
    await gateway.close()


async def test_what_does_not_exist_is_refused(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused) as refused:
        await gateway.find_checkout("cs_test_x")

    assert refused.value.code == "resource_missing"


async def test_stripe_is_never_called_inside_a_transaction(gateway: StripeGateway) -> None:
    inside = _line.set(object())
    try:
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await gateway.find_checkout("cs_test_x")
    finally:
        _line.reset(inside)


async def test_two_requests_with_one_key_at_once_are_one_checkout(gateway: StripeGateway, address: str) -> None:
    await plan_fault(address, answer="slow", path="/v1/checkout", calls=1, seconds=0.3)
    asked = order()

    opened = await asyncio.gather(*(gateway.start_checkout(asked) for _ in range(2)))

    assert len({one.session_id for one in opened}) == 1
