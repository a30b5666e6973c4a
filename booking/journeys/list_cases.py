"""Someone comes home: the cases that are theirs, and those that they help with, with where each stands."""

from dataclasses import dataclass
from datetime import datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings.booking import status_at
from booking.bookings.models import Booking
from booking.consultations import cases
from booking.consultations.models import Case
from booking.consultations.way import State
from booking.journeys.case_file import BookingShown, WayStep
from booking.journeys.offer import Offer, offer_of
from booking.journeys.open_case import way_of
from booking.kit.db import transaction
from booking.programmes.models import Clinic
from booking.slots.windows import Window


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as a list shows it: no health text. `helps` names the patient whom the reader helps, if it is not their own."""

    case: Case
    clinic: Clinic
    offer: Offer
    helps: str
    way: tuple[WayStep, ...]
    booking: BookingShown | None

    @property
    def now_at(self) -> WayStep | None:
        return next((step for step in self.way if step.state is State.NOW), None)


async def list_cases(viewer: Viewer, *, now: datetime) -> tuple[CaseLine, ...]:
    """Their own first, then those they help with; in each the one that changed last first."""
    async with transaction():
        around = ("clinic", "patient")
        rows = await cases.visible_to(viewer).select_related(*around).order_by("-changed_at", "-id")
        latest = await _latest_bookings([row.id for row in rows], now=now)
        if rows:
            await audit.record(viewer, "cases.list", f"person {viewer.person_code}", now=now)
        lines = [
            CaseLine(
                row,
                row.clinic,
                await offer_of(row.version_id),
                row.patient.name if row.patient and row.patient_id != viewer.person_id else "",
                way_of(row, latest.get(row.id), now=now),
                latest.get(row.id),
            )
            for row in rows
        ]
    return tuple(sorted(lines, key=lambda line: bool(line.helps)))


async def _latest_bookings(case_ids: list[int], *, now: datetime) -> dict[int, BookingShown]:
    rows = await Booking.filter(case_id__in=case_ids).order_by("held_at", "id") if case_ids else []
    return {row.case_id: BookingShown(row, status_at(row, now), Window.from_json(row.window), ()) for row in rows}
