"""What the database makes of a planned local time is what we make of it, on every night on which some clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

import pytest

from booking.kit.db import run
from booking.kit.times import settle
from booking.programmes.models import Clinic
from booking.slots.claims import TAKE
from booking.slots.closures import Closing, add, touched_by
from booking.slots.grid import EPOCH, GRAIN, Grid
from booking.slots.hours import Closed, Hours, closed_bits, open_bits
from booking.slots.local import instant
from booking.slots.models import Closure
from booking.slots.resources import set_hours
from tests.slots.rows import NOW, booking, free, small_clinic

pytestmark = pytest.mark.usefixtures("db")

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
QUARTER: Final = timedelta(minutes=15)
AROUND: Final = 16
YEARS: Final = datetime(2026, 1, 1, tzinfo=UTC), datetime(2037, 1, 1, tzinfo=UTC)
SETTLED: Final = f"""
SELECT {instant("local", "zone")} AS told FROM unnest($1::timestamp[], $2::text[]) AS asked (local, zone)"""  # noqa: S608 - our own texts
SHOWN: Final = "SELECT at AT TIME ZONE zone AS told FROM unnest($1::timestamptz[], $2::text[]) AS asked (at, zone)"
WELL_KNOWN_NIGHTS: Final = (
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2027, 11, 7)),
    ("America/Havana", date(2027, 3, 14)),  # midnight is in the gap
    ("America/Havana", date(2027, 11, 7)),  # the hour after midnight comes twice
    ("Africa/Cairo", date(2027, 10, 28)),  # the hour before midnight comes twice
    ("America/Nuuk", date(2027, 3, 27)),  # the hour before midnight is in the gap
    ("Australia/Lord_Howe", date(2027, 10, 3)),  # half an hour is
)


@cache
def nights() -> list[tuple[str, datetime]]:
    """Every change of a clock: the zone, and the instant."""
    found: dict[object, tuple[str, datetime]] = {}
    weeks = [YEARS[0] + n * WEEK for n in range((YEARS[1] - YEARS[0]) // WEEK)]
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        shown = [(week, week.astimezone(zone).utcoffset()) for week in weeks]
        for (before, old), (after, new) in pairwise(shown):
            if old != new:
                # Many zones change their clocks alike: one of them will do.
                at = changes_at(zone, before, after)
                found.setdefault((at, old, new), (name, at))
    return list(found.values())


def changes_at(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The minute in which the clock changes, between the two."""
    if after - before <= timedelta(minutes=1):
        return after.replace(second=0, microsecond=0)
    middle = before + (after - before) / 2
    is_later = middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset()
    return changes_at(zone, *((middle, after) if is_later else (before, middle)))


def around(at: datetime) -> list[datetime]:
    """Every quarter of an hour before and after."""
    return [at + n * QUARTER for n in range(-AROUND, AROUND)]


async def told(sql: str, asked: list[tuple[datetime, str]]) -> list[datetime]:
    return [row["told"] for row in await run(sql, *(list(column) for column in zip(*asked, strict=True)))]


def some_times(random: Random) -> tuple[time, time]:
    """Mostly of the hours in which clocks change; the end is later than the beginning, or midnight."""
    hours = random.choice([(0, 1, 2, 3), (0, 1, 2, 3), (21, 22, 23), (1, 23)])
    first, last = sorted(time(random.choice(hours), minute) for minute in random.sample(range(0, 60, 5), 2))
    return first, last if first < last and random.random() < 0.8 else time()


async def test_the_database_settles_every_local_time_as_we_do_on_every_night_on_which_a_clock_changes() -> None:
    instants = [(each, zone) for zone, at in nights() for each in around(at)]
    shown = await told(SHOWN, instants)
    # A country may have changed its rules since the database was built: where it shows other times than we do, it is left out.
    ours = [at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at, zone in instants]
    other = {zone for (_at, zone), here, there in zip(instants, ours, shown, strict=True) if here != there}
    asked = [
        (local, zone)
        for zone, at in nights()
        if zone not in other
        for local in around(at.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
    ]

    settled = await told(SETTLED, asked)

    wrong = [(local, zone, at) for (local, zone), at in zip(asked, settled, strict=True) if at != settle(local, zone)]
    assert wrong == []
    assert len({zone for _local, zone in asked}) > 20


@pytest.mark.parametrize(("zone", "night"), WELL_KNOWN_NIGHTS)
async def test_a_claim_may_be_taken_exactly_where_the_search_sees_free_time(zone: str, night: date) -> None:
    random = Random(f"{zone} {night}")  # noqa: S311 - the same times every time
    small, could = await small_clinic(), set()
    chair, mine = small.chairs[0].id, await booking(small, (await free(small))[0])
    days = Grid(zone, night - DAY, night + DAY)
    midnights = [day.base for day in days.days[1:]]
    at_night = [midnight + n for midnight in midnights for n in range(-36, 60)]
    for _ in range(50):
        always = random.random() < 0.5
        times = [(time(), time()) if always else some_times(random) for _day in days.days]
        hours = [Hours(day.date.weekday(), *each, night - WEEK) for day, each in zip(days.days, times, strict=True)]
        from_time, to_time = some_times(random)
        await set_hours(chair, hours, night - WEEK)
        await Closure.filter(resource_id=chair).delete()
        await Closure.create(resource_id=chair, first_day=night, last_day=night, from_time=from_time, to_time=to_time)
        free_bits = open_bits(tuple(hours), days) & ~closed_bits([Closed(night, night, from_time, to_time)], days)
        length = random.choice([1, 6, 14])
        for at in random.sample(at_night, 8):
            starts_at = EPOCH + (days.origin + at) * timedelta(minutes=GRAIN)
            row = (chair, "visit", starts_at, starts_at + length * timedelta(minutes=GRAIN))

            [counted] = await run(TAKE, *([each] for each in row), mine.id, NOW, None, zone, small.clinic.id, [""])

            needed = ((1 << length) - 1) << at
            assert counted["taken"] == (free_bits & needed == needed), (hours, from_time, to_time, row)
            could.add(counted["taken"])
    assert could == {0, 1}


async def test_a_closure_that_the_clock_swallows_is_in_nobodys_way() -> None:
    small, night = await small_clinic(), date(2027, 3, 14)
    chair, mine = small.chairs[0].id, await booking(small, (await free(small))[0])
    await set_hours(chair, [Hours(day, time(), time(), night) for day in range(7)], night)
    swallowed = Closing(chair, night, night, time(2, 30), time(3))
    await add(small.clinic.id, swallowed)
    row = (chair, "visit", datetime(2027, 3, 14, 6, tzinfo=UTC), datetime(2027, 3, 14, 9, tzinfo=UTC))

    [counted] = await run(
        TAKE, *([each] for each in row), mine.id, NOW, None, "America/New_York", small.clinic.id, [""]
    )

    await Clinic.filter(id=small.clinic.id).update(zone="America/New_York")
    assert counted == {"taken": 1}
    assert await touched_by(small.clinic.id, swallowed, now=NOW) == []
    assert closed_bits([Closed(night, night, time(2, 30), time(3))], Grid("America/New_York", night, night)) == 0
