"""Someone lets held dates go before they lapse by themselves."""

from datetime import datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings import booking as bookings
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import move
from booking.consultations import cases
from booking.journeys.offer_freed import offer_freed
from booking.kit.db import transaction
from booking.kit.errors import WrongMoment
from booking.messages import outbox
from booking.payments.charges import void_charges
from booking.slots import claims


async def release_hold(viewer: Viewer, code: str, *, now: datetime) -> Booking:
    """Give the dates back at once. Raises NotFound, and WrongMoment if it is no hold any more.

    A payment page that is still open is closed by the worker's next round; what is paid there before goes back.
    """
    found = await bookings.get(viewer, code)
    cases.require_to_book(viewer, found.case)
    async with transaction():
        booking = await bookings.locked(found.id)
        # What is confirmed, or waits for its refund, may be cancelled too, but not here: money hangs on it.
        if booking.status is not BookingStatus.HELD:
            raise WrongMoment
        await move(booking, BookingStatus.CANCELLED, by=viewer, now=now, note="let go")
        await claims.release(booking.id)
        await void_charges(booking)
        await outbox.cancel_trip(booking.id, now=now)
        await audit.record(viewer, "booking.release", f"booking {booking.code}", now=now)
    await offer_freed(found.case.clinic_id, now=now)
    return booking
