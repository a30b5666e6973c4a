import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from booking import worker
from booking.worker import Tick, keep_ticking

SOON = timedelta(seconds=0.05)
HOUR = timedelta(hours=1)


async def eventually(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.01)


async def test_each_tick_runs_at_once_and_again_and_one_that_fails_stops_no_other() -> None:
    ran: list[str] = []
    stop = asyncio.Event()

    async def works() -> None:
        ran.append("works")

    async def fails() -> None:
        ran.append("fails")
        raise RuntimeError

    clock = asyncio.create_task(
        keep_ticking([Tick("works", SOON, works), Tick("fails", SOON, fails), Tick("rare", HOUR, works)], until=stop)
    )
    await eventually(lambda: ran.count("works") >= 3 and ran.count("fails") >= 2)
    stop.set()
    await clock


async def test_a_tick_that_is_under_way_is_let_finish_and_none_begins_after_it() -> None:
    story: list[str] = []
    stop, let_go = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        story.append("begun")
        await let_go.wait()
        story.append("finished")

    clock = asyncio.create_task(keep_ticking([Tick("slow", SOON, slow)], until=stop))
    await eventually(lambda: story == ["begun"])
    stop.set()
    await asyncio.sleep(0.2)
    assert not clock.done()
    let_go.set()
    await clock

    assert story == ["begun", "finished"]


async def test_a_tick_never_runs_beside_itself() -> None:
    most = now = 0
    runs = 0
    stop = asyncio.Event()

    async def slow() -> None:
        nonlocal most, now, runs
        now += 1
        runs += 1
        most = max(most, now)
        await asyncio.sleep(0.2)
        now -= 1

    clock = asyncio.create_task(keep_ticking([Tick("slow", SOON, slow)], until=stop))
    await eventually(lambda: runs >= 3)
    stop.set()
    await clock

    assert most == 1


async def test_a_heartbeat_is_seen(tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    stop = asyncio.Event()

    clock = asyncio.create_task(keep_ticking([], until=stop, heartbeat=beat))
    await eventually(beat.exists)
    stop.set()
    await clock


async def test_a_clock_that_is_set_back_makes_nothing_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    stop = asyncio.Event()
    monkeypatch.setattr(worker, "PULSE", timedelta(seconds=0.05))

    async def rare() -> None:
        ran.append("ran")

    clock = asyncio.create_task(keep_ticking([Tick("rare", HOUR, rare)], until=stop))
    await eventually(lambda: ran == ["ran"])
    true_time = time.time
    monkeypatch.setattr(time, "time", lambda: true_time() - 7200)
    await eventually(lambda: ran == ["ran", "ran"])
    stop.set()
    await clock
