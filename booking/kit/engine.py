"""Tortoise's engine for PostgreSQL, with the house's own connections, pool and transaction: the same things with less ado."""

# ruff: noqa: SLF001 - asyncpg and Tortoise have no public names for what is shortened here; tests/kit/test_engine.py goes with every upgrade

from typing import Any, Final

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections


class Line(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """A pooled connection that is handed on as it is.

    Nothing we send outlives its transaction (no SET, no LISTEN, no lock of a session), so asyncpg's cleaning statement after every
    use would only be a second way to the server. A transaction that was left open is still rolled back.
    """

    def get_reset_query(self) -> str:
        return ""


class Lines(asyncpg.Pool):  # type: ignore[misc]  # asyncpg ships no types
    """asyncpg's pool, but that a line on which nothing is to be put right goes back at once.

    asyncpg gives each back in two tasks of its own, so that no one who is cancelled keeps a line; that costs as much as a statement.
    What does not wait cannot be cancelled.
    """

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's own
        """As asyncpg's, which is asked for all that is not plain."""
        if not self._is_plain(connection):
            await super().release(connection, timeout=timeout)
            return
        holder = connection._holder
        connection._con._on_release()
        holder._release()
        holder._setup_inactive_callback()

    def _is_plain(self, connection: Any) -> bool:
        """Whether it can be lent again as it is: nothing is open or under way on it, and it is neither worn out nor outdated."""
        line, holder = connection._con, connection._holder
        if line is None or line.is_closed() or line._top_xact is not None or holder._pool is not self:
            return False
        protocol = line._protocol
        return not (
            protocol.is_in_transaction()
            or protocol._is_cancelling()
            or protocol.queries_count >= holder._max_queries
            or holder._generation != self._generation
        )


class Transaction(TransactionContextPooled):
    """Tortoise's transaction in the line's own words; and if BEGIN fails, the line and the task's context are not left behind.

    asyncpg keeps an object for each, whose checks cost as much as a statement; it looks whether there is one to tell a savepoint from a
    transaction, and for one that was left open.
    """

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        own: Any = self.client
        own._connection = line = await own._parent._pool.acquire()
        self.token = get_connections().set(self.connection_name, own)
        try:
            await line.execute("BEGIN")
        except BaseException:
            await self._give_back()
            raise
        line._con._top_xact = self
        return self.client

    async def __aexit__(self, fault: type[BaseException] | None, *_: object) -> None:
        line: Any = self.client._connection
        try:
            if line._con is not None:  # else the line was lost, as the next statement says
                line._con._top_xact = None
            await line.execute("COMMIT" if fault is None else "ROLLBACK")
        finally:
            await self._give_back()

    async def _give_back(self) -> None:
        own: Any = self.client
        await own._parent._pool.release(own._connection)
        get_connections().reset(self.token)


# What asyncpg.create_pool itself says where nothing is said.
USUAL: Final = {
    "max_queries": 50_000,
    "max_inactive_connection_lifetime": 300.0,
    "record_class": asyncpg.Record,
    "connection_class": Line,
}


class Client(AsyncpgDBClient):
    """Tortoise's client for asyncpg, with these."""

    async def create_pool(self, **options: Any) -> Lines:
        """As Tortoise calls it, once for a process."""
        pool = Lines(**{**USUAL, **options})
        await pool
        return pool

    def _in_transaction(self) -> TransactionContext:
        return Transaction(TransactionWrapper(self), self._pool_init_lock)


client_class: Final = Client
