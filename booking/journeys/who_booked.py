"""Whose bookings they are that a page of the desk names: one statement for all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from booking.accounts.viewers import Viewer
from booking.bookings.models import BookingStatus
from booking.journeys.offer import offer_of
from booking.kit.db import run
from booking.kit.errors import NotFound
from booking.programmes.models import Clinic

BOOKED: Final = """
SELECT b.code, b.status, c.code AS case_code, coalesce(p.name, '') AS patient, c.version_id
  FROM booking b JOIN "case" c ON c.id = b.case_id LEFT JOIN person p ON p.id = c.patient_id
 WHERE c.clinic_id = $1 AND b.code = ANY($2::text[])"""


@dataclass(frozen=True, slots=True)
class Booked:
    """Whose booking it is. `titles` are its steps in the languages that the clinic wrote."""

    code: str
    case: str
    patient: str
    status: BookingStatus
    titles: Mapping[str, Mapping[str, str]]

    def title(self, step: str) -> Mapping[str, str]:
        """What a step is called; its key if the programme no longer has it."""
        return self.titles.get(step) or {"en": step}


async def who_booked(clinic_id: int, codes: Iterable[str]) -> dict[str, Booked]:
    """Each of these bookings of the clinic, by its code. The caller has seen to it that staff ask, and writes the trail."""
    wanted = sorted(set(codes))
    rows = await run(BOOKED, clinic_id, wanted) if wanted else []
    titles = {version: await _titles(version) for version in {row["version_id"] for row in rows}}
    return {
        row["code"]: Booked(
            row["code"], row["case_code"], row["patient"], BookingStatus(row["status"]), titles[row["version_id"]]
        )
        for row in rows
    }


async def own_clinic(viewer: Viewer) -> Clinic:
    """The clinic at which the viewer has their one post. Raises NotFound for who has none."""
    clinic = await Clinic.get_or_none(id=min(viewer.clinics)) if viewer.clinics else None
    if clinic is None:
        raise NotFound
    return clinic


async def _titles(version_id: int) -> dict[str, Mapping[str, str]]:
    return {step.key: step.title for step in (await offer_of(version_id)).protocol.steps}
