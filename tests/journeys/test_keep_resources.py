from datetime import datetime, time

import pytest

from booking.accounts.viewers import Viewer
from booking.journeys.change_resource import change_resource, open_resource, retire_resource, set_hours
from booking.journeys.keep_resources import add_resource, open_resources, set_capacity
from booking.kit.errors import NotFound
from booking.slots.claims import take
from booking.slots.models import Resource
from booking.slots.resources import Rostered, StillBooked
from tests.slots.rows import FIRST, NOW, WEEK, booking, coordinator, free, small_clinic


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
