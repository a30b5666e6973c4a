"""Which modules hold tables, how the database is opened, and how its schema is brought up to date."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
from tortoise import Tortoise, connections
from tortoise.migrations.api.migrate import migrate as apply_migrations

MODELS: Final = tuple(
    f"booking.{package}.models"
    for package in (
        "accounts",
        "programmes",
        "documents",
        "messages",
        "slots",
        "consultations",
        "bookings",
        "payments",
        "itineraries",
        "aftercare",
    )
)

# Any constant will do, as long as nothing else in the database takes it.
MIGRATION_LOCK: Final = 0x1EE_0A4D

Credentials = Mapping[str, Any]


def config(credentials: Credentials) -> dict[str, Any]:
    """Tortoise's configuration for a database."""
    return {
        "connections": {"default": {"engine": "booking.kit.engine", "credentials": dict(credentials)}},
        "apps": {
            "booking": {
                "models": list(MODELS),
                "migrations": "booking.migrations",
                "default_connection": "default",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


# What `tortoise makemigrations` reads; it compares models and migrations and never connects.
TORTOISE: Final = config({"host": "localhost", "user": "leeward", "database": "leeward"})


@asynccontextmanager
async def database(credentials: Credentials, *, connections_at_most: int = 10) -> AsyncIterator[None]:
    """The database, open for every task of this process until the block ends."""
    pooled = {**credentials, "minsize": 1, "maxsize": connections_at_most}
    # A server's lifespan runs in another task than its requests, hence the fallback that all tasks see.
    await Tortoise.init(config=config(pooled), _enable_global_fallback=True)
    try:
        yield
    finally:
        await connections.close_all()


async def migrate(credentials: Credentials) -> None:
    """Bring the schema up to date; of several processes that start at once one migrates and the rest wait."""
    # Tortoise takes no lock of its own, and a lock must outlive every statement: hence a connection apart.
    guard = await asyncpg.connect(**credentials)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        await apply_migrations(config=config(credentials))
        await connections.close_all()
    finally:
        await guard.close()
