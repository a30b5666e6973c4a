from datetime import datetime, timedelta

from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking
from booking.bookings.opening import open_held
from booking.consultations.models import Case


async def a_hold(case: Case, now: datetime, *, by: Viewer) -> Booking:
    """Held for an hour; treatment for five days, 30 days from now."""
    starts = now + timedelta(days=30)
    return await open_held(
        case.id,
        {"start": "2027-02-11"},
        starts_at=starts,
        ends_at=starts + timedelta(days=5),
        lapses_at=now + timedelta(hours=1),
        by=by,
        now=now,
    )
