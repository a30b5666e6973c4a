"""Alerts: raised the moment a red-flag answer comes, in front of clinicians until one of them acknowledges it."""

import json
from collections.abc import Iterable
from datetime import datetime

from booking.aftercare.models import Alert, AlertStatus, CheckIn
from booking.aftercare.red_flags import Sign
from booking.bookings.models import Booking
from booking.documents.keys import seal_for_case, unseal_for_case
from booking.kit.errors import MovedMeanwhile, NotFound, WrongMoment
from booking.kit.ids import new_code

SIGNS, NOTE = b"alert signs", b"alert note"


async def raise_alert(check_in: CheckIn, signs: Iterable[Sign], *, now: datetime) -> Alert:
    """Put these signs in front of the clinic. In the caller's transaction."""
    case_id = await case_of(check_in.booking_id)
    listed = json.dumps(sorted(signs)).encode()
    return await Alert.create(
        code=new_code(),
        booking_id=check_in.booking_id,
        check_in=check_in,
        signs_sealed=await seal_for_case(case_id, listed, SIGNS),
        status=AlertStatus.RAISED,
        raised_at=now,
    )


async def acknowledge(alert: Alert, *, by_id: int, note: str, now: datetime) -> None:
    """A clinician has seen it and says what was done. In the caller's transaction.

    Raises:
        WrongMoment: it was acknowledged before.
        MovedMeanwhile: someone else acknowledged it just now.
    """
    if alert.status is not AlertStatus.RAISED:
        raise WrongMoment
    case_id = await case_of(alert.booking_id)
    moved = await Alert.filter(id=alert.id, status=AlertStatus.RAISED).update(
        status=AlertStatus.ACKNOWLEDGED,
        acknowledged_at=now,
        acknowledged_by_id=by_id,
        note_sealed=await seal_for_case(case_id, note.encode(), NOTE),
    )
    if not moved:
        raise MovedMeanwhile


async def raised_alerts(clinic_id: int) -> list[Alert]:
    """What waits for the clinic's clinicians, oldest first."""
    return await Alert.filter(booking__case__clinic_id=clinic_id, status=AlertStatus.RAISED).order_by("raised_at", "id")


async def alert_of(clinic_id: int, code: str) -> Alert:
    """One alert of this clinic. Raises NotFound for any other."""
    found = await Alert.get_or_none(booking__case__clinic_id=clinic_id, code=code)
    if found is None:
        raise NotFound
    return found


async def signs_of(alert: Alert) -> list[Sign]:
    """What the alert is about. Raises Erased."""
    opened = await unseal_for_case(await case_of(alert.booking_id), alert.signs_sealed, SIGNS)
    return [Sign(name) for name in json.loads(opened)]


async def case_of(booking_id: int) -> int:
    """The case whose key seals what this booking's aftercare writes."""
    return (await Booking.get(id=booking_id)).case_id
