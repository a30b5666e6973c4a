"""Staff look at who waits for dates, for which, and what was offered; and take someone off the list, with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings import waitlist
from booking.bookings.models import Wait, WaitStatus
from booking.bookings.waitlist import NotWaiting
from booking.bookings.wishes import Wish
from booking.consultations import cases
from booking.consultations.models import Case
from booking.consultations.sealed_text import subject
from booking.journeys.offer_freed import say_wait_ended
from booking.journeys.who_booked import own_clinic
from booking.kit.db import Record, run, transaction
from booking.kit.errors import Invalid, WrongMoment
from booking.kit.times import UTC
from booking.kit.words import _
from booking.programmes.models import Clinic


class OfferStands(WrongMoment):
    say = _("Dates are kept for this case just now. Take it off the list when that time is over, or cancel them first.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case in line. `offers` are the first days that it was offered, the latest last; `until` when one stands."""

    place: int
    case: str
    patient: str
    wish: Wish
    since: datetime
    is_paused: bool
    booking: str
    start: date | None
    until: datetime | None
    offers: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Waitlist:
    """The clinic's line, the first first."""

    clinic: Clinic
    line: Sequence[Waiting]


LINE: Final = """
    SELECT wait.id, c.code, coalesce(person.name, '') AS patient, since, offer.code AS booking, offer.lapses_at AS until,
           offer."window" ->> 'start' AS start,
           EXISTS (SELECT FROM silence WHERE silence.case_id = c.id AND lifted_at IS NULL) AS is_paused,
           array(SELECT booking."window" ->> 'start' FROM wait_event JOIN booking ON booking.id = booking_id
                  WHERE wait_id = wait.id AND wait_event.status = 'offered' ORDER BY wait_event.id) AS offers
      FROM wait JOIN "case" AS c ON c.id = wait.case_id LEFT JOIN person ON person.id = c.patient_id
      LEFT JOIN booking AS offer ON offer.id = wait.booking_id AND wait.status = 'offered'
            AND offer.status = 'held' AND offer.lapses_at > $2
     WHERE wait.clinic_id = $1 AND wait.status IN ('waiting', 'offered') ORDER BY since, wait.id
"""


async def open_waitlist(viewer: Viewer, *, now: datetime) -> Waitlist:
    """Everyone who waits at the viewer's clinic. It names patients, so it leaves an audit row."""
    async with transaction():
        clinic = await own_clinic(viewer)
        rows = await run(LINE, clinic.id, now)
        waits = {wait.id: wait for wait in await Wait.filter(id__in=[row["id"] for row in rows])}
        await audit.record(viewer, "waitlist.read", f"clinic {clinic.slug}", now=now)
    return Waitlist(
        clinic,
        [_waiting(place, row, Wish.of(waits[row["id"]])) for place, row in enumerate(rows, 1) if row["id"] in waits],
    )


def _waiting(place: int, row: Record, wish: Wish) -> Waiting:
    return Waiting(
        place=place,
        case=row["code"],
        patient=row["patient"],
        wish=wish,
        since=row["since"].astimezone(UTC),
        is_paused=row["is_paused"],
        booking=row["booking"] or "",
        start=date.fromisoformat(row["start"]) if row["start"] else None,
        until=row["until"].astimezone(UTC) if row["until"] else None,
        offers=tuple(date.fromisoformat(day) for day in row["offers"]),
    )


async def open_removal(viewer: Viewer, code: str) -> tuple[Case, Wait | None]:
    """The case, and its place in line if it has one. Raises NotFound."""
    case = await cases.get(viewer, code)
    cases.require_staff(viewer, case)
    return case, await waitlist.of_case(case.id)


async def remove_from_waitlist(viewer: Viewer, code: str, reason: str, *, now: datetime) -> None:
    """Take the case off the list, and tell the family that it is; the reason is for the team.

    Raises NotFound, Invalid without a reason, NotWaiting, and OfferStands while dates are kept for it.
    """
    if not reason:
        raise Invalid({"reason": _("Please say why: whoever looks at this case later will ask.")})
    async with transaction():
        case, wait = await open_removal(viewer, code)
        if wait is None:
            raise NotWaiting
        if wait.status is WaitStatus.OFFERED:
            raise OfferStands
        await waitlist.move(wait, WaitStatus.REMOVED, by=viewer, now=now, note=reason)
        await wait.fetch_related("case", "booking")
        await say_wait_ended(wait, WaitStatus.REMOVED, now=now)
        await audit.record(viewer, "wait.remove", subject(case), now=now)
