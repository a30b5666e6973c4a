"""Publishing a programme: each change is a new version, and old ones stay as they were shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from booking.programmes.content import parse_content
from booking.programmes.models import Programme, ProgrammeVersion


async def publish(programme: Programme, content: Mapping[str, Any], *, now: datetime) -> ProgrammeVersion:
    """Show this content from now on: the latest version if it says the same, else the next one.

    Runs in the caller's transaction; of two that publish at once, one waits for the other.

    Raises:
        ContentInvalid: nothing was published.
    """
    parse_content(content)
    # Numbers are handed out one at a time: whoever publishes the same programme meanwhile waits here.
    locked = await Programme.select_for_update().get(id=programme.id)
    version = await _same_or_next(locked, dict(content), now=now)
    locked.published_version_id = programme.published_version_id = version.id
    await locked.save(update_fields=["published_version_id"])
    return version


async def _same_or_next(programme: Programme, content: dict[str, Any], *, now: datetime) -> ProgrammeVersion:
    latest = await ProgrammeVersion.filter(programme_id=programme.id).order_by("-number").first()
    if latest is not None and latest.content == content:
        return latest
    number = 1 if latest is None else latest.number + 1
    return await ProgrammeVersion.create(programme_id=programme.id, number=number, content=content, published_at=now)
