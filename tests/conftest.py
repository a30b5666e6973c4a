"""What every test may ask for: the real database, and a fixed moment."""

import asyncio
import contextlib
import gc
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import uvloop
from argon2 import PasswordHasher
from tortoise import connections
from tortoise.transactions import in_transaction
from xdist.scheduler import LoadScopeScheduling

from booking import database
from booking.accounts import staff
from booking.demo import postgres
from booking.demo.stripe.app import create_simulator
from booking.demo.world import World, build
from booking.documents import keys
from booking.documents.store import open_files
from booking.kit.db import run, transaction
from booking.kit.seals import derive_key
from booking.messages.smtp import SmtpMailer
from booking.payments.stripe import StripeGateway
from booking.services import Services
from booking.settings import DatabaseUrl, Settings
from tests import compiled
from tests.memory import folder_in_memory
from tests.outside import SECRET, STRIPE_KEY, WEBHOOK_SECRET, Clock, address_of, free_socket, served

TOTP_KEY = derive_key(SECRET, "totp")

Credentials = dict[str, Any]


class _RolledBack(Exception):
    """Ends a test's transaction without keeping anything of it."""


# How fast an example is made or run says how busy the machine is, and nothing about the code.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


# The loop that serves in production, where it can be had so: half of the time of a question to the database.
if sys.version_info < (3, 14):
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

