"""The demo's outside world in its web process: the Stripe simulator and the mailbox beside the application, on one port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.routing import Mount

from booking.demo.clock import DemoClock
from booking.demo.mailbox import create_mailbox
from booking.demo.mailbox.server import MailServer
from booking.demo.mailbox.store import MailStore
from booking.demo.stripe.app import create_simulator
from booking.settings import Settings

STRIPE: Final = "/simulated/stripe"
MAILBOX: Final = "/simulated/mailbox"


def beside(app: Starlette, settings: Settings, clock: DemoClock, folder: Path) -> Starlette:
    """The application with the simulated outside world next to it, all of it running while the whole does."""
    mails = folder / "mailbox.sqlite"
    simulator = create_simulator(
        folder / "stripe.sqlite",
        f"{settings.public_url}/hooks/stripe",
        settings.stripe_webhook_secret,
        base_path=STRIPE,
        public_url=settings.public_url,
        clock=clock.seconds,
    )

    @asynccontextmanager
    async def lifespan(_whole: Starlette) -> AsyncIterator[None]:
        server = MailServer(MailStore(mails), clock)
        async with (
            app.router.lifespan_context(app),
            simulator.router.lifespan_context(simulator),
            server.listening(settings.smtp.host, settings.smtp.port),
        ):
            yield

    whole = Starlette(
        routes=[Mount(STRIPE, simulator), Mount(MAILBOX, create_mailbox(mails, MAILBOX)), Mount("/", app)],
        lifespan=lifespan,
    )
    whole.state.app = app
    return whole
