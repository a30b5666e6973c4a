"""What a hold asks of the database, recorded from the program itself, so that a bare endpoint asks exactly the same."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from tortoise import connections

from booking.app import create_app
from booking.kit.db import run
from booking.services import connect
from booking.settings import Settings
from tests.bench.asked import FAR, Asked
from tests.bench.scratch import Scratch, Wish

MARK_BOOKINGS: Final = f"SELECT setval(pg_get_serial_sequence('booking', 'id'), {FAR})"


async def record(scratch: Scratch) -> Path:
    """Hold the dates of every wish once, and write down what is asked; then all is as if nothing had been held."""
    await run(MARK_BOOKINGS)
    app = create_app(connect(Settings.from_env(scratch.environment)))
    headers = {"Authorization": f"Bearer {scratch.world.partner_key}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://bench", headers=headers
    ) as partner:
        asked = [await _asked(partner, wish) for wish in scratch.wishes]
    await scratch.forget_holds()
    kept = scratch.folder / "asked.pickle"
    kept.write_bytes(pickle.dumps(asked))
    return kept


async def _asked(partner: httpx.AsyncClient, wish: Wish) -> list[Asked]:
    with _listening() as asked:
        code = wish.case.code
        answer = await partner.post(
            f"/api/v1/cases/{code}/hold", json={"token": wish.token}, headers={"Idempotency-Key": code}
        )
    answer.raise_for_status()
    return asked


@contextmanager
def _listening() -> Iterator[list[Asked]]:
    """What is sent while one task at a time uses the pool: all of it on the connection that was used last."""
    asked: list[Asked] = []

    def note(query: Any) -> None:
        asked.append(Asked(query.query, tuple(query.args or ())))

    pool: Any = connections.get("default")
    [line] = [holder._con for holder in pool._pool._holders if holder._con is not None]
    with line.query_logger(note):
        yield asked
