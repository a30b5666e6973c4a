"""Bookings whose resource no longer suits them: it has other hours by now, or has lost a skill that they ask for.

They keep what they have, in sight of the desk, until they are moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.kit.db import run
from booking.slots.changing import held
from booking.slots.closures import Touched
from booking.slots.local import opening

# What is asked of a resource stands in the window that is claimed, step by step, in the order of the resources.
ASKED: Final = """(
  SELECT string_to_array(one.asks, ' ')
    FROM jsonb_array_elements(coalesce(b.aside, b."window") -> 'steps') AS planned,
         ROWS FROM (jsonb_array_elements_text(planned -> 'resources'), jsonb_array_elements_text(planned -> 'asks'))
      AS one (id, asks)
   WHERE planned ->> 'key' = x.step AND one.id::bigint = x.resource_id)"""

UNSUITED: Final = f"""
SELECT * FROM (
  SELECT x.resource_id, r.name AS resource, b.code AS booking, x.step, x.starts_at, x.ends_at, x.lapses_at,
         tstzrange(x.starts_at, x.ends_at) <@ {opening("x", "k.zone")} IS NOT TRUE AS is_outside,
         coalesce(to_jsonb($3::text[]), r.skills) ?& {ASKED} IS FALSE AS is_unable
    FROM claim x JOIN booking b ON b.id = x.booking_id JOIN resource r ON r.id = x.resource_id
    JOIN clinic k ON k.id = r.clinic_id
   WHERE k.id = $1 AND ($2::bigint IS NULL OR r.id = $2) AND x.ends_at > $4 AND {held("x", "$4")}
) AS each WHERE is_outside OR is_unable ORDER BY starts_at, resource_id"""  # noqa: S608 - our own texts


@dataclass(frozen=True, slots=True)
class Unsuited:
    """A claim and why its resource does not suit: outside of its hours, unable to do what is asked of it, or both."""

    resource_id: int
    resource: str
    touched: Touched
    is_outside: bool
    is_unable: bool


async def unsuited(
    clinic_id: int, resource_id: int | None = None, *, skills: Sequence[str] | None = None, now: datetime
) -> list[Unsuited]:
    """All of a clinic's that are not over, kept or held, or those of one resource; the first first.

    With `skills` as it would be if the resource had these.
    """
    rows = await run(UNSUITED, clinic_id, resource_id, skills, now)
    return [
        Unsuited(
            row["resource_id"],
            row["resource"],
            Touched(row["booking"], row["step"], row["starts_at"], row["ends_at"], row["lapses_at"]),
            row["is_outside"],
            row["is_unable"],
        )
        for row in rows
    ]
