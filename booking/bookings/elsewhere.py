"""A patient is in one place at a time, whatever they are treated for and wherever: PostgreSQL says so of every live booking.

The other dates are those of the patient's other cases, often at another clinic. Nobody but the patient is told more of them
than that there are some.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self

from tortoise.exceptions import IntegrityError

from booking.accounts.viewers import Viewer
from booking.consultations.models import Case
from booking.kit.db import Record, constraint_of, run, run_one
from booking.kit.errors import Refusal
from booking.kit.times import days_between, in_zone
from booking.kit.words import _
from booking.slots.windows import Window


class Elsewhere(Refusal):
    status = 409
    say = _("The patient has other dates at that time, and cannot be in two places. Please choose others.")


class YourselfElsewhere(Elsewhere):
    """The same, told to the patient."""

    say = _("You have dates of another treatment at that time, and cannot be in two places. Please choose others.")


# Whoever would have dates looks past a hold that ran out, of their own case's or of another of the patient's, with no worker
# running (G3). It may find nothing to do: the worker can be just about to say the same, and has when this comes back.
LAPSE: Final = """
    WITH over AS (
        SELECT id FROM booking WHERE (case_id = $1 OR patient_id = $2) AND status = 'held' AND lapses_at <= $3
         ORDER BY id FOR UPDATE
    ), lapsed AS (
        UPDATE booking SET status = 'lapsed' FROM over WHERE booking.id = over.id RETURNING booking.id
    )
    INSERT INTO booking_event (booking_id, status, at, note) SELECT id, 'lapsed', $3, '' FROM lapsed RETURNING booking_id
"""
# With its own new dates it is in two places at once until its family is told: nobody else's may be in either (0009).
STAYS: Final = """
    SELECT starts_at, ends_at, aside_starts_at, aside_ends_at FROM booking
     WHERE patient_id = $1 AND case_id <> $2 AND (status = 'confirmed' OR status = 'held' AND lapses_at > $3)
     ORDER BY starts_at
"""


async def let_lapse(case_id: int, patient_id: int | None, *, now: datetime) -> None:
    """The case's holds that have run out, and all of this patient's, say so."""
    await run(LAPSE, case_id, patient_id, now)


def elsewhere(viewer: Viewer, patient_id: int | None) -> Elsewhere:
    """The refusal in the words of whoever reads it. A supporter of this case need know nothing of another."""
    is_patient = viewer.person_id is not None and viewer.person_id == patient_id
    return YourselfElsewhere() if is_patient else Elsewhere()


async def written(viewer: Viewer, patient_id: int | None, sql: str, *values: object) -> Record | None:
    """What the statement gives back that writes a live booking's dates. Raises Elsewhere; then the transaction, or the savepoint, is over."""
    try:
        return await run_one(sql, *values)
    except IntegrityError as fault:
        if constraint_of(fault) == "booking_patient_is_in_one_place":
            raise elsewhere(viewer, patient_id) from fault
        raise


@dataclass(frozen=True, slots=True)
class OtherStays:
    """When the patient of a case is somewhere else, by the live bookings of their other cases."""

    periods: tuple[tuple[datetime, datetime], ...] = ()

    @classmethod
    async def of(cls, case: Case, *, now: datetime) -> Self:
        rows = await run(STAYS, case.patient_id, case.id, now)
        known = [(row["starts_at"], row["ends_at"]) for row in rows]
        return cls(
            (*known, *((row["aside_starts_at"], row["aside_ends_at"]) for row in rows if row["aside_starts_at"]))
        )

    def days(self, zone: str) -> frozenset[date]:
        """Every local day on which they are not free for all of it."""
        spans = ((in_zone(starts, zone).date(), in_zone(ends, zone).date()) for starts, ends in self.periods)
        return frozenset(day for first, last in spans for day in days_between(first, last))

    def meet(self, window: Window) -> bool:
        """Whether they would be in two places: between the first step and the last they are at the clinic's place."""
        starts_at, ends_at = window.starts_at, window.ends_at
        return any(starts < ends_at and starts_at < ends for starts, ends in self.periods)

    def leave(self, windows: Iterable[Window]) -> list[Window]:
        """Those that meet none."""
        return [window for window in windows if not self.meet(window)] if self.periods else list(windows)
