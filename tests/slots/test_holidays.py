from datetime import date, datetime, timedelta

import pytest

from booking.demo.world import World
from booking.kit.errors import NotFound
from booking.programmes.models import Clinic
from booking.slots import holidays
from booking.slots.calendar import load_calendar
from booking.slots.claims import WindowTaken, take
from booking.slots.holidays import AHEAD, Shut, closed_days, fill, holidays_of, set_open
from booking.slots.models import Holiday
from tests.slots.rows import NOW, booking, days, free, small_clinic

YEARLY = [{"name": "New year", "first": "12-24", "last": "01-02"}]


def test_a_clinic_is_closed_on_its_own_days_and_on_its_countrys_holidays() -> None:
    closed = closed_days("AG", YEARLY, date(2027, 1, 1), date(2027, 6, 30))

    assert closed == {
        date(2027, 1, 1): "New Year's Day",
        date(2027, 1, 2): "New year",
        date(2027, 3, 26): "Good Friday",
        date(2027, 3, 29): "Easter Monday",
        date(2027, 5, 3): "Labour Day",
        date(2027, 5, 17): "Whit Monday",
    }
    assert closed_days("ZZ", [], date(2027, 1, 1), date(2027, 12, 31)) == {}


@pytest.mark.usefixtures("db")
async def test_on_such_a_day_nothing_is_offered_or_held_until_the_clinic_is_opened() -> None:
    small = await small_clinic()
    before = await free(small)
    assert days(before) == [1, 2, 3, 4, 5, 6]
    await Holiday.create(clinic=small.clinic, day=date(2027, 2, 3), name="Carnival")
    await Holiday.create(clinic=small.clinic, day=date(2027, 2, 4), name="Carnival")

    assert days(await free(small)) == [1, 5, 6]
    with pytest.raises(WindowTaken):
        await take(before[2], (await booking(small, before[2])).id, now=NOW, lapses_at=None)
    shown = await load_calendar(small.clinic.id, date(2027, 2, 3), date(2027, 2, 5), NOW)
    assert shown.holidays == {date(2027, 2, 3): "Carnival", date(2027, 2, 4): "Carnival"}
    assert {tuple(line.shut) for line in shown.lines} == {()}

    await set_open(small.clinic.id, date(2027, 2, 3), is_open=True)
    await set_open(small.clinic.id, date(2027, 2, 4), is_open=True)
    assert days(await free(small)) == days(before)
    with pytest.raises(NotFound):
        await set_open(small.clinic.id, date(2027, 2, 5), is_open=True)


@pytest.mark.usefixtures("db")
async def test_what_lies_on_such_a_day_is_named() -> None:
    small = await small_clinic()
    [window, *_] = await free(small)
    mine = await booking(small, window)
    await take(window, mine.id, now=NOW, lapses_at=None)
    await Holiday.create(clinic=small.clinic, day=window.start, name="Carnival")

    [shut] = await holidays_of(small.clinic.id, date(2027, 1, 12), now=NOW)

    assert (shut.day, shut.name, shut.is_open) == (window.start, "Carnival", False)
    assert {(one.booking, one.step) for one in shut.touched} == {(mine.code, "visit")}


async def test_days_are_filled_in_as_far_ahead_as_stays_may_be_booked_and_what_was_opened_stays_open(
    world: World, now: datetime
) -> None:
    clinic, today = world.clinic, now.date()
    known = await holidays_of(clinic.id, today, now=now)
    assert known[-1].day >= today + AHEAD
    assert Shut(date(2027, 3, 26), "Good Friday", is_open=False, touched=()) in known
    await set_open(clinic.id, date(2027, 3, 26), is_open=True)

    next_year = today + timedelta(days=365)
    await fill(clinic, next_year)

    later = await holidays_of(clinic.id, today, now=now)
    assert later[-1].day.year == (next_year + AHEAD).year
    assert [one.day for one in later if one.is_open] == [date(2027, 3, 26)]


async def test_days_that_are_known_are_not_looked_up_again_unless_the_clinic_has_changed(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Clinic.filter(id=world.clinic.id).update(closed_yearly=[])
    clinic = await Clinic.get(id=world.clinic.id)
    with monkeypatch.context() as patched:
        patched.delattr(holidays, "closed_days")
        await fill(clinic, now.date())

    await fill(clinic, now.date(), anew=True)

    assert not await Holiday.exists(clinic_id=clinic.id, name="Closed over the new year", day__gte=now.date())
