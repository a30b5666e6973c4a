import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from booking.demo.stripe.app import create_simulator
from booking.payments.stripe import StripeGateway
from tests.demo.stripe.rigs import KEY, SECRET, Shop
from tests.outside import free_socket, served


@dataclass
class Clock:
    """Stripe's clock, which a test may put forward."""

    ahead: float = field(default=0.0)

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def address(tmp_path: Path, shop: Shop, clock: Clock) -> Iterator[str]:
    """A simulator with controls, telling the shop."""
    listening, hooks = free_socket(), free_socket()
    with served(shop.app(), hooks) as shop_address:
        simulator = create_simulator(
            tmp_path / "stripe.sqlite",
            f"{shop_address}/hooks/stripe",
            SECRET,
            public_url=f"http://127.0.0.1:{listening.getsockname()[1]}",
            controls=True,
            clock=clock,
            first_retry_seconds=0.05,
        )
        with served(simulator, listening) as url:
            yield url


@pytest.fixture
async def gateway(address: str) -> AsyncIterator[StripeGateway]:
    made = StripeGateway(KEY, SECRET, address, timeout_seconds=5)
    yield made
    await made.close()
