"""The database's few verbs: one transaction, savepoints by name, hand-written SQL on Tortoise's own connection."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import asyncpg
from tortoise import connections
from tortoise.context import require_context
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError
from tortoise.transactions import in_transaction

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its values, for whoever runs it: alone, or together with others of the same moment."""

    sql: str
    values: tuple[Any, ...]

    async def write(self) -> None:
        """Run it by itself."""
        await execute(self.sql, *self.values)


# What a statement raises while the database is down, starting or going down; the next one finds it again by itself.
UNREACHABLE: Final[tuple[type[Exception], ...]] = (
    ConnectionError,
    TimeoutError,
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a line that broke in the middle of an answer
)

_PARAMETER: Final = re.compile(r"\$(\d+)")

# The connection of the transaction that is open. It is Tortoise's own; to go by way of Tortoise at every statement costs the
# hot path half as much again.
_line: ContextVar[Any] = ContextVar("line_of_transaction", default=None)


class transaction:  # noqa: N801 - it reads as what it does, as contextlib's own do
    """One transaction, begun and ended by a journey: `async with transaction():`. Refuses to nest by accident."""

    __slots__ = ("_before", "_own")

    async def __aenter__(self) -> None:
        if _line.get() is not None:
            raise RuntimeError("a transaction is open already; a savepoint is asked for by name")
        self._own = require_context().connections.get("default")._in_transaction()  # noqa: SLF001 - what in_transaction() finds, too
        client = await self._own.__aenter__()
        self._before = _line.set(client._connection)  # noqa: SLF001 - the one way to it

    async def __aexit__(self, *fault: object) -> None:
        _line.reset(self._before)
        await self._own.__aexit__(*fault)


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """Inside a transaction: what fails within it is undone alone."""
    async with in_transaction():
        yield


def outside_only(what: str) -> None:
    """Guard for calls to the outside world: they may take seconds, and cannot be rolled back (G14)."""
    if _line.get() is not None:
        raise RuntimeError(f"{what} was called inside a transaction")


async def run(sql: str, *values: Any) -> list[Record]:
    """Every row that the statement gives back, `RETURNING` included."""
    line = _line.get()
    try:
        rows = await line.fetch(sql, *values) if line is not None else await _run_alone(sql, values)
    except (asyncpg.SyntaxOrAccessError, asyncpg.DataError) as fault:
        raise OperationalError(fault) from fault
    except asyncpg.IntegrityConstraintViolationError as fault:
        raise IntegrityError(fault) from fault
    return [dict(row) for row in rows]


async def _run_alone(sql: str, values: tuple[Any, ...]) -> list[Any]:
    client = require_context().connections.get("default")
    pool = client._pool  # noqa: SLF001 - the one way to it
    if pool is None:  # nothing was asked yet, or Tortoise itself has opened a transaction
        async with client.acquire_connection() as line:
            return list(await line.fetch(sql, *values))
    line = await pool.acquire()
    try:
        return list(await line.fetch(sql, *values))
    finally:
        await pool.release(line)


async def run_one(sql: str, *values: Any) -> Record | None:
    """The first row, or None."""
    rows = await run(sql, *values)
    return rows[0] if rows else None


async def execute(sql: str, *values: Any) -> int:
    """For UPDATE and DELETE without RETURNING: how many rows."""
    count, _rows = await connections.get("default").execute_query(sql, list(values))
    return int(count)


async def run_together(*statements: Statement) -> list[int]:
    """Run statements that do not need each other's rows in one round trip; how many rows each of them gave back.

    None sees what another writes, and their order is not promised. Each is a SELECT or ends in RETURNING, and has no
    WITH that writes.
    """
    values = [value for statement in statements for value in statement.values]
    [counts] = await run(_together(tuple([statement.sql for statement in statements])), *values)
    return list(counts.values())


@cache
def _together(texts: tuple[str, ...]) -> str:
    """Each text under a name of its own, with its parameters numbered on from those before it."""
    parts: list[str] = []
    before = 0
    for nth, text in enumerate(texts):
        parts.append(f"part_{nth} AS ({_numbered_on(text, before)})")
        before += max((int(number) for number in _PARAMETER.findall(text)), default=0)
    counts = (f"(SELECT count(*) FROM part_{nth}) AS part_{nth}" for nth in range(len(texts)))  # noqa: S608 - our own
    return f"WITH {', '.join(parts)} SELECT {', '.join(counts)}"


def _numbered_on(text: str, before: int) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + before}", text)


def constraint_of(fault: IntegrityError) -> str | None:
    """The name of the constraint that refused, if the database told it."""
    name = getattr(fault.__cause__, "constraint_name", None)
    return str(name) if name else None
