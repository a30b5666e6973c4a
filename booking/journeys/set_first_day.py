"""Staff say from which day on a case's treatment may start: records are awaited, or someone is not fit to travel yet."""

from dataclasses import dataclass
from datetime import date, datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.consultations import cases
from booking.consultations.models import Case
from booking.journeys.find_dates import AHEAD
from booking.journeys.offer import clinic_of, offer_of
from booking.kit.db import transaction
from booking.kit.errors import Invalid
from booking.kit.times import in_zone
from booking.kit.words import _


@dataclass(frozen=True, slots=True)
class FirstDaySet:
    """A case, the day that staff have set if they have, and how many days ahead its programme asks of everyone."""

    case: Case
    lead_days: int


async def open_first_day(viewer: Viewer, code: str) -> FirstDaySet:
    """Raises NotFound, and Forbidden for who is not the clinic's staff."""
    case = await cases.get(viewer, code)
    cases.require_staff(viewer, case)
    return FirstDaySet(case, (await offer_of(case.version_id)).content.lead_days)


async def set_first_day(viewer: Viewer, code: str, day: date | None, *, now: datetime) -> None:
    """No dates before that day are offered to the family or held for them; None lifts it. Dates that they have stay.

    Raises NotFound, Forbidden, and Invalid for a day that is farther away than dates are offered.
    """
    async with transaction():
        case = await cases.get(viewer, code)
        cases.require_staff(viewer, case)
        if day and day > in_zone(now, (await clinic_of(case)).zone).date() + AHEAD:
            raise Invalid({"day": _("We can look 18 months ahead, not further. Please choose an earlier day.")})
        await Case.filter(id=case.id).update(not_before=day)
        await audit.record(viewer, "case.first_day", f"case {case.code}", now=now)
