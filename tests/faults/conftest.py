"""A family that is about to pay, and the place where the processes of these drills run."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from booking.bookings.models import Booking
from booking.demo.postgres import Running
from booking.services import Services
from tests.faults.paying import example_now
from tests.faults.processes import Place
from tests.journeys.trips import a_case, a_hold
from tests.outside import PLAIN, Clock


@pytest.fixture
async def held(clean_db: None, clock: Clock, services: Services) -> Booking:
    """Dates held by Samuel today: processes live by the real clock, and so do we here."""
    clock.at = datetime.now(UTC)
    return await a_hold(await a_case(await example_now(clock), now=clock.at), services)


@pytest.fixture
def place(server: Running, stripe_address: str, tmp_path: Path) -> Iterator[Place]:
    yield Place(server.url, stripe_address, tmp_path)
    httpx.delete(f"{stripe_address}/_control/faults", verify=PLAIN).raise_for_status()
