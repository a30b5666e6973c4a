"""Staff open the calendar."""

from datetime import date, datetime

import pytest

from booking.accounts import audit
from booking.demo.ready import viewer_for
from booking.demo.world import World
from booking.journeys.open_calendar import count_calendar, open_calendar
from booking.journeys.who_booked import Booked
from booking.kit.errors import NotFound
from booking.services import Services
from booking.slots.models import LotState
from tests.journeys.trips import a_case, a_confirmed, a_hold, nia


async def test_the_calendar_tells_whose_bookings_are_on_it_and_leaves_a_trail(
    world: World, services: Services, now: datetime
) -> None:
    confirmed = await a_confirmed(await a_case(world, now=now), services)
    held = await a_hold(await a_case(world, who="helene", now=now), services)

    calendar = await open_calendar(nia(world), date(2027, 4, 1), date(2027, 4, 30), now=now)

    assert set(calendar.booked) == {confirmed.code, held.code}
    told = calendar.booked[confirmed.code]
    case = await confirmed.case
    assert told == Booked(confirmed.code, case.code, "Samuel Adeyemi", confirmed.status, told.titles)
    assert told.title("assessment")["en"] == "First visit with your doctor"
    assert calendar.today == date(2027, 1, 12)
    [entry] = await audit.trail(f"clinic {world.clinic.slug}")
    assert (entry.action, entry.who) == ("calendar.read", "Nia Prosper")


async def test_recalled_lots_and_those_of_other_days_are_left_out(world: World, now: datetime) -> None:
    calendar = await open_calendar(nia(world), date(2027, 4, 1), date(2027, 4, 7), now=now)

    assert [(lot.code, lot.state) for lot in calendar.lots] == [
        ("TB-UC-0102", LotState.RELEASED),
        ("TB-UC-0103", LotState.RELEASED),
        ("TB-UC-0104", LotState.QUARANTINED),
    ]


async def test_who_has_no_post_has_no_calendar(world: World, now: datetime) -> None:
    with pytest.raises(NotFound):
        await open_calendar(viewer_for(world.people["samuel"]), date(2027, 4, 1), date(2027, 4, 7), now=now)


async def test_from_afar_it_counts_names_nobody_and_leaves_no_trail(
    world: World, services: Services, now: datetime
) -> None:
    held = await a_hold(await a_case(world, now=now), services)

    calendar = await count_calendar(nia(world), date(2027, 4, 1), date(2027, 6, 30), kind="bed", now=now)

    assert (calendar.today, len(calendar.days), calendar.kinds[0]) == (date(2027, 1, 12), 91, "bed")
    counts = [count for line in calendar.lines for count in line.counts.values()]
    assert [(count.taken, count.held) for count in counts] == [(1, 1)]
    assert held.code not in repr(calendar)
    assert await audit.trail(f"clinic {world.clinic.slug}") == []
