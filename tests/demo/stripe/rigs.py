"""The simulator and a shop's webhook, each over real HTTP on a port of its own."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from booking.kit.money import Money
from booking.payments.gateway import CheckoutOrder
from tests.outside import PLAIN

KEY = "sk_test_example"
SECRET = "whsec_example"


@dataclass
class Shop:
    """Hears webhooks; answers what is queued in `answers`, then 200."""

    heard: list[tuple[bytes, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/hooks/stripe", self.hear, methods=["POST"])])

    async def hear(self, request: Request) -> Response:
        self.heard.append((await request.body(), request.headers["Stripe-Signature"]))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)


# The same order asked for twice is the same to the second: an idempotency key is compared with all it came with.
BEGAN = datetime.now(UTC)


def order(**changes: Any) -> CheckoutOrder:
    values: dict[str, Any] = {
        "charge_code": "LW-7K3M-2QXD",
        "money": Money(125_000, "USD"),
        "what_for": "Deposit for your stay",
        "email": "ana@example.org",
        "language": "en",
        "success_url": "http://shop.example/paid?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://shop.example/back",
        "expires_at": BEGAN + timedelta(hours=2),
        "idempotency_key": "pay-1",
    }
    return CheckoutOrder(**{**values, **changes})


def card(number: str, **changes: str) -> dict[str, str]:
    return {"number": number, "expiry": "04 / 34", "cvc": "123", "name": "Ana Silva", **changes}


async def fill_in(url: str, number: str = "4242 4242 4242 4242", **changes: str) -> httpx.Response:
    """What a browser without JavaScript sends from the hosted page; redirects are not followed."""
    async with httpx.AsyncClient(verify=PLAIN) as browser:
        return await browser.post(url, data=card(number, **changes))


async def eventually(found: Callable[[], Any], seconds: float = 5) -> Any:
    """What `found` gives once it gives something."""
    until = time.monotonic() + seconds
    while not (seen := found()) and time.monotonic() < until:  # noqa: ASYNC110 - another thread's doing
        await asyncio.sleep(0.02)
    return seen


def words_of(page: str) -> str:
    """The page's text without its markup, spaces made one."""
    return re.sub(r"[\s\u00a0]+", " ", re.sub(r"<[^>]+>", " ", page))
