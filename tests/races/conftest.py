from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from booking.demo.postgres import Running
from booking.demo.world import World, build
from booking.kit.db import transaction
from tests.conftest import TOTP_KEY, Credentials
from tests.outside import Clock
from tests.races.processes import web_processes


@pytest.fixture
async def world_today(clean_db: None, clock: Clock) -> World:
    """The example clinic, committed, on today's date: web processes live by the real clock, and so does ours here."""
    clock.at = datetime.now(UTC)
    async with transaction():
        return await build(now=clock.at, totp_key=TOTP_KEY)


@pytest.fixture(scope="session")
def two_processes(
    server: Running, credentials: Credentials, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """The addresses of two web processes, the same for all races: each race has a clinic of its own, and they find it."""
    with web_processes(2, server.url, tmp_path_factory.mktemp("web")) as addresses:
        yield addresses
