"""Whoever changes when resources are there, and whoever claims them at that moment: one always sees the other.

A change locks the rows of its resources first, and then looks at what is claimed. A claim that is being made on one of
them locks its row too, and so was committed before, and is seen; or it comes after, finds that the row has a version
which it did not begin with, and is refused: it looks again, at what holds now.
"""

from collections.abc import Collection
from typing import Final

from booking.kit.db import execute

# For a journey whose moment is a little earlier, a hold that has just lapsed has not, and may be paid for.
JUST: Final = "interval '1 minute'"


def held(claim: str, now: str) -> str:
    """SQL for a claim or a dose that is kept, or held, also by a hold that has only just lapsed."""
    return f"({claim}.lapses_at IS NULL OR {claim}.lapses_at > {now}::timestamptz - {JUST})"


# The update changes nothing: it gives each row a new version.
CHANGING: Final = """
WITH mine AS (
  SELECT id FROM resource WHERE clinic_id = $1 AND ($2::bigint[] IS NULL OR id = ANY($2)) ORDER BY id FOR UPDATE
)
UPDATE resource SET is_active = resource.is_active FROM mine WHERE resource.id = mine.id"""


async def changing(clinic_id: int, resource_ids: Collection[int] | None = None) -> None:
    """These resources of the clinic, or all of it, are about to have other hours, closures, or to be retired.

    Until the journey commits nobody claims them; what was claimed is there for all that follows to see.
    """
    await execute(CHANGING, clinic_id, None if resource_ids is None else sorted(resource_ids))
