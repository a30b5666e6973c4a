"""Who has a clinic's resources: the claims of others, as whoever moves a step must know them by name."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from booking.kit.db import run
from booking.slots.step_moves import Taken

TAKEN: Final = """
SELECT c.resource_id, b.code, c.starts_at, c.ends_at
  FROM claim c JOIN booking b ON b.id = c.booking_id JOIN resource r ON r.id = c.resource_id
 WHERE r.clinic_id = $1 AND c.ends_at > $2 AND c.starts_at < $3 AND (c.lapses_at IS NULL OR c.lapses_at > $4)
   AND c.booking_id <> $5
 ORDER BY c.resource_id, c.starts_at"""

# Local days lie within this much of the same days in UTC; what reaches beyond them does no harm.
ZONES: Final = timedelta(days=1)


async def taken_by_others(
    clinic_id: int, first: date, last: date, now: datetime, *, but_for: int
) -> dict[int, tuple[Taken, ...]]:
    """Each resource's claims from first to last that are not the booking's own, lapsed holds aside."""
    reach = (datetime.combine(day, time(), UTC) for day in (first - ZONES, last + 2 * ZONES))
    found: defaultdict[int, list[Taken]] = defaultdict(list)
    for row in await run(TAKEN, clinic_id, *reach, now, but_for):
        found[row["resource_id"]].append(Taken(row["code"], row["starts_at"], row["ends_at"]))
    return {resource: tuple(claims) for resource, claims in found.items()}
