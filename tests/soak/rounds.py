"""Patients after the same dates over HTTP, two web processes and a worker, round after round: dates served once, then three times."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

from booking.demo.world import build
from booking.documents import keys
from booking.journeys.check import check
from booking.kit.db import transaction
from tests.conftest import TOTP_KEY
from tests.faults.processes import Place, running
from tests.outside import SECRET
from tests.races.contest import GONE, HELD, Contest, Outcome
from tests.races.processes import web_processes
from tests.soak.crowd import deadlocks

NOWHERE = "http://127.0.0.1:9"  # nobody pays here
SERVED = (1, 3)


async def race(
    database_url: str, folder: Path, *, rounds: int, patients: int, seconds: float, say: Callable[[str], None]
) -> bool:
    """So many rounds, unless the seconds are over before: whether each had exactly the winners that it could have."""
    keys.use_secret(SECRET)
    async with transaction():
        world = await build(now=datetime.now(UTC), totp_key=TOTP_KEY)
    won: Counter[int] = Counter()
    offered, began, slowest = 0, time.monotonic(), 0.0
    with (
        web_processes(2, database_url, folder) as addresses,
        running(Place(database_url, NOWHERE, folder), "worker"),
    ):
        contest = await Contest.of(world, addresses, patients, times=max(SERVED))
        for number, times in enumerate(islice(cycle(SERVED), rounds), 1):
            started = time.monotonic()
            outcome = await contest.round(times)
            slowest = max(slowest, time.monotonic() - started)
            broken, stuck = await check(), await deadlocks()
            won[times] += outcome.told[HELD]
            offered += outcome.offered
            if outcome != _as_it_must(times, outcome.offered, patients) or broken or stuck:
                say("\n".join([f"round {number}: {outcome}, {stuck} deadlocks", *map(str, broken)]))
                return False
            if number % 10 == 0 or number == rounds or time.monotonic() - began > seconds:
                say(
                    f"{number:>5,} rounds of {patients} in {time.monotonic() - began:>5.0f} s: held {dict(won)}, "
                    f"{offered} offered by the worker, the slowest round {slowest:.1f} s, 0 overlaps, {stuck} deadlocks"
                )
            if time.monotonic() - began > seconds:
                break
    return True


def _as_it_must(times: int, offered: int, patients: int) -> Outcome:
    """Who is offered the dates in line is one of those who can have them."""
    won = times - offered
    told: Counter[int | str] = Counter({HELD: won, GONE: patients - won})
    return Outcome(times, offered, +told)
