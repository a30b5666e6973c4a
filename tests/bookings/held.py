from datetime import datetime, time, timedelta

from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking
from booking.bookings.opening import open_held
from booking.consultations.models import Case
from booking.slots.windows import Window, WindowStep

MORNING = time(9)


async def a_hold(case: Case, now: datetime, *, by: Viewer, days: int = 30) -> Booking:
    """Held for an hour; treatment for five days, so many days from now."""
    days_of_it = [now.date() + timedelta(days=day) for day in (days, days + 4)]
    steps = [WindowStep(f"visit-{day}", day, MORNING, 60, 0, 0, ()) for day in days_of_it]
    window = Window(case.clinic_id, "America/Antigua", "a protocol", tuple(steps))
    return await open_held(case, window, lapses_at=now + timedelta(hours=1), by=by, now=now)
