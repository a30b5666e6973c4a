"""What a clinic's resources can do: which languages it has interpreters for, and who can no longer do what they were booked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from booking.kit.db import run
from booking.slots.changing import held
from booking.slots.closures import Touched

SKILLS: Final = """
SELECT DISTINCT skill FROM resource, jsonb_array_elements_text(skills) AS skill
 WHERE clinic_id = $1 AND kind = $2 AND is_active ORDER BY skill"""

# What is asked of a resource stands in the window that is claimed, step by step, in the order of the resources.
UNABLE: Final = f"""
SELECT r.name AS resource, b.code AS booking, x.step, x.starts_at, x.ends_at, x.lapses_at
  FROM claim x JOIN resource r ON r.id = x.resource_id JOIN booking b ON b.id = x.booking_id
  JOIN jsonb_array_elements(coalesce(b.aside, b."window") -> 'steps') AS planned ON planned ->> 'key' = x.step
 CROSS JOIN ROWS FROM (jsonb_array_elements_text(planned -> 'resources'), jsonb_array_elements_text(planned -> 'asks'))
    AS one (id, asks)
 WHERE r.clinic_id = $1 AND ($2::bigint IS NULL OR r.id = $2) AND x.ends_at > $4 AND {held("x", "$4")}
   AND one.id::bigint = r.id AND NOT coalesce(to_jsonb($3::text[]), r.skills) ?& string_to_array(one.asks, ' ')
 ORDER BY x.starts_at, x.id"""  # noqa: S608 - our own texts


async def skills_of(clinic_id: int, kind: str) -> tuple[str, ...]:
    """Every skill that some active resource of the kind has, in alphabetical order."""
    return tuple(row["skill"] for row in await run(SKILLS, clinic_id, kind))


async def unable(
    clinic_id: int, resource_id: int | None = None, skills: Sequence[str] | None = None, *, now: datetime
) -> list[tuple[str, Touched]]:
    """What resources are kept or held for and cannot do, each with the resource's name; of one resource, or of all.

    With `skills` it is what it could not do if it had only these.
    """
    rows = await run(UNABLE, clinic_id, resource_id, skills, now)
    return [(row.pop("resource"), Touched(**row)) for row in rows]
