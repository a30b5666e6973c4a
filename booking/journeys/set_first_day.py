"""Staff say from which day on a case's treatment may start: records are awaited, or someone is not fit to travel yet."""

from dataclasses import dataclass
from datetime import date, datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings.booking import live_of
from booking.bookings.models import Booking
from booking.consultations import cases
from booking.consultations.models import Case
from booking.journeys.find_dates import AHEAD
from booking.journeys.offer import clinic_of, offer_of
from booking.kit.db import transaction
from booking.kit.errors import Invalid
from booking.kit.times import in_zone
from booking.kit.words import _
from booking.slots.windows import Window


@dataclass(frozen=True, slots=True)
class FirstDaySet:
    """A case, the day that staff have set if they have, and how many days ahead its programme asks of everyone.

    `sooner` is the booking that the case has if it begins before that day: it stays until staff move it.
    """

    case: Case
    lead_days: int
    sooner: Booking | None


async def open_first_day(viewer: Viewer, code: str, *, now: datetime) -> FirstDaySet:
    """Raises NotFound, and Forbidden for who is not the clinic's staff."""
    case = await cases.get(viewer, code)
    cases.require_staff(viewer, case)
    lead_days = (await offer_of(case.version_id)).content.lead_days
    return FirstDaySet(case, lead_days, await _sooner(case, case.not_before, now=now))


async def set_first_day(viewer: Viewer, code: str, day: date | None, *, now: datetime) -> Booking | None:
    """No dates before that day are offered to the family or held for them; None lifts it. Dates that they have stay.

    The booking that begins before that day, if there is one: whoever takes dates after this is refused such.

    Raises NotFound, Forbidden, and Invalid for a day that is farther away than dates are offered.
    """
    async with transaction():
        case = await cases.get(viewer, code)
        cases.require_staff(viewer, case)
        if day and day > in_zone(now, (await clinic_of(case)).zone).date() + AHEAD:
            raise Invalid({"day": _("We can look 18 months ahead, not further. Please choose an earlier day.")})
        await cases.lock(case.id)  # whoever takes dates for it at this moment has committed, and is seen
        await Case.filter(id=case.id).update(not_before=day)
        await audit.record(viewer, "case.first_day", f"case {case.code}", now=now)
        return await _sooner(case, day, now=now)


async def _sooner(case: Case, day: date | None, *, now: datetime) -> Booking | None:
    booking = await live_of(case.id, now=now) if day else None
    return booking if booking and day and Window.from_json(booking.claimed).start < day else None
