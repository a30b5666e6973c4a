"""Stripe's webhook: believed only if it is signed, acted on once."""

import hashlib
import hmac
import json

from booking.demo.world import World
from booking.payments.models import StripeEvent
from booking.services import Services
from tests.outside import WEBHOOK_SECRET
from tests.web.conftest import Visit

EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.payment_failed",
    "created": 1_800_000_000,
    "data": {"object": {"object": "payment_intent", "id": "pi_1", "currency": "usd", "metadata": {}}},
}


def signature(body: bytes, at: int, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    seal = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={at},v1={seal}"}


async def test_a_signed_event_is_taken_once_and_answered_each_time(
    visit: Visit, world: World, services: Services
) -> None:
    body, at = json.dumps(EVENT).encode(), int(services.now().timestamp())

    told = [await visit.anonymous.post("/hooks/stripe", content=body, headers=signature(body, at)) for _ in range(3)]

    assert [answer.status_code for answer in told] == [200, 200, 200]
    assert await StripeEvent.filter(event_id="evt_1").count() == 1


async def test_what_is_not_signed_by_stripe_is_refused(visit: Visit, world: World, services: Services) -> None:
    body, at = json.dumps(EVENT).encode(), int(services.now().timestamp())
    garbage = b"\xff\x00 not json"
    refused = [
        await visit.anonymous.post("/hooks/stripe", content=content, headers=headers)
        for content, headers in (
            (body, {}),
            (body, {"Stripe-Signature": "t=,v1="}),
            (body, signature(body, at, "whsec_other")),
            (body + b" ", signature(body, at)),
            (body, signature(body, at - 301)),
            (garbage, signature(garbage, at)),
        )
    ]

    assert [answer.status_code for answer in refused] == [400] * 6
    assert {answer.headers["content-type"] for answer in refused} == {"application/problem+json"}
    assert await StripeEvent.all().count() == 0
