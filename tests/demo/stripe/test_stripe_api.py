"""The simulator as the bare SDK and bare HTTP meet it."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe

from booking.demo.stripe.wire import nested
from tests.demo.stripe.rigs import KEY
from tests.outside import PLAIN

PAYMENT = {"amount": 1_000, "currency": "usd", "confirm": True}


@pytest.fixture
def sdk(address: str) -> stripe.StripeClient:
    return stripe.StripeClient(KEY, base_addresses={"api": address}, max_network_retries=0)


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(verify=PLAIN, base_url=address, headers={"Authorization": f"Bearer {KEY}"}) as client:
        yield client


def test_a_form_with_brackets_is_read_as_stripe_reads_it() -> None:
    assert nested("a=1&b[c]=2&d[0][e]=3&d[1][e]=4&f[]=5&f[]=6") == {
        "a": "1",
        "b": {"c": "2"},
        "d": {"0": {"e": "3"}, "1": {"e": "4"}},
        "f": {"4": "5", "5": "6"},
    }


def test_a_decline_is_kept_with_its_key_and_another_key_is_another_try(http: httpx.Client) -> None:
    def confirm(method: str, key: str) -> httpx.Response:
        body = {"amount": "1000", "currency": "usd", "confirm": "true", "payment_method": method}
        return http.post("/v1/payment_intents", data=body, headers={"Idempotency-Key": key})

    declined, again = confirm("pm_card_chargeDeclined", "k1"), confirm("pm_card_chargeDeclined", "k1")
    conflict, paid = confirm("pm_card_visa", "k1"), confirm("pm_card_visa", "k2")

    assert [answer.status_code for answer in (declined, again, conflict, paid)] == [402, 402, 400, 200]
    assert (declined.json(), again.headers["Idempotent-Replayed"]) == (again.json(), "true")
    assert (declined.json()["error"]["code"], conflict.json()["error"]["type"], paid.json()["status"]) == (
        "card_declined",
        "idempotency_error",
        "succeeded",
    )


def test_a_decline_is_a_card_error_to_the_sdk(sdk: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as refused:
        sdk.v1.payment_intents.create({**PAYMENT, "payment_method": "pm_card_chargeDeclined"})  # type: ignore[typeddict-item]

    assert (refused.value.code, refused.value.http_status) == ("card_declined", 402)


async def test_a_key_in_use_is_a_conflict(address: str) -> None:
    async with httpx.AsyncClient(verify=PLAIN, base_url=address, headers={"Authorization": f"Bearer {KEY}"}) as http:
        await http.post("/_control/faults", json={"answer": "slow", "seconds": 0.5, "path": "/v1/payment"})
        body = {"amount": "1000", "currency": "usd"}

        async def ask() -> int:
            answer = await http.post("/v1/payment_intents", data=body, headers={"Idempotency-Key": "k1"})
            return answer.status_code

        answers = await asyncio.gather(*(ask() for _ in range(3)))

    assert sorted(answers) == [200, 409, 409]


def test_what_was_not_executed_may_be_corrected_under_its_key(http: httpx.Client) -> None:
    http.post("/_control/faults", json={"answer": "500", "path": "/v1/payment"})
    body = {"amount": "1000", "currency": "usd"}
    headers = {"Idempotency-Key": "k1"}

    answers = [
        http.post("/v1/payment_intents", data=data, headers=headers).status_code
        for data in (body, {**body, "amount": "0"}, body)
    ]

    assert answers == [500, 400, 200]


@pytest.mark.parametrize(
    ("authorization", "said"),
    [
        ("", "You did not provide an API key"),
        ("Bearer sk_live_abc", "It refuses live keys"),
        ("Bearer nonsense", "Invalid API Key provided: nonsens"),
    ],
)
def test_only_a_test_key_opens_it(address: str, authorization: str, said: str) -> None:
    answer = httpx.get(f"{address}/v1/events", headers={"Authorization": authorization}, verify=PLAIN)

    assert (answer.status_code, said in answer.json()["error"]["message"]) == (401, True)


@pytest.mark.parametrize(
    ("changed", "code", "param"),
    [
        ({"mode": ""}, "parameter_missing", "mode"),
        ({"succes_url": "x"}, "parameter_unknown", "succes_url"),
        ({"success_url": ""}, "parameter_missing", "success_url"),
        (
            {"line_items[0][price_data][unit_amount]": "12.5"},
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        ({"cancel_url": "javascript:alert(1)"}, "url_invalid", "cancel_url"),
        ({"expires_at": "1"}, None, "expires_at"),
    ],
)
def test_a_bad_session_is_refused_as_stripe_refuses_it(
    http: httpx.Client, changed: dict[str, str], code: str | None, param: str
) -> None:
    good = {
        "mode": "payment",
        "success_url": "http://shop.example/",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "1000",
        "line_items[0][price_data][product_data][name]": "Deposit",
        "expires_at": str(int(time.time()) + 3600),
    }

    answer = http.post("/v1/checkout/sessions", data={**good, **changed})
    error: dict[str, Any] = answer.json()["error"]

    assert http.post("/v1/checkout/sessions", data=good).status_code == 200
    assert (answer.status_code, error["type"], error.get("code"), error["param"]) == (
        400,
        "invalid_request_error",
        code,
        param,
    )


def test_a_long_list_is_paged_through_by_the_sdk(sdk: stripe.StripeClient) -> None:
    made = [sdk.v1.payment_intents.create({**PAYMENT, "payment_method": "pm_card_visa"}) for _ in range(3)]  # type: ignore[typeddict-item]

    events = list(sdk.v1.events.list({"type": "payment_intent.succeeded", "limit": 2}).auto_paging_iter())

    assert [event.data.object["id"] for event in events] == [intent.id for intent in reversed(made)]


def test_a_part_and_then_the_rest_is_refunded_by_the_sdk(sdk: stripe.StripeClient) -> None:
    intent = sdk.v1.payment_intents.create({**PAYMENT, "payment_method": "pm_card_visa"})  # type: ignore[typeddict-item]
    for _ in range(2):
        sdk.v1.refunds.create({"payment_intent": intent.id, "amount": 500})

    charge = sdk.v1.charges.retrieve(str(intent.latest_charge))
    listed = sdk.v1.refunds.list({"payment_intent": intent.id})

    assert (charge.amount_refunded, charge.refunded, [refund.amount for refund in listed.data]) == (
        1_000,
        True,
        [500, 500],
    )


def test_what_it_does_not_have_is_said_in_stripes_shape(http: httpx.Client) -> None:
    answer = http.post("/v1/subscriptions", data={})

    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")
