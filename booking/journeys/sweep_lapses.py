"""Holds whose time is over say so. Nobody waits for this: a lapsed hold blocks no one even if it never runs (G3)."""

from contextlib import suppress
from datetime import datetime

from booking.accounts.viewers import SYSTEM
from booking.bookings.booking import lapsed_holds, locked
from booking.bookings.models import BookingStatus
from booking.bookings.moves import move
from booking.journeys.offer_freed import offer_freed
from booking.kit.db import transaction
from booking.kit.errors import MovedMeanwhile
from booking.slots import claims


async def sweep_lapses(*, now: datetime) -> int:
    """Move every lapsed hold to lapsed and give back what it still has; how many.

    Its charge stays due: a payment that is under way may still come, and is then settled.
    """
    swept = 0
    for found in await lapsed_holds(now):
        with suppress(MovedMeanwhile):
            async with transaction():
                booking = await locked(found.id)
                if booking.status is not BookingStatus.HELD or booking.lapses_at is None or booking.lapses_at > now:
                    continue
                await move(booking, BookingStatus.LAPSED, by=SYSTEM, now=now)
                await claims.release(booking.id)
                swept += 1
    if swept:
        await offer_freed(now=now)
    return swept
