from datetime import datetime

import pytest

from booking.bookings.models import Booking
from tests.payments.rows import held_booking


@pytest.fixture
async def booking(db: None, now: datetime) -> Booking:
    return await held_booking(now)
