from dataclasses import replace
from datetime import date

import pytest

from booking.kit.db import execute
from booking.slots.calendar import load_calendar, week_of
from booking.slots.claims import take
from booking.slots.counts import Count, load_counts
from booking.slots.models import Closure, Holiday
from tests.slots.rows import HOUR, NOW, booking, free, small_clinic

pytestmark = pytest.mark.usefixtures("db")


async def test_from_afar_each_day_says_how_often_it_is_taken_and_whether_it_is_closed() -> None:
    small = await small_clinic()
    kept, held, lapsed = await free(small), await free(small), await free(small)
    await take(kept[0], (await booking(small, kept[0])).id, now=NOW, lapses_at=None)
    await take(held[3], (await booking(small, held[3])).id, now=NOW, lapses_at=NOW + 2 * HOUR)
    await take(lapsed[5], (await booking(small, lapsed[5])).id, now=NOW, lapses_at=NOW + HOUR)
    chair = small.chairs[1]
    await Closure.create(resource=chair, first_day=date(2027, 1, 1), last_day=date(2027, 2, 2))
    await Holiday.create(clinic=small.clinic, day=date(2027, 2, 5), name="Carnival")
    await Holiday.create(clinic=small.clinic, day=date(2027, 2, 6), name="A feast on which they work", is_open=True)
    week = week_of(date(2027, 2, 3))

    counted = await load_counts(small.clinic.id, "America/Antigua", *week, NOW + HOUR)
    near = await load_calendar(small.clinic.id, *week, NOW + HOUR)

    assert counted.holidays == near.holidays == {date(2027, 2, 5): "Carnival"}
    assert [(one.resource_id, one.kind, one.name, dict(one.counts), one.shut) for one in counted.lines] == [
        (
            line.resource_id,
            line.kind,
            line.name,
            {day: Count(len(all_), sum(one.lapses_at is not None for one in all_)) for day, all_ in line.taken.items()},
            frozenset(line.shut),
        )
        for line in near.lines
    ]
    assert [len(one.counts) for one in counted.lines if one.kind == "clinician"] == [4]
    assert [sorted(one.shut) for one in counted.lines if one.resource_id == chair.id] == [
        [date(2027, 2, 1), date(2027, 2, 2)]
    ]


async def test_what_lasts_for_nights_lies_on_every_day_that_it_touches_near_and_from_afar() -> None:
    small = await small_clinic()
    await execute("UPDATE opening_hours SET opens = '00:00', closes = '00:00'")
    window = (await free(small))[2]
    visit, infusion = window.steps
    # From the evening of the 2nd until midnight after the 5th: that midnight is no part of the 6th.
    stay = visit._replace(minutes=2 * 24 * 60, buffer_before=10 * 60, buffer_after=15 * 60)
    window = replace(window, steps=(stay, infusion._replace(resources=())))
    await take(window, (await booking(small, window)).id, now=NOW, lapses_at=None)
    days = {date(2027, 2, day) for day in (2, 3, 4, 5)}

    near = await load_calendar(small.clinic.id, *week_of(date(2027, 2, 3)), NOW)
    afar = await load_counts(small.clinic.id, "America/Antigua", date(2027, 2, 4), date(2027, 2, 4), NOW)

    [line] = [one for one in near.lines if one.kind == "clinician"]
    [counted] = [one for one in afar.lines if one.kind == "clinician"]
    assert set(line.taken) == set(counted.counts) == days
    assert len({taken for all_ in line.taken.values() for taken in all_}) == 1
    assert set(counted.counts.values()) == {Count(1, 0)}
