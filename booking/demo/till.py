"""Where the demo's families pay before its web process serves Stripe's simulator: the same simulator, on a port of its own."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking
from booking.demo.outside import STRIPE
from booking.demo.stripe.app import create_simulator
from booking.journeys.links import Links
from booking.journeys.settle_payment import settle_checkout
from booking.journeys.start_deposit import start_payment
from booking.payments.models import Attempt, ChargeKind
from booking.payments.stripe import StripeGateway
from booking.settings import Settings

CARD: Final = {"number": "4242 4242 4242 4242", "expiry": "12 / 49", "cvc": "123", "name": "AN EXAMPLE"}


@dataclass(slots=True)
class Till:
    """`at` is the moment by the simulator's clock: stays that are over were paid long ago."""

    payments: StripeGateway
    address: str
    links: Links
    at: datetime

    def clock(self) -> float:
        return self.at.timestamp()

    async def pay(self, family: Viewer, booking: Booking, kind: ChargeKind, *, now: datetime) -> None:
        """Pay with a card on the simulated page, and come back from it."""
        self.at = now
        page = await start_payment(family, booking.code, kind, payments=self.payments, links=self.links, now=now)
        async with httpx.AsyncClient() as browser:
            await browser.post(self.address + urlsplit(page).path, data=CARD)
        paid = await Attempt.get(charge__booking_id=booking.id, charge__kind=kind)
        await settle_checkout(paid.session_id or "", payments=self.payments, links=self.links, now=now)


@asynccontextmanager
async def open_till(settings: Settings, folder: Path, *, now: datetime) -> AsyncIterator[Till]:
    """The simulator keeps in `folder` what it hears, for the web process to go on with."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        payments = StripeGateway(settings.stripe_secret_key, settings.stripe_webhook_secret, address + STRIPE)
        till = Till(payments, address, Links(settings.public_url), now)
        simulator = create_simulator(
            folder / "stripe.sqlite",
            None,
            settings.stripe_webhook_secret,
            base_path=STRIPE,
            public_url=settings.public_url,
            clock=till.clock,
        )
        app = Starlette(routes=[Mount(STRIPE, simulator)])
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
        async with simulator.router.lifespan_context(simulator):
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
                await asyncio.sleep(0.01)
            try:
                yield till
            finally:
                await payments.close()
                server.should_exit = True
                await serving
