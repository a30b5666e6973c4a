"""What the pool and the transaction do by a shorter way than asyncpg and Tortoise must come to the same."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import pytest
from tortoise import connections

from booking.accounts.models import Person
from booking.demo import postgres
from booking.kit.db import UNREACHABLE, run, transaction
from booking.kit.engine import Lines


def pool() -> Lines:
    found = connections.get("default")._pool
    assert type(found) is Lines
    return found


def lent() -> int:
    """How many lines are not in the pool."""
    return int(pool().get_size() - pool().get_idle_size())


async def backend(line: Any) -> int:
    return int(await line.fetchval("SELECT pg_backend_pid()"))


async def test_a_line_that_was_given_back_is_lent_again(clean_db: None) -> None:
    pids = {row["pid"] for _ in range(20) for row in await run("SELECT pg_backend_pid() AS pid")}

    assert len(pids) == 1
    assert lent() == 0


async def test_who_waits_for_a_line_gets_it(clean_db: None) -> None:
    rows = await asyncio.gather(*(run("SELECT pg_sleep(0.01), $1::int AS n", n) for n in range(50)))

    assert [row["n"] for [row] in rows] == list(range(50))
    assert lent() == 0


async def test_a_line_that_was_given_back_is_no_longer_its_borrowers(clean_db: None) -> None:
    line = await pool().acquire()
    statement = await line.prepare("SELECT 1")
    await pool().release(line)

    with pytest.raises(asyncpg.InterfaceError):
        await line.fetch("SELECT 1")
    with pytest.raises(asyncpg.InterfaceError):
        await statement.fetch()


async def test_a_transaction_left_open_is_rolled_back_before_anyone_else_has_the_line(clean_db: None) -> None:
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, told: complaints.append(told["message"]))
    line = await pool().acquire()
    first = await backend(line)
    await line.execute("BEGIN; CREATE TABLE left_behind (n int)")

    await pool().release(line)

    [row] = await run("SELECT pg_backend_pid() AS pid, to_regclass('left_behind') AS found")
    assert (row["pid"], row["found"]) == (first, None)
    assert len(complaints) == 1


async def test_lines_from_before_a_change_of_the_server_are_not_lent_again(clean_db: None) -> None:
    line = await pool().acquire()
    first = await backend(line)
    await pool().expire_connections()

    await pool().release(line)

    assert (await run("SELECT pg_backend_pid() AS pid"))[0]["pid"] != first


async def test_a_transaction_that_cannot_begin_leaves_nothing_behind(clean_db: None, server: postgres.Running) -> None:
    [row] = await run("SELECT pg_backend_pid() AS pid")
    with ThreadPoolExecutor() as apart:  # so that this loop does not hear of it
        apart.submit(lambda: asyncio.run(end(server.url, row["pid"]))).result()

    with pytest.raises(UNREACHABLE):
        async with transaction():
            pass

    assert await run("SELECT 1 AS one") == [{"one": 1}]
    async with transaction():
        assert await Person.all().count() == 0
    assert lent() == 0


async def end(url: str, pid: int) -> None:
    """End a backend from another connection, and wait until it is gone."""
    line = await asyncpg.connect(url)
    await line.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    await line.close()


async def test_a_statement_that_is_given_up_leaves_a_line_that_works(clean_db: None) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await run("SELECT pg_sleep(60)")

    assert await run("SELECT 1 AS one") == [{"one": 1}]
    assert lent() == 0
