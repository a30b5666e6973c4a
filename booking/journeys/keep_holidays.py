"""The clock keeps every clinic's closed days known as far ahead as dates are offered."""

from datetime import datetime

from booking.kit.db import transaction
from booking.kit.times import in_zone
from booking.programmes.models import Clinic
from booking.slots.holidays import fill


async def keep_holidays(*, now: datetime) -> None:
    """Fill in what is missing. It is safe to run twice at once: a day is written once."""
    for clinic in await Clinic.all():
        async with transaction():
            await fill(clinic, in_zone(now, clinic.zone).date())
