from datetime import date, datetime, time, timedelta

import pytest

from booking.accounts.models import Role
from booking.accounts.viewers import Viewer
from booking.demo.clinic.load import programme_content
from booking.demo.ready import staff_of
from booking.demo.world import World
from booking.journeys.keep_resources import (
    add_resource,
    change_resource,
    open_resource,
    open_resources,
    retire_resource,
    set_capacity,
    set_hours,
)
from booking.kit.errors import Invalid, NotFound
from booking.slots.claims import take
from booking.slots.hours import Hours
from booking.slots.models import Resource
from booking.slots.resources import Rostered, StillBooked
from tests.slots.rows import FIRST, NOW, Small, booking, days, free, small_clinic

DAY = timedelta(days=1)
WEEK = [Hours(day, time(8), time(17)) for day in range(7)]


@pytest.fixture
def nia(world: World) -> Viewer:
    return staff_of(world, "nia", Role.COORDINATOR)


def coordinator(small: Small) -> Viewer:
    return Viewer(roles=frozenset({(small.clinic.id, Role.COORDINATOR)}))


async def test_a_pool_is_as_many_resources_as_it_has_places_with_the_hours_of_its_kind(
    nia: Viewer, now: datetime
) -> None:
    await add_resource(nia, Rostered("bed", "Quiet bed", ("bariatric",)), count=2, like=None, now=now)
    await set_capacity(nia, "Quiet bed", "bed", 3, now=now)

    found = await open_resources(nia)

    [pool] = [one for one in found.pools if one.name == "Quiet bed"]
    assert [(one.name, one.skills) for one in pool.members] == [
        ("Quiet bed 1", ["bariatric"]),
        ("Quiet bed 2", ["bariatric"]),
        ("Quiet bed 3", []),
    ]
    for bed in pool.members:
        openings = (await open_resource(nia, bed.id, now=now)).openings
        assert [(one.weekday, one.opens) for one in openings] == [(day, time(7, 30)) for day in range(6)]
    await set_capacity(nia, "Quiet bed", "bed", 1, now=now)
    assert [one.name for one in (await open_resources(nia)).every if "Quiet" in one.name] == ["Quiet bed 1"]


async def test_a_pool_gives_up_first_what_nobody_has_and_never_what_is_kept(db: None) -> None:
    small = await small_clinic(chairs=2)
    viewer, window = coordinator(small), (await free(small))[0]
    await take(window, (await booking(small, window)).id, now=NOW, lapses_at=None)
    await set_capacity(viewer, "chair", "chair", 1, now=NOW)
    [kept] = await Resource.filter(kind="chair", clinic_id=small.clinic.id, is_active=True)
    assert kept.id in window.steps[1].resources

    await set_capacity(viewer, "chair", "chair", 2, now=NOW)
    await set_capacity(viewer, "clinician", "clinician", 2, now=NOW)
    second = await booking(small, window)
    await take((await free(small))[0], second.id, now=NOW, lapses_at=None)
    with pytest.raises(StillBooked) as refused:
        await set_capacity(viewer, "chair", "chair", 1, now=NOW)
    with pytest.raises(StillBooked):
        await retire_resource(viewer, kept.id, now=NOW)

    assert len(refused.value.resources) == 2
    assert await Resource.filter(kind="chair", clinic_id=small.clinic.id, is_active=True).count() == 2


async def test_new_hours_hold_from_their_day_and_name_whom_they_leave_outside(db: None) -> None:
    small = await small_clinic(chairs=1, content=programme_content())
    viewer, chair, window = coordinator(small), small.chairs[0].id, (await free(small))[0]
    mine = await booking(small, window)
    await take(window, mine.id, now=NOW, lapses_at=None)
    late = [one._replace(opens=time(12)) for one in WEEK]

    asked = await set_hours(viewer, chair, late, FIRST, anyway=False, now=NOW)
    assert (asked.is_kept, [(one.booking, one.step) for one in asked.outside]) == (False, [(mine.code, "infusion")])
    assert (await open_resource(viewer, chair, now=NOW)).outside == []
    kept = await set_hours(viewer, chair, late, FIRST + 4 * DAY, anyway=False, now=NOW)
    assert (kept.is_kept, days(await free(small))) == (True, [3])
    await set_hours(viewer, chair, late, FIRST, anyway=True, now=NOW)

    one = await open_resource(viewer, chair, now=NOW)
    assert [(each.opens, each.from_day, each.until_day) for each in one.openings if each.weekday == 0] == [
        (time(8), date(2027, 1, 1), date(2027, 1, 31)),
        (time(12), FIRST, None),
    ]
    assert [(each.booking, each.step) for each in one.outside] == [(mine.code, "infusion")]
    assert await free(small) == []


async def test_names_are_one_s_own_and_skills_are_words(nia: Viewer, now: datetime) -> None:
    doctor = await Resource.get(name="Dr Kwame Thorne")

    await change_resource(nia, doctor.id, name="Dr K Thorne", skills=["neurology", "lumbar-puncture"], now=now)

    assert (await Resource.get(id=doctor.id)).skills == ["lumbar-puncture", "neurology"]
    with pytest.raises(Invalid) as refused:
        await change_resource(nia, doctor.id, name="Dr Ines Baptiste", skills=[], now=now)
    assert list(refused.value.errors) == ["name"]
    with pytest.raises(Invalid) as refused:
        await add_resource(nia, Rostered("Bed!", "", ("Two words",)), count=1, like=None, now=now)
    assert sorted(refused.value.errors) == ["kind", "name", "skills"]


async def test_another_clinic_s_resources_are_not_there(nia: Viewer, now: datetime) -> None:
    small = await small_clinic()

    for attempt in (
        open_resource(nia, small.chairs[0].id, now=now),
        change_resource(nia, small.chairs[0].id, name="Mine", skills=[], now=now),
        retire_resource(nia, small.chairs[0].id, now=now),
        set_hours(nia, small.chairs[0].id, WEEK, FIRST, anyway=True, now=now),
        set_capacity(nia, "chair", "chair", 1, now=now),
        add_resource(nia, Rostered("bed", "Mine"), count=1, like=small.chairs[0].id, now=now),
    ):
        with pytest.raises(NotFound):
            await attempt
