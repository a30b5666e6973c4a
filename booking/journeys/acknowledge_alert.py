"""Red flags: what a family answered that a clinician must see at once."""

from dataclasses import dataclass
from datetime import datetime

from booking.accounts import audit
from booking.accounts.models import Person, Role
from booking.accounts.viewers import Viewer
from booking.aftercare import alerts
from booking.aftercare.models import Alert
from booking.aftercare.red_flags import Sign
from booking.consultations import cases
from booking.consultations.models import Case
from booking.consultations.sealed_text import subject
from booking.kit.db import transaction
from booking.kit.errors import Forbidden, Invalid
from booking.kit.times import UTC
from booking.kit.words import _


class OnlyAClinicianAcknowledges(Forbidden):
    say = _("Only a clinician of this clinic acknowledges an alert. If nobody has called yet, call a clinician now.")


@dataclass(frozen=True, slots=True)
class AlertShown:
    """One alert with its signs, and whom to call."""

    code: str
    case: Case
    patient: Person | None
    asked_by: Person | None
    day: int
    signs: tuple[Sign, ...]
    raised_at: datetime


async def open_alerts(viewer: Viewer, *, now: datetime) -> list[AlertShown]:
    """Every alert that waits at the viewer's clinics, the oldest first. Leaves an audit row for each case."""
    async with transaction():
        waiting = [alert for clinic_id in sorted(viewer.clinics) for alert in await alerts.raised_alerts(clinic_id)]
        return [await _shown(alert, viewer=viewer, now=now) for alert in waiting]


async def acknowledge_alert(viewer: Viewer, code: str, note: str, *, now: datetime) -> None:
    """A clinician has seen it, and says what was done.

    Raises NotFound, OnlyAClinicianAcknowledges, Invalid without a note, WrongMoment, MovedMeanwhile.
    """
    async with transaction():
        alert = await _of_clinics(viewer, code)
        case = await _case_of(alert, viewer)
        if viewer.person_id is None or not viewer.has_role(case.clinic_id, Role.CLINICIAN):
            raise OnlyAClinicianAcknowledges
        if not note.strip():
            raise Invalid({"note": _("Please write what was done: whom you reached, and what you advised.")})
        await alerts.acknowledge(alert, by_id=viewer.person_id, note=note.strip(), now=now)
        await audit.record(viewer, "alert.acknowledge", subject(case), now=now)


async def _shown(alert: Alert, *, viewer: Viewer, now: datetime) -> AlertShown:
    case = await _case_of(alert, viewer)
    await alert.fetch_related("check_in")
    await audit.record(viewer, "alert.read", subject(case), now=now)
    signs = tuple(await alerts.signs_of(alert))
    raised_at = alert.raised_at.astimezone(UTC)
    return AlertShown(alert.code, case, case.patient, case.asked_by, alert.check_in.day, signs, raised_at)


async def _of_clinics(viewer: Viewer, code: str) -> Alert:
    waiting = await Alert.get_or_none(code=code).select_related("booking__case")
    clinic_id = waiting.booking.case.clinic_id if waiting else 0
    return await alerts.alert_of(clinic_id if clinic_id in viewer.clinics else 0, code)


async def _case_of(alert: Alert, viewer: Viewer) -> Case:
    return await cases.visible_to(viewer).select_related("patient", "asked_by").get(bookings__id=alert.booking_id)
