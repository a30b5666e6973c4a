"""Lots of cells: their state, what is left, and who has which dose, both ways."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from booking.kit.db import execute, run
from booking.kit.errors import Invalid, WrongMoment
from booking.kit.words import Text, _
from booking.slots.changing import held
from booking.slots.models import Dose, Lot, LotEvent, LotState

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

PROMISED: Final = f"""
SELECT b.id AS booking_id, b.code AS booking, d.step, l.code AS lot, l.state, d.number
  FROM dose d JOIN lot l ON l.id = d.lot_id JOIN booking b ON b.id = d.booking_id
 WHERE l.clinic_id = $1 AND ($2::bigint IS NULL OR l.id = $2) AND ($3::bigint IS NULL OR b.id = $3)
   AND {held("d", "$4")}
 ORDER BY b.starts_at, b.id, d.step, d.number"""  # noqa: S608 - our own texts


EVENTS: Final = """
SELECT e.state, e.at, coalesce(p.name, '') AS who, e.reason
  FROM lot_event e LEFT JOIN person p ON p.id = e.by_id
 WHERE e.lot_id = $1 ORDER BY e.id"""

MOST_DOSES: Final = 1_000
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A lot as it comes in: its doses, and the clinic-local days on which they may be used, both included."""

    product: str
    code: str
    usable_from: date
    usable_until: date
    doses: int

    def check(self) -> None:
        """Raises Invalid with what is wrong beside its field."""
        errors: dict[str, Text] = {}
        if not CODE.fullmatch(self.code):
            errors["code"] = _("Please use letters, figures, dots and dashes only.")
        if self.usable_until < self.usable_from:
            errors["usable_until"] = _("The last day is before the first.")
        if not 0 < self.doses <= MOST_DOSES:
            errors["doses"] = _("Please give a number from %(least)s to %(most)s.").with_facts(least=1, most=MOST_DOSES)
        if errors:
            raise Invalid(errors)


@dataclass(frozen=True, slots=True)
class LotMoved:
    """A lot came into a state; `who` is a name, or empty."""

    state: LotState
    at: datetime
    who: str
    reason: str


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
    state: LotState
    number: int


async def shelf(clinic_id: int, now: datetime) -> list[OnShelf]:
    """The clinic's lots, the first to expire first."""
    rows = await run(SHELF, clinic_id, now)
    return [OnShelf(**{**row, "state": LotState(row["state"])}) for row in rows]


async def receive(arrival: Arrival, clinic_id: int, *, by: int | None, now: datetime) -> None:
    """A lot has come in: quarantined, until someone releases it. Raises Invalid."""
    arrival.check()
    if await Lot.exists(clinic_id=clinic_id, code=arrival.code):
        raise Invalid({"code": _("A lot with this code is here already.")})
    lot = await Lot.create(
        clinic_id=clinic_id,
        product=arrival.product,
        code=arrival.code,
        state=LotState.QUARANTINED,
        usable_from=arrival.usable_from,
        usable_until=arrival.usable_until,
    )
    await Dose.bulk_create(Dose(lot_id=lot.id, number=number) for number in range(1, arrival.doses + 1))
    await LotEvent.create(lot_id=lot.id, state=LotState.QUARANTINED, at=now, by_id=by, reason="")


async def set_state(
    clinic_id: int, lot_id: int, was: LotState, to: LotState, *, reason: str, by: int | None, now: datetime
) -> None:
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
    await LotEvent.create(lot_id=lot_id, state=to, at=now, by_id=by, reason=reason)


async def events_of(lot_id: int) -> list[LotMoved]:
    """Every state that a lot has been in since it came, the first first."""
    rows = await run(EVENTS, lot_id)
    return [LotMoved(**{**row, "state": LotState(row["state"])}) for row in rows]


async def promised(
    clinic_id: int, *, now: datetime, lot_id: int | None = None, booking_id: int | None = None
) -> list[Promised]:
    """The doses of a lot and whom they are for, or those of a booking and where they come from; lapsed holds aside."""
    rows = await run(PROMISED, clinic_id, lot_id, booking_id, now)
    return [Promised(**{**row, "state": LotState(row["state"])}) for row in rows]
