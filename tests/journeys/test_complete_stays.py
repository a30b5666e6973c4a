import asyncio
from datetime import datetime, timedelta

from booking.bookings.models import Booking, BookingStatus
from booking.consultations.models import Case, CaseStatus
from booking.demo.world import World
from booking.journeys.check import check
from booking.journeys.complete_stays import complete_stays
from booking.kit.times import settle
from booking.services import Services
from booking.slots.windows import Window
from tests.journeys.trips import a_case, a_confirmed


def midnight_after(booking: Booking) -> datetime:
    """When the last treatment day is over, by the clinic's clock."""
    window = Window.from_json(booking.window)
    return settle(datetime.combine(window.end + timedelta(days=1), datetime.min.time()), window.zone)


async def test_a_stay_is_complete_when_its_last_day_is_over_at_the_clinic(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    over = midnight_after(booking)

    assert [await complete_stays(now=moment) for moment in (now, over - timedelta(minutes=1), over, over)] == [
        0,
        0,
        1,
        0,
    ]

    assert (await Booking.get(id=booking.id)).status is BookingStatus.COMPLETED
    assert (await Case.get(id=case.id)).status is CaseStatus.TREATED
    assert await check() == []


async def test_two_workers_complete_a_stay_once(lasting_world: World, services: Services, now: datetime) -> None:
    booking = await a_confirmed(await a_case(lasting_world, now=now), services)
    over = midnight_after(booking)

    done = await asyncio.gather(*(complete_stays(now=over) for _ in range(4)))

    assert sorted(done) == [0, 0, 0, 1]
    assert await check() == []
