"""Lots of cells: their state, what is left, and who has which dose, both ways."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from booking.kit.db import execute, run
from booking.kit.errors import WrongMoment
from booking.slots.models import LotState

NEXT: Final = {
    LotState.QUARANTINED: frozenset({LotState.RELEASED, LotState.RECALLED}),
    LotState.RELEASED: frozenset({LotState.QUARANTINED, LotState.RECALLED}),
    LotState.RECALLED: frozenset[LotState](),
}

SHELF: Final = """
SELECT l.id, l.code, l.product, l.state, l.usable_from, l.usable_until, count(d.id) AS doses,
       count(d.id) FILTER (WHERE d.booking_id IS NULL OR d.lapses_at <= $2) AS free
  FROM lot l LEFT JOIN dose d ON d.lot_id = l.id
 WHERE l.clinic_id = $1
 GROUP BY l.id ORDER BY l.usable_until, l.id"""

PROMISED: Final = """
SELECT b.id AS booking_id, b.code AS booking, d.step, l.code AS lot, d.number
  FROM dose d JOIN lot l ON l.id = d.lot_id JOIN booking b ON b.id = d.booking_id
 WHERE l.clinic_id = $1 AND ($2::bigint IS NULL OR l.id = $2) AND ($3::bigint IS NULL OR b.id = $3)
 ORDER BY b.starts_at, b.id, d.step, d.number"""


@dataclass(frozen=True, slots=True)
class OnShelf:
    """A lot, how many doses it came with, and how many are promised to no one."""

    id: int
    code: str
    product: str
    state: LotState
    usable_from: date
    usable_until: date
    doses: int
    free: int

    def days_left(self, today: date) -> int:
        """Days until it may no longer be used; negative afterwards."""
        return (self.usable_until - today).days


@dataclass(frozen=True, slots=True)
class Promised:
    """One dose of a lot, promised to a booking's step."""

    booking_id: int
    booking: str
    step: str
    lot: str
    number: int


async def shelf(clinic_id: int, now: datetime) -> list[OnShelf]:
    """The clinic's lots, the first to expire first."""
    rows = await run(SHELF, clinic_id, now)
    return [OnShelf(**{**row, "state": LotState(row["state"])}) for row in rows]


async def set_state(clinic_id: int, lot_id: int, was: LotState, to: LotState) -> None:
    """Release, quarantine or recall a lot. What it has promised stays promised, to be seen by `promised`.

    Raises:
        WrongMoment: a recall is final, or someone has moved the lot meanwhile.
    """
    if to not in NEXT[was]:
        raise WrongMoment
    moved = await execute(
        "UPDATE lot SET state = $4 WHERE id = $2 AND clinic_id = $1 AND state = $3", clinic_id, lot_id, was, to
    )
    if not moved:
        raise WrongMoment


async def promised(clinic_id: int, *, lot_id: int | None = None, booking_id: int | None = None) -> list[Promised]:
    """The doses of a lot and whom they are for, or those of a booking and where they come from."""
    return [Promised(**row) for row in await run(PROMISED, clinic_id, lot_id, booking_id)]
