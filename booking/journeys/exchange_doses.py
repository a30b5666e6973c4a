"""A lot was recalled or is held back: whoever was promised a dose of it gets one of another lot, at their own dates."""

from datetime import datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings import booking as bookings
from booking.bookings.booking import lapse_of
from booking.consultations import cases
from booking.kit.db import transaction
from booking.kit.errors import Refusal, WrongMoment
from booking.kit.words import _
from booking.slots import exchange
from booking.slots.claims import WindowTaken
from booking.slots.windows import Window


class NoOtherDose(Refusal):
    status = 409
    say = _(
        "There is no other dose that may be used on these dates, so this booking keeps the one it has. "
        "Release another lot first, or move the booking."
    )


class NothingToExchange(WrongMoment):
    say = _("This booking has no dose of a lot that is held back, or it was given already.")


async def exchange_doses(viewer: Viewer, code: str, *, now: datetime) -> None:
    """All of its doses are exchanged, or none. Nobody is told: nothing changes for those who come.

    Raises NotFound, WrongMoment for a booking that is over, NothingToExchange, NoOtherDose.
    """
    found = await bookings.get(viewer, code)
    cases.require_staff(viewer, found.case)
    try:
        async with transaction():
            booking = await bookings.locked(found.id)
            if booking.status not in bookings.LIVE or lapse_of(booking, now) is not None:
                raise WrongMoment
            window = Window.from_json(booking.claimed)
            if not await exchange.exchange_doses(window, booking.id, now=now, lapses_at=booking.lapses_at):
                raise NothingToExchange
            await audit.record(viewer, "doses.exchange", f"booking {booking.code}", now=now)
    except WindowTaken:
        raise NoOtherDose from None
