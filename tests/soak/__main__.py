"""`python -m tests.soak`: a hundred thousand holds of dates that overlap, from 32 connections, on a database of its own.

`python -m tests.soak --rounds 1000`: two hundred patients after the same dates, over HTTP, so many times instead.

Exits 1 if any ended otherwise than held or taken, if the server had to break a deadlock, or if a row breaks a promise.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from booking.database import database, migrate
from booking.demo import postgres
from booking.journeys.check import check
from booking.settings import DatabaseUrl
from tests.soak.crowd import CLIENTS, crowd, deadlocks
from tests.soak.rounds import race

A_ROUND = 2_000  # attempts between two looks at the promises


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--attempts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=0, help="race so often over HTTP instead")
    parser.add_argument("--patients", type=int, default=200, help="how many are in each of these rounds")
    parser.add_argument(
        "--minutes", type=float, default=float("inf"), help="stop after so long, however many were made"
    )
    chosen = parser.parse_args()
    with TemporaryDirectory(prefix="leeward-soak-", ignore_cleanup_errors=True) as place:
        folder = Path(place) / "postgres"
        server = postgres.start(folder, relaxed=True)
        try:
            return asyncio.run(
                rounds(server.url, Path(place), chosen.rounds, chosen.patients, chosen.minutes * 60)
                if chosen.rounds
                else soak(server.url, chosen.attempts, chosen.minutes * 60)
            )
        finally:
            server.stop()
            postgres.remove(folder)


async def soak(url: str, attempts: int, seconds: float) -> int:
    credentials = DatabaseUrl.parse(url).credentials()
    await migrate(credentials)
    outcomes: Counter[str] = Counter()
    began = time.monotonic()
    async with database(credentials, connections_at_most=CLIENTS):
        while outcomes.total() < attempts and time.monotonic() - began < seconds:
            outcomes += await crowd(min(A_ROUND, attempts - outcomes.total()))
            broken, stuck = await check(), await deadlocks()
            _say(
                f"{outcomes.total():>7,} attempts in {time.monotonic() - began:>5.0f} s: {dict(outcomes)}, {stuck} deadlocks"
            )
            if broken or stuck or set(outcomes) - {"held", "taken"}:
                _say("\n".join(str(each) for each in broken))
                return 1
    return 0


async def rounds(url: str, folder: Path, number: int, patients: int, seconds: float) -> int:
    credentials = DatabaseUrl.parse(url).credentials()
    await migrate(credentials)
    async with database(credentials, connections_at_most=CLIENTS):
        return 0 if await race(url, folder, rounds=number, patients=patients, seconds=seconds, say=_say) else 1


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    sys.exit(main())
