"""Staff look for other dates for a booking: what it has itself counts as free."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings import booking as bookings
from booking.bookings.booking import lapse_of
from booking.bookings.elsewhere import OtherStays
from booking.bookings.models import Booking
from booking.consultations import cases
from booking.journeys.find_dates import Dates, free_dates, wishes_of
from booking.journeys.offer import clinic_of, offer_of
from booking.journeys.who_booked import Booked, who_booked
from booking.journeys.wished_interpreter import interpreter_in
from booking.kit.db import run, transaction
from booking.kit.errors import WrongMoment
from booking.slots.calendar import month_of
from booking.slots.skills import skills_of
from booking.slots.windows import Window

NAMES: Final = "SELECT id, name FROM resource WHERE clinic_id = $1"


@dataclass(frozen=True, slots=True)
class OtherDates:
    """A booking, the dates that it has, and those that it could have instead. `names` are the resources' by their id."""

    booking: Booking
    booked: Booked
    before: Window
    dates: Dates
    interpreter: str
    names: Mapping[int, str]


async def find_other_dates(
    viewer: Viewer,
    code: str,
    month: date | None,
    *,
    interpreter: str | None,
    key: bytes,
    now: datetime,
) -> OtherDates:
    """Free dates of a month, or of the one in which it is now; with the interpreter that it has, if none is named.

    `interpreter` "" wishes for none. Raises NotFound unless the viewer works at the clinic, WrongMoment for what is over.
    """
    async with transaction():
        booking = await bookings.get(viewer, code)
        cases.require_staff(viewer, booking.case)
        if booking.status not in bookings.LIVE or lapse_of(booking, now) is not None:
            raise WrongMoment
        await audit.record(viewer, "booking.read", f"booking {booking.code}", now=now)
        clinic, offer = await clinic_of(booking.case), await offer_of(booking.case.version_id)
        languages = await skills_of(clinic.id, "interpreter")
        before = Window.from_json(booking.claimed)
        wished = (await interpreter_in(before, booking.case) or "") if interpreter is None else interpreter
        first = (month or before.start).replace(day=1)
        dates = await free_dates(
            clinic,
            offer,
            wishes_of(wished),
            first,
            month_of(first)[1],
            key=key,
            now=now,
            others=await OtherStays.of(booking.case, now=now),
            but_for=booking.id,
        )
        [booked] = (await who_booked(clinic.id, [booking.code])).values()
        names = {row["id"]: row["name"] for row in await run(NAMES, clinic.id)}
        return OtherDates(booking, booked, before, replace(dates, interpreters=languages), wished, names)
