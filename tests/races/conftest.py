from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from booking.demo.postgres import Running
from booking.demo.world import World, build
from booking.kit.db import transaction
from tests.conftest import TOTP_KEY
from tests.outside import Clock
from tests.races.processes import web_processes


@pytest.fixture
async def world_today(clean_db: None, clock: Clock) -> World:
    """The example clinic, committed, on today's date: web processes live by the real clock, and so does ours here."""
    clock.at = datetime.now(UTC)
    async with transaction():
        return await build(now=clock.at, totp_key=TOTP_KEY)


@pytest.fixture
def two_processes(world_today: World, server: Running, tmp_path: Path) -> Iterator[list[str]]:
    """The addresses of two web processes on that clinic."""
    with web_processes(2, server.url, tmp_path) as addresses:
        yield addresses