LONG = {"bench", "faults", "races", "soak", "stripe", "test_commands.py", "test_policy.py", "test_sign_in.py"}
LONG_TOGETHER = {"test_postgres.py", "test_store.py"}
THE_WAYS = ("test_the_way", "test_mails_of_a_trip", "test_an_afternoon", "test_two_families")


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Tests of a file share what it takes long to make, and one worker runs them; only what is long anyway is split.

    The browser's tests share a running demo and a browser: one worker goes the long ways, one looks at all the rest.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if not file.startswith("tests/browser/"):
            return file if LONG.isdisjoint(file.split("/")) else nodeid
        return "the ways" if any(name in file for name in THE_WAYS) else "the looks"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    config.option.loadscopereorder = False  # it would begin with what is many, and end with the browser
    return Together(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, or one worker is at it when all the others are done.

    The browser's long ways put their demo's clock forward: where one worker goes them too, it has looked at all the rest before.
    """
    long = LONG | LONG_TOGETHER
    items.sort(
        key=lambda item: (
            "browser" not in item.path.parts,
            item.path.stem in THE_WAYS,
            long.isdisjoint(item.path.parts),
        )
    )


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning in Antigua."""
    return datetime(2027, 1, 12, 13, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Running]:
    """One PostgreSQL for the whole run, its durability relaxed, gone afterwards."""
    with folder_in_memory() as folder:
        running = postgres.start(folder / "postgres", relaxed=True)
        yield running
        running.stop()


@pytest.fixture(scope="session")
async def credentials(server: postgres.Running) -> Credentials:
    """Its database, migrated as in production."""
    found = dict(DatabaseUrl.parse(server.url).credentials())
    await database.migrate(found)
    return found


@pytest.fixture(scope="session")
async def _opened(credentials: Credentials) -> AsyncIterator[None]:
    """Open for the whole run. All tests together say ten times as many different things as asyncpg remembers the plans of."""
    async with database.database({**credentials, "statement_cache_size": 1000}, connections_at_most=40):
        yield


@dataclass
class Ground:
    """What is committed between tests: the example clinic, built once for all who only look at it; or nothing."""

    built_at: datetime | None = None
    world: World | None = None

    async def built(self, now: datetime) -> None:
        """The example clinic stands, as of that moment."""
        if self.world is None or self.built_at != now:
            await self.clear()
            async with transaction():
                self.world = await build(now=now, totp_key=TOTP_KEY)
            self.built_at = now

    async def cleared(self) -> None:
        if self.world is not None:
            await self.clear()

    async def clear(self) -> None:
        self.world = None
        tables = await run(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'"
        )
        emptying = [f'DELETE FROM "{row["tablename"]}"' for row in tables]  # noqa: S608 - names come from the catalogue
        # As a replica no trigger fires: neither foreign keys nor the guard of tables that only grow.
        script = ["SET session_replication_role = replica", *emptying, "SET session_replication_role = DEFAULT"]
        await connections.get("default").execute_script(";".join(script))


@pytest.fixture(scope="session")
def ground() -> Ground:
    return Ground()


@pytest.fixture
async def db(_opened: None, ground: Ground, now: datetime, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """The database within a transaction that is rolled back; those of journeys become savepoints in it."""
    await (ground.built(now) if "world" in request.fixturenames else ground.cleared())
    try:
        async with in_transaction():
            yield
            raise _RolledBack  # noqa: TRY301 - the block's only way out that keeps nothing
    except _RolledBack:
        pass


@pytest.fixture
async def clean_db(_opened: None, ground: Ground) -> AsyncIterator[None]:
    """The database with real commits on many connections; emptied afterwards."""
    await ground.cleared()
    yield
    await ground.clear()


@pytest.fixture
async def world(db: None, ground: Ground) -> World:
    """The example clinic, its programme and its people; what the test does to them is gone after it."""
    assert ground.world
    return deepcopy(ground.world)


@pytest.fixture
async def lasting_world(clean_db: None, now: datetime) -> World:
    """The same, committed: for tests with several connections or processes."""
    async with transaction():
        return await build(now=now, totp_key=TOTP_KEY)


@pytest.fixture(autouse=True, scope="session")
def _secrets() -> None:
    """One secret, and passwords that are quick to check: the example clinic has four, built for nearly every test."""
    keys.use_secret(SECRET)
    staff._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # type: ignore[misc]  # slow on purpose elsewhere


@pytest.fixture(autouse=True, scope="session")
def _compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """In the folder of the whole run: that of xdist's workers is within it."""
    own = tmp_path_factory.getbasetemp()
    compiled.keep_in((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "compiled")


@pytest.fixture(scope="session")
def stripes_clock() -> Clock:
    return Clock(datetime(2027, 1, 12, 13, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def stripes_memory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stripe") / "stripe.sqlite"


@pytest.fixture
def _unheard(stripe_address: str, stripes_memory: Path) -> None:
    """Stripe's list of events is empty: reading those of all tests before takes longer than the test."""
    with contextlib.closing(sqlite3.connect(stripes_memory, isolation_level=None)) as memory:
        memory.execute("DELETE FROM thing WHERE object = 'event'")


@pytest.fixture(scope="session")
def stripe_address(stripes_memory: Path, stripes_clock: Clock) -> Iterator[str]:
    """One Stripe simulator for the whole run, with controls; it tells nobody: tests deliver its events themselves."""
    listening = free_socket()
    simulator = create_simulator(
        stripes_memory,
        None,
        WEBHOOK_SECRET,
        public_url=address_of(listening),
        controls=True,
        clock=stripes_clock.seconds,
    )
    with served(simulator, listening) as address:
        yield address


@pytest.fixture
def clock(now: datetime, stripes_clock: Clock) -> Clock:
    """The one clock of us and of Stripe, set to `now`; put it forward with `clock.at += ...`."""
    stripes_clock.at = now
    return stripes_clock


@pytest.fixture(scope="session")
async def stripe_gateway(stripe_address: str) -> AsyncIterator[StripeGateway]:
    """Our way to it, opened once: reading the machine's certificates takes longer than many a test."""
    gateway = StripeGateway(STRIPE_KEY, WEBHOOK_SECRET, stripe_address)
    yield gateway
    await gateway.close()


@pytest.fixture
async def services(
    _unheard: None,
    clock: Clock,
    stripe_address: str,
    stripe_gateway: StripeGateway,
    server: postgres.Running,
    tmp_path: Path,
) -> Services:
    """The outside world of one test. Its mail server is not there: mails are looked at as rows."""
    environment = {
        "DATABASE_URL": server.url,
        "STRIPE_SECRET_KEY": STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "STRIPE_API_BASE": stripe_address,
        "SMTP_URL": "smtp://127.0.0.1:9",
        "MAIL_FROM": "Leeward <care@leeward.example>",
        "FILES_URL": str(tmp_path / "files"),
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": "http://leeward.test",
        "LEEWARD_DEMO": "1",
    }
    settings = Settings.from_env(environment)
    return Services(
        settings=settings,
        now=clock,
        payments=stripe_gateway,
        mail=SmtpMailer(settings.smtp),
        files=open_files(settings.files_url),
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was loaded stays until the end, and is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
