import pytest

from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking
from booking.consultations.models import Case
from booking.demo.world import World
from booking.services import Services
from tests.journeys import trips
from tests.journeys.trips import a_case, a_hold
from tests.journeys.waiting import MINUTE, close_but, joins


@pytest.fixture
def nia(world: World) -> Viewer:
    return trips.nia(world)


@pytest.fixture
async def taken(world: World, services: Services) -> Booking:
    """Abdullah holds the only dates of April."""
    booking = await a_hold(await a_case(world, who="abdullah", now=services.now()), services)
    await close_but(booking)
    return booking


@pytest.fixture
async def two(world: World, services: Services, taken: Booking) -> tuple[Case, Case]:
    """Samuel waits, and after him Hélène."""
    return await joins(world, "samuel", now=services.now()), await joins(world, "helene", now=services.now() + MINUTE)
