import pytest

from booking.accounts.viewers import Viewer
from booking.demo.world import World
from tests.journeys import trips


@pytest.fixture
def nia(world: World) -> Viewer:
    return trips.nia(world)
