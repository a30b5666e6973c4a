"""A database made ready for a demonstration: its schema up to date, the example clinic in it, cases if they are wanted."""

from datetime import datetime
from pathlib import Path

from booking.database import database, migrate
from booking.demo import seed
from booking.settings import Settings


async def prepare(settings: Settings, *, ready: int = 0, folder: Path, now: datetime) -> list[str]:
    """Migrate, add the example clinic if the database is empty, and add `ready` cases that can choose dates: their codes."""
    credentials = settings.database.credentials()
    await migrate(credentials)
    async with database(credentials):
        await seed.seed_example(settings, folder=folder, now=now)
        return list(await seed.seed_ready(ready, settings, now=now)) if ready else []
