"""`python -m tests.bench`: how fast it is beside the bare parts, all in one run, in interleaved rounds, as medians.

On a machine that does other things at the same time only the ratios mean anything.
"""

import argparse
import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from booking.kit.db import execute
from tests.bench import calendar, holds, servers, windows
from tests.bench.figures import Figure, append, of_rounds, percentile, table
from tests.bench.recorded import record
from tests.bench.scratch import Scratch, scratch, server
from tests.load import Drive, drive, get

MEANS: Final = {
    "hold": "holds over HTTP, beside pgbench writing the same rows in four statements",
    "hold_statements": "everything that PostgreSQL is asked for one hold, BEGIN and COMMIT included",
    "hold_cpu": "the web processes' processor time for one hold, beside a bare endpoint that asks the same of the database",
    "hold_contended": "p99 of a hold when all are after the same dates, beside dates of their own",
    "programme_page": "the programme's page, beside a bare Jinja page of its size",
    **calendar.MEANS,
    **windows.MEANS,
}
PROGRAMME: Final = "/programmes/stroke-recovery"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is done: clients at once, requests of each in a round, rounds, web processes; bookings behind, looks at dates in a round.

    `warm`: rounds that come before and are not counted, for each of twenty connections prepares its own statements; `relaxed`: without the durability of production.
    """

    clients: int
    each: int
    rounds: int
    workers: int

    behind: tuple[int, int, int]
    looks: int

    warm: int = 3
    relaxed: bool = False

    @property
    def pages(self) -> int:
        """Pages of a round: they are slower to make than they are interesting to count."""
        return self.clients * min(self.each, 3)


QUICK: Final = Sizes(2, 2, 1, 1, (3, 4, 5), 1, warm=0, relaxed=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument(
        "--quick", action="store_true", help="as little as shows that it works; its figures mean nothing"
    )
    parser.add_argument("--workers", type=int, default=2, help="web processes")
    parser.add_argument("--to", type=Path, default=Path("var/bench.jsonl"), help="the file that gets the figures")
    chosen = parser.parse_args()
    sizes = QUICK if chosen.quick else Sizes(32, 6, 9, chosen.workers, (1_000, 100_000, 1_000_000), 5)
    figures = asyncio.run(measure(sizes))
    append(figures, chosen.to)
    print(table(figures, MEANS))  # noqa: T201 - what the command is for


async def measure(sizes: Sizes) -> list[Figure]:
    with server(relaxed=sizes.relaxed) as running:
        async with scratch(running, sizes.clients * sizes.each) as place:
            asked = await record(place)
            with servers.side_by_side(place, asked, sizes.workers) as (web, bare):
                figures = await _rounds(place, web, bare, sizes)
                figures.append(await calendar.measure(place, web, bare, rounds=sizes.rounds, pages=4 * sizes.looks))
                figures.append(await _statements(place, web))
        return [*figures, *await windows.measure(running, sizes.behind, sizes.rounds, sizes.looks)]


async def _rounds(place: Scratch, web: servers.Serving, bare: servers.Serving, sizes: Sizes) -> list[Figure]:
    script = await holds.write_pgbench(place, sizes.clients)
    page = await _page_size(web)
    got: defaultdict[str, list[float]] = defaultdict(list)
    for turn in range(sizes.warm + sizes.rounds):
        if turn == sizes.warm:
            got.clear()
        # There and back: neither profits from having been at work just before, nor from a machine that grows slower.
        own, cpu = await _held(place, web, holds.spread(place), sizes)
        bare_cpu = [(await _held(place, bare, holds.bare(place), sizes))[1] for _ in range(2)]
        _, cpu_again = await _held(place, web, holds.spread(place), sizes)
        got["hold"].append(own.rate)
        got["cpu"].append((cpu + cpu_again) / 2)
        got["bare cpu"].append(sum(bare_cpu) / 2)
        got["pgbench"].append(await holds.pgbench(place, script, sizes.clients, sizes.each))
        await place.forget_holds()
        same = await _after_the_same(place, web, sizes)
        got["spread p99"].append(_p99(own))
        got["same p99"].append(_p99(same))
        await place.forget_holds()
        got["page"].append((await drive(web.port, [get(PROGRAMME)] * sizes.pages, sizes.clients)).rate)
        got["bare page"].append((await drive(bare.port, [get(f"/page?size={page}")] * sizes.pages, sizes.clients)).rate)
    return [
        of_rounds("hold", got["hold"], "per s", got["pgbench"]),
        of_rounds("hold_cpu", got["cpu"], "ms", got["bare cpu"]),
        of_rounds("hold_contended", got["same p99"], "ms", got["spread p99"]),
        of_rounds("programme_page", got["page"], "per s", got["bare page"]),
    ]


def _p99(driven: Drive) -> float:
    return percentile((sample.seconds * 1000 for sample in driven.samples), 0.99)


async def _held(place: Scratch, by: servers.Serving, requests: list[bytes], sizes: Sizes) -> tuple[Drive, float]:
    """Everyone gets the dates of their own, or the measurement is of something else. With milliseconds of processor time for each."""
    before = by.cpu()
    driven = await drive(by.port, requests, sizes.clients)
    spent = by.cpu() - before
    _require(driven, Counter({holds.CREATED: len(requests)}))
    await place.forget_holds()
    return driven, spent / len(requests) * 1000


async def _after_the_same(place: Scratch, web: servers.Serving, sizes: Sizes) -> Drive:
    """As many get them as there are teams; everyone else is told which dates are near."""
    driven = await drive(web.port, holds.same(place)[: 2 * sizes.clients], sizes.clients)
    if set(_statuses(driven)) - {holds.CREATED, holds.TAKEN}:
        raise RuntimeError(f"holds of the same dates were answered {dict(_statuses(driven))}")
    return driven


def _require(driven: Drive, wanted: Counter[int]) -> None:
    if _statuses(driven) != wanted:
        raise RuntimeError(f"answered {dict(_statuses(driven))} instead of {dict(wanted)}")


def _statuses(driven: Drive) -> Counter[int]:
    return Counter(sample.status for sample in driven.samples)


async def _page_size(web: servers.Serving) -> int:
    [sample] = (await drive(web.port, [get(PROGRAMME)], 1)).samples
    return sample.size


async def _statements(place: Scratch, web: servers.Serving) -> Figure:
    """Counted by the server itself, whose log from now on tells each one that reaches it."""
    warm, counted = holds.spread(place)[:2]
    await execute("ALTER SYSTEM SET log_statement = 'all'")
    await execute("SELECT pg_reload_conf()")
    await drive(web.port, [warm], 1)
    before = place.server_log.stat().st_size
    _require(await drive(web.port, [counted], 1), Counter({holds.CREATED: 1}))
    said = place.server_log.read_bytes()[before:].decode()
    await execute("ALTER SYSTEM RESET log_statement")
    await execute("SELECT pg_reload_conf()")
    return Figure("hold_statements", said.count("LOG:  execute ") + said.count("LOG:  statement: "), "statements")


if __name__ == "__main__":
    main()
