"""The last day of a stay has passed: the booking is complete, its case treated, and what follows is aftercare."""

from contextlib import suppress
from datetime import datetime

from booking.accounts.viewers import SYSTEM
from booking.bookings.booking import ended_stays, locked
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import move
from booking.consultations import moves
from booking.consultations.models import Case, CaseStatus
from booking.kit.db import transaction
from booking.kit.errors import MovedMeanwhile, WrongMoment
from booking.kit.times import in_zone
from booking.slots.windows import Window


async def complete_stays(*, now: datetime) -> int:
    """Complete every confirmed booking whose last day is over by the clinic's clock; how many.

    Safe in two workers at once, and harmless if it runs late: nothing waits for it.
    """
    completed = 0
    for found in await ended_stays(now):
        # One that cannot be completed keeps no other from it; `booking check` names it.
        with suppress(MovedMeanwhile, WrongMoment):
            async with transaction():
                booking = await locked(found.id)
                if booking.status is not BookingStatus.CONFIRMED or not _is_over(booking, now):
                    continue
                await move(booking, BookingStatus.COMPLETED, by=SYSTEM, now=now)
                await moves.move(await Case.get(id=booking.case_id), CaseStatus.TREATED, by=SYSTEM, now=now)
                completed += 1
    return completed


def _is_over(booking: Booking, now: datetime) -> bool:
    window = Window.from_json(booking.window)
    return in_zone(now, window.zone).date() > window.end
