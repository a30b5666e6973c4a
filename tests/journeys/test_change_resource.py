"""One resource changes: its hours, what it can do; bookings keep what they have, and the desk knows whose."""

from datetime import date, datetime, time
from typing import Any

import pytest

from booking.accounts.audit import trail
from booking.accounts.viewers import Viewer
from booking.demo.clinic.load import programme_content
from booking.demo.world import World
from booking.journeys.accept_remedies import Choice, accept_remedies
from booking.journeys.change_resource import (
    bring_back_resource,
    change_resource,
    open_resource,
    retire_resource,
    set_hours,
)
from booking.journeys.close_resource import close_resource
from booking.journeys.find_dates import find_dates
from booking.journeys.find_remedies import Change, find_remedies
from booking.journeys.keep_resources import add_resource, open_resources
from booking.kit.errors import Invalid, NotFound
from booking.services import Services
from booking.slots.claims import take
from booking.slots.closures import Closing
from booking.slots.models import Closure, Resource
from booking.slots.resources import Rostered
from booking.slots.windows import Window
from tests.journeys.trips import FIRST as APRIL
from tests.journeys.trips import KEY, LAST, LINKS, a_case, a_hold, patient_of
from tests.slots.rows import DAY, FIRST, NOW, WEEK, booking, coordinator, days, free, small_clinic


async def test_new_hours_hold_from_their_day_and_name_whom_they_leave_outside(db: None) -> None:
    small = await small_clinic(chairs=1, content=programme_content())
    viewer, chair, window = coordinator(small), small.chairs[0].id, (await free(small))[0]
    mine = await booking(small, window)
    await take(window, mine.id, now=NOW, lapses_at=None)
    late = [one._replace(opens=time(12)) for one in WEEK]

    asked = await set_hours(viewer, chair, late, FIRST, anyway=False, now=NOW)
    assert (asked.is_kept, [(one.booking, one.step) for one in asked.touched]) == (False, [(mine.code, "infusion")])
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


async def test_a_skill_that_a_booking_asks_for_is_taken_only_knowingly_and_the_booking_may_have_someone_else(
    world: World, nia: Viewer, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    how: dict[str, Any] = {"interpreter": "ar", "key": KEY, "now": now}
    _case, shown = await find_dates(await patient_of(case), case.code, APRIL, LAST, **how)
    mine = await a_hold(case, services, shown.token(shown.windows[0]))
    salma, luc = await Resource.get(name="Salma Haddad"), await Resource.get(name="Luc Fontaine")

    more = await change_resource(nia, salma.id, name="Salma H", skills=["ar", "de"], now=now)
    asked = await change_resource(nia, salma.id, name="Salma H", skills=["de"], now=now)
    assert (more.is_kept, more.touched, asked.is_kept) == (True, [], False)
    assert {one.booking for one in asked.touched} == {mine.code}
    assert (await open_resource(nia, salma.id, now=now)).unable == []
    kept = await change_resource(nia, salma.id, name="Salma H", skills=["de"], anyway=True, now=now)
    assert (kept.is_kept, (await open_resource(nia, salma.id, now=now)).unable) == (True, asked.touched)

    await change_resource(nia, luc.id, name=luc.name, skills=["ar", "fr"], now=now)
    for change in (Change(), Change(resource=salma.id)):
        found = await find_remedies(nia, change, key=KEY, now=now)
        assert (found.unsuited, [one.code for one in found.touches]) == (["Salma H"], [mine.code])
    [touch] = found.touches
    assert (touch.interpreter, touch.remedy.same is not None) == ("ar", True)
    choice = Choice(mine.code, touch.offers[0][1])
    [answer] = await accept_remedies(nia, change, [choice], key=KEY, links=LINKS, now=now)

    await mine.refresh_from_db()
    window = Window.from_json(mine.window)
    assert (answer.refused, window.starts_at) == (None, mine.starts_at)
    assert {one for step in window.steps for one, asks in step.asked() if "ar" in asks.split()} == {luc.id}
    assert (await find_remedies(nia, change, key=KEY, now=now)).touches == []


async def test_hours_that_leave_a_booking_outside_are_gone_round_like_a_closure(db: None) -> None:
    small = await small_clinic(chairs=2, content=programme_content())
    viewer, window = coordinator(small), (await free(small))[0]
    mine = await booking(small, window)
    await take(window, mine.id, now=NOW, lapses_at=None)
    chair = window.steps[1].resources[1]
    late = [one._replace(opens=time(12)) for one in WEEK]

    await set_hours(viewer, chair, late, FIRST, anyway=True, now=NOW)

    found = await find_remedies(viewer, Change(resource=chair), key=KEY, now=NOW)
    [touch] = found.touches
    assert touch.remedy.same is not None
    assert chair not in touch.remedy.same.steps[1].resources
    assert [one.code for one in (await find_remedies(viewer, Change(), key=KEY, now=NOW)).touches] == [mine.code]


async def test_what_was_retired_comes_back_on_its_day_as_it_was_whatever_had_kept_it_away(db: None) -> None:
    small = await small_clinic(chairs=1, content=programme_content())
    viewer, chair = coordinator(small), small.chairs[0].id
    left = Closing(chair, NOW.date() - DAY, FIRST + 400 * DAY, reason="Broken")
    await close_resource(viewer, left, anyway=False, now=NOW)
    await retire_resource(viewer, chair, now=NOW)
    assert [one.id for one in (await open_resources(viewer)).retired] == [chair]

    await bring_back_resource(viewer, chair, FIRST + 3 * DAY, now=NOW)

    assert (await open_resources(viewer)).retired == []
    assert (days(await free(small)), (await free(small))[0].steps[1].resources[1]) == ([3, 4, 5, 6], chair)
    kept = await Closure.filter(resource_id=chair).order_by("first_day").values_list("first_day", "last_day", "reason")
    today = NOW.date()
    assert kept == [(today - DAY, today - DAY, "Broken"), (today, FIRST + 2 * DAY, "")]
    assert [one.action for one in await trail(f"resource {chair}")][:2] == ["resource.bring_back", "resource.retire"]


async def test_nothing_comes_back_twice_in_the_past_to_another_clinic_or_under_a_name_that_is_taken(
    db: None, now: datetime
) -> None:
    small = await small_clinic(chairs=2)
    viewer, chair = coordinator(small), small.chairs[1]
    await retire_resource(viewer, chair.id, now=NOW)
    await change_resource(viewer, small.chairs[0].id, name=chair.name, skills=[], now=NOW)
    stranger = coordinator(await small_clinic())

    for day, refusal in ((NOW.date() - DAY, Invalid), (None, Invalid)):
        with pytest.raises(refusal):
            await bring_back_resource(viewer, chair.id, day, now=NOW)
    for who, resource in ((stranger, chair.id), (viewer, small.chairs[0].id)):
        with pytest.raises(NotFound):
            await bring_back_resource(who, resource, None, now=NOW)
    await change_resource(viewer, small.chairs[0].id, name="chair 1", skills=[], now=NOW)
    await bring_back_resource(viewer, chair.id, None, now=NOW)

    assert await Resource.filter(clinic_id=small.clinic.id, kind="chair", is_active=True).count() == 2
