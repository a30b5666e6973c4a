"""A clinic large enough to be held by many at once, in a database of its own that is gone afterwards."""

import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psutil

from booking.consultations.models import Case
from booking.database import database, migrate
from booking.demo import postgres, world
from booking.demo.ready import make_ready
from booking.demo.world import World
from booking.documents import keys
from booking.journeys.find_dates import free_dates, window_key, wishes_of
from booking.journeys.offer import offer_of
from booking.kit.db import execute, run, transaction
from booking.kit.seals import derive_key
from booking.settings import DatabaseUrl
from booking.slots.models import Dose, Lot, LotState
from booking.slots.tokens import window_token
from booking.slots.windows import Window
from tests.outside import SECRET, STRIPE_KEY, WEBHOOK_SECRET

AT_ONCE: Final = 50  # cases made in one transaction
APART: Final = timedelta(days=7)  # two stays of one team that start so far apart never meet
WEEKS: Final = 40

TEAMS: Final = """
WITH made AS (
  INSERT INTO resource (clinic_id, kind, name, skills, is_active)
  SELECT clinic_id, kind, name || ' / team ' || team, skills, is_active FROM resource, generate_series(2, $1) AS team
   ORDER BY team, id
  RETURNING id, name
), pairs AS (
  SELECT made.id AS copy, resource.id AS original FROM made JOIN resource ON split_part(made.name, ' / team ', 1) = resource.name
), opened AS (
  INSERT INTO opening_hours (resource_id, weekday, opens, closes, from_day, until_day)
  SELECT copy, weekday, opens, closes, from_day, until_day FROM opening_hours JOIN pairs ON resource_id = original
)
INSERT INTO closure (resource_id, first_day, last_day, from_time, to_time, reason)
SELECT copy, first_day, last_day, from_time, to_time, reason FROM closure JOIN pairs ON resource_id = original
"""
# As a replica no trigger fires: neither foreign keys nor the guard of tables that only grow.
FORGET_HOLDS: Final = (
    "SET session_replication_role = replica",
    *(
        f"DELETE FROM {table}"  # noqa: S608 - our own names
        for table in ("claim", "message", "booking_event", "booking", "partner_reply", "audit_row")
    ),
    "UPDATE dose SET booking_id = NULL, step = NULL, lapses_at = NULL WHERE booking_id IS NOT NULL",
    "SET session_replication_role = DEFAULT",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A case that is ready to choose dates, and dates for it that nobody else is after."""

    case: Case
    window: Window
    token: str


@dataclass(frozen=True, slots=True)
class Scratch:
    """The database, and whoever is about to hold dates in it."""

    server: postgres.Running
    folder: Path
    world: World
    wishes: Sequence[Wish]

    @property
    def server_log(self) -> Path:
        """What the database server says."""
        return self.server.data.parent / "log"

    @property
    def environment(self) -> dict[str, str]:
        """What the program reads, as in production."""
        return {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": self.server.url,
            "STRIPE_SECRET_KEY": STRIPE_KEY,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "SMTP_URL": "smtp://127.0.0.1:9",
            "MAIL_FROM": "Leeward <care@leeward.example>",
            "FILES_URL": str(self.folder / "files"),
            "SECRET_KEY": SECRET,
            "PUBLIC_URL": "https://leeward.example",
        }

    async def forget_holds(self) -> None:
        """Make the database as it was before anyone held anything, also for the planner's eyes."""
        async with transaction():
            for statement in FORGET_HOLDS:
                await execute(statement)
        await execute("VACUUM ANALYZE booking, booking_event, claim, dose, message, partner_reply, audit_row")


@contextmanager
def server(*, relaxed: bool) -> Iterator[postgres.Running]:
    """A server in a folder of its own. What is measured is what production does, with its full durability, unless it is `relaxed`."""
    with TemporaryDirectory(prefix="leeward-bench-", ignore_cleanup_errors=True) as place:
        folder = Path(place) / "postgres"
        running = postgres.start(folder, relaxed=relaxed)
        try:
            yield running
        finally:
            running.stop()
            postgres.remove(folder)


@asynccontextmanager
async def scratch(server: postgres.Running, cases: int) -> AsyncIterator[Scratch]:
    """The example clinic with as many teams as it needs for that many stays, and its cases; open for this process too."""
    now = datetime.now(UTC)
    credentials = DatabaseUrl.parse(server.url).credentials()
    keys.use_secret(SECRET)
    await migrate(credentials)
    with TemporaryDirectory(prefix="leeward-bench-", ignore_cleanup_errors=True) as place:
        async with database(credentials):
            async with transaction():
                built = await world.build(now=now, totp_key=derive_key(SECRET, "totp"))
            yield Scratch(server, Path(place), built, await _wishes(built, cases, now))


async def _wishes(built: World, number: int, now: datetime) -> list[Wish]:
    starts = await _one_a_week(built, now)
    teams = -(-number // len(starts))
    await execute(TEAMS, teams)
    await _doses(built, number, starts[0].start, starts[-1].end)
    codes: list[str] = []
    while len(codes) < number:
        async with transaction():
            codes += await make_ready(built, min(AT_ONCE, number - len(codes)), now=now)
    cases = {case.code: case for case in await Case.filter(code__in=codes)}
    spread = [window for team in await _teams(built) for window in (_by(team, start) for start in starts)]
    key = window_key(SECRET)
    return [
        Wish(cases[code], window, window_token(window, key))
        for code, window in zip(codes, spread[:number], strict=True)
    ]


async def _one_a_week(built: World, now: datetime) -> list[Window]:
    """Windows of the first team that never meet."""
    offer, first = await offer_of(built.version.id), now.date() + timedelta(days=30)
    dates = await free_dates(
        built.clinic, offer, wishes_of(None), first, first + WEEKS * APART, key=window_key(SECRET), now=now
    )
    chosen: list[Window] = []
    for window in sorted(dates.windows, key=lambda each: each.start):
        if not chosen or window.start - chosen[-1].start >= APART:
            chosen.append(window)
    return chosen


async def _doses(built: World, number: int, first: date, last: date) -> None:
    lot = await Lot.create(
        clinic_id=built.clinic.id,
        product="uc-msc",
        code="BENCH",
        state=LotState.RELEASED,
        usable_from=first,
        usable_until=last,
    )
    await Dose.bulk_create(Dose(lot_id=lot.id, number=n) for n in range(1, number + 1))


async def _teams(built: World) -> list[dict[int, int]]:
    """For each team, who of it stands in for whom of the first."""
    rows = await run("SELECT id, name FROM resource WHERE clinic_id = $1 ORDER BY id", built.clinic.id)
    first = {row["name"]: row["id"] for row in rows if " / team " not in row["name"]}
    teams: dict[str, dict[int, int]] = {"1": {each: each for each in first.values()}}
    for row in rows:
        name, _, team = row["name"].partition(" / team ")
        if team:
            teams.setdefault(team, {})[first[name]] = row["id"]
    return list(teams.values())


def _by(team: dict[int, int], window: Window) -> Window:
    steps = (step._replace(resources=tuple(team[each] for each in step.resources)) for step in window.steps)
    return replace(window, steps=tuple(steps))


@contextmanager
def running(command: Sequence[str], environment: dict[str, str], log: Path) -> Iterator[psutil.Popen]:
    """A process of ours for as long as the block lasts."""
    with log.open("wb") as said:
        process = psutil.Popen([sys.executable, *command], env=environment, stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)
