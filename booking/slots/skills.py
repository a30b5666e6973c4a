"""What a clinic's resources of a kind can do: which languages it has interpreters for."""

from typing import Final

from booking.kit.db import run

SKILLS: Final = """
SELECT DISTINCT skill FROM resource, jsonb_array_elements_text(skills) AS skill
 WHERE clinic_id = $1 AND kind = $2 AND is_active ORDER BY skill"""


async def skills_of(clinic_id: int, kind: str) -> tuple[str, ...]:
    """Every skill that some active resource of the kind has, in alphabetical order."""
    return tuple(row["skill"] for row in await run(SKILLS, clinic_id, kind))
