"""The worker: APScheduler as the clock, and nothing else. What is due is rows, so two workers may run.

A tick that is under way when the worker is told to stop is let finish.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from booking.database import database
from booking.documents.sweep import sweep
from booking.journeys.complete_stays import complete_stays
from booking.journeys.keep_holidays import keep_holidays
from booking.journeys.links import Links
from booking.journeys.offer_freed import offer_freed
from booking.journeys.purge_drafts import purge_drafts
from booking.journeys.reconcile_payments import reconcile_payments
from booking.journeys.send_refunds import send_refunds
from booking.journeys.sweep_lapses import sweep_lapses
from booking.kit.logs import logger
from booking.messages.compose import Composer
from booking.messages.deliver import Deliverer
from booking.services import Services

log = logger(__name__)

PULSE: Final = timedelta(seconds=5)
LEAP: Final = timedelta(seconds=5)
CONNECTIONS: Final = 16  # eight messages at a time, and every tick beside them


@dataclass(frozen=True, slots=True)
class Tick:
    """Something that is done over and over. It must be safe to run in two workers at once."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[object]]


def ticks(services: Services, deliverer: Deliverer) -> tuple[Tick, ...]:
    """What the clock does, and how often."""
    now, stripe = services.now, services.payments
    links = Links(services.settings.public_url)
    return (
        Tick("deliver", timedelta(seconds=1), deliverer.tick),
        Tick("send refunds", timedelta(seconds=10), lambda: send_refunds(payments=stripe, links=links, now=now())),
        Tick("sweep lapses", timedelta(seconds=15), lambda: sweep_lapses(now=now())),
        Tick("waiting list", timedelta(seconds=15), lambda: offer_freed(now=now())),
        Tick("reconcile", timedelta(seconds=60), lambda: reconcile_payments(payments=stripe, links=links, now=now())),
        Tick("complete stays", timedelta(minutes=10), lambda: complete_stays(now=now())),
        Tick("purge drafts", timedelta(hours=1), lambda: purge_drafts(now=now())),
        Tick("keep holidays", timedelta(hours=12), lambda: keep_holidays(now=now())),
        Tick("sweep files", timedelta(hours=1), lambda: _sweep_files(services)),
    )


async def _sweep_files(services: Services) -> None:
    swept = await sweep(services.files, now=services.now())
    if swept.missing:
        log.error("files.missing", count=len(swept.missing), first=swept.missing[0])


async def work(services: Services) -> None:
    """Tick until SIGTERM or Ctrl-C, then finish what is under way."""
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    settings = services.settings
    deliverer = Deliverer(
        services.mail, Composer(public_url=settings.public_url, sender=settings.mail_from), services.now
    )
    async with database(settings.database.credentials(), connections_at_most=CONNECTIONS):
        await keep_ticking(ticks(services, deliverer), until=told_to_stop, heartbeat=settings.heartbeat)
        await deliverer.finish()


async def keep_ticking(table: Sequence[Tick], *, until: asyncio.Event, heartbeat: Path | None = None) -> None:
    """Run the table's ticks, each at once and then as often as it says, and let those under way finish at the end."""
    under_way: set[asyncio.Task[None]] = set()
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 300}
    )

    async def run(tick: Tick) -> None:
        # A task of our own: the scheduler's shutdown would cancel its own in the middle of their work.
        task = asyncio.create_task(_run(tick), name=tick.name)
        under_way.add(task)
        task.add_done_callback(under_way.discard)
        await asyncio.shield(task)

    for tick in table:
        scheduler.add_job(
            run, "interval", [tick], seconds=tick.every.total_seconds(), id=tick.name, next_run_time=datetime.now(UTC)
        )
    scheduler.start()
    log.info("worker.started", ticks=len(table))
    await _pulse(scheduler, until, heartbeat)
    scheduler.pause()
    await asyncio.gather(*under_way)
    scheduler.shutdown(wait=False)
    log.info("worker.stopped")


async def _run(tick: Tick) -> None:
    try:
        await tick.work()
    except Exception as fault:  # noqa: BLE001 - whatever it was, the next tick tries again and the others go on
        log.error("tick.failed", fault=fault, tick=tick.name)  # noqa: TRY400 - a fault's text may quote data


async def _pulse(scheduler: AsyncIOScheduler, until: asyncio.Event, heartbeat: Path | None) -> None:
    """Show that we live. If the machine's clock was set back, tick now rather than when it gets there again (G23)."""
    before = time.time() - time.monotonic()
    while not until.is_set():
        if heartbeat is not None:
            await asyncio.to_thread(heartbeat.touch)
        after = time.time() - time.monotonic()
        if abs(after - before) > LEAP.total_seconds():
            log.warning("clock.leapt", seconds=round(after - before))
            for job in scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
        before = after
        try:
            async with asyncio.timeout(PULSE.total_seconds()):
                await until.wait()
        except TimeoutError:
            continue
