"""The simulator as an ASGI application: alone under uvicorn, or mounted in the demo's web process."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette

from booking.demo.stripe.api import Api, forget_unfinished
from booking.demo.stripe.controls import Controls
from booking.demo.stripe.pages import Pages
from booking.demo.stripe.store import Store
from booking.demo.stripe.webhooks import Deliveries
from booking.demo.stripe.world import World


def create_simulator(
    store_path: Path,
    webhook_url: str | None,
    webhook_secret: str,
    base_path: str = "",
    *,
    public_url: str,
    controls: bool = False,
    clock: Callable[[], float] = time.time,
    first_retry_seconds: float = 1.0,
) -> Starlette:
    """Stripe, simulated, with all its state in one SQLite file.

    The SDK's address is `public_url + base_path`, and hosted pages are below it. Webhooks are told while the
    application's lifespan runs; a mounted application's is not run by its host, which does so itself:

        async with simulator.router.lifespan_context(simulator): ...

    `controls` opens `/_control` to anyone who can reach it: for tests only.
    """
    world = World(
        store=Store(store_path),
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
        root=public_url.rstrip("/") + base_path,
        base_path=base_path,
        clock=clock,
        first_retry_seconds=first_retry_seconds,
    )
    deliveries = Deliveries(world)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        forget_unfinished(world)
        telling = asyncio.create_task(deliveries.run())
        try:
            yield
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling
            world.store.close()

    extra = Controls(world, deliveries).routes() if controls else []
    return Starlette(routes=[*Pages(world).routes(), *extra, *Api(world).routes()], lifespan=lifespan)
