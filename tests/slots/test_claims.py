from dataclasses import replace
from datetime import date, time

import pytest

from booking.kit.db import run, savepoint
from booking.slots.claims import WindowPassed, WindowTaken, extend, keep, move, move_steps, release, retake, take
from booking.slots.models import Claim, Closure, Dose, OpeningHours
from booking.slots.substitutes import ways_to_take
from booking.slots.windows import Wishes
from tests.slots.rows import HOUR, NOW, PROTOCOL, booking, days, free, small_clinic

pytestmark = pytest.mark.usefixtures("db")
SOON = NOW + HOUR


async def claimed(booking_id: int) -> list[tuple[int, str]]:
    rows = await Claim.filter(booking_id=booking_id).order_by("resource_id", "starts_at")
    return [(row.resource_id, row.step) for row in rows]


async def doses(booking_id: int) -> int:
    return await Dose.filter(booking_id=booking_id).count()


async def test_taking_a_window_claims_each_resource_with_its_buffers_and_a_dose() -> None:
    small = await small_clinic()
    first = (await free(small))[0]
    mine = await booking(small, first)

    await take(first, mine.id, now=NOW, lapses_at=SOON)

    rows = await run("SELECT resource_id, step, starts_at, ends_at FROM claim ORDER BY resource_id, starts_at")
    assert [tuple(row.values()) for row in rows] == [row[:4] for row in first.rows()]
    assert {row.lapses_at for row in await Claim.all()} == {SOON}
    assert await doses(mine.id) == 1


async def test_only_dates_that_are_still_free_are_offered() -> None:
    small = await small_clinic()
    before = await free(small)
    mine = await booking(small, before[1])

    await take(before[1], mine.id, now=NOW, lapses_at=SOON)

    assert days(before) == [1, 2, 3, 4, 5, 6]
    assert days(await free(small)) == [4, 5, 6]
    assert days(await free(small, but_for=mine.id)) == [1, 2, 3, 4, 5, 6]


async def test_a_window_that_lost_one_resource_is_refused_whole() -> None:
    small = await small_clinic()
    first = (await free(small))[0]
    mine, theirs = await booking(small, first), await booking(small, first)
    await take(first, theirs.id, now=NOW, lapses_at=SOON)

    with pytest.raises(WindowTaken):
        async with savepoint():
            await take(first, mine.id, now=NOW, lapses_at=SOON)

    assert (await claimed(mine.id), await doses(mine.id)) == ([], 0)


async def test_a_lapsed_hold_blocks_no_one_and_its_claims_go_to_the_next() -> None:
    small = await small_clinic()
    first = (await free(small))[0]
    late, mine = await booking(small, first), await booking(small, first)
    await take(first, late.id, now=NOW, lapses_at=SOON)

    assert days(await free(small, SOON)) == [1, 2, 3, 4, 5, 6]
    await take(first, mine.id, now=SOON, lapses_at=SOON + HOUR)

    assert (await claimed(late.id), await doses(late.id)) == ([], 0)
    assert len(await claimed(mine.id)) == 3
    assert not await keep(first, late.id, now=NOW)


async def test_a_hold_that_is_kept_lapses_no_more() -> None:
    small = await small_clinic()
    first = (await free(small))[0]
    mine = await booking(small, first)
    await take(first, mine.id, now=NOW, lapses_at=SOON)

    assert not await keep(first, mine.id, now=SOON)
    assert await keep(first, mine.id, now=NOW)

    assert {row.lapses_at for row in await Claim.all()} == {None}
    assert {row.lapses_at for row in await Dose.filter(booking_id=mine.id)} == {None}


async def test_a_hold_can_be_extended_until_it_lapses() -> None:
    small = await small_clinic()
    first = (await free(small))[0]
    mine = await booking(small, first)
    await take(first, mine.id, now=NOW, lapses_at=SOON)

    assert await extend(first, mine.id, now=NOW, lapses_at=SOON + HOUR)
    assert not await extend(first, mine.id, now=SOON + HOUR, lapses_at=SOON + 2 * HOUR)


async def test_a_late_payment_takes_the_window_again_if_it_is_still_free() -> None:
    small = await small_clinic()
    first = (await free(small))[0]
    mine = await booking(small, first)
    await take(first, mine.id, now=NOW, lapses_at=SOON)
    await release(mine.id)
    assert not await keep(first, mine.id, now=NOW)

    await retake(first, mine.id, now=SOON)

    assert (len(await claimed(mine.id)), await doses(mine.id)) == (3, 1)
    assert {row.lapses_at for row in await Claim.all()} == {None}


async def test_a_booking_moves_to_dates_that_overlap_its_own() -> None:
    small = await small_clinic()
    first, second, *_ = await free(small)
    mine = await booking(small, first)
    await take(first, mine.id, now=NOW, lapses_at=None)

    await move(mine.id, second, now=NOW, lapses_at=None)

    rows = await run("SELECT resource_id, step, starts_at, ends_at FROM claim ORDER BY resource_id, starts_at")
    assert [tuple(row.values()) for row in rows] == [row[:4] for row in second.rows()]
    assert await doses(mine.id) == 1


async def test_a_move_that_fails_keeps_the_old_window() -> None:
    small = await small_clinic()
    first, *_, last = await free(small)
    mine, theirs = await booking(small, first), await booking(small, last)
    await take(first, mine.id, now=NOW, lapses_at=None)
    await take(last, theirs.id, now=NOW, lapses_at=None)
    before = await claimed(mine.id)

    with pytest.raises(WindowTaken):
        async with savepoint():
            await move(mine.id, last, now=NOW, lapses_at=None)

    assert (await claimed(mine.id), await doses(mine.id)) == (before, 1)


async def test_the_last_dose_is_promised_once() -> None:
    small = await small_clinic(clinicians=2, doses=1)
    first, *_, last = await free(small)
    mine, theirs = await booking(small, first), await booking(small, last)
    await take(first, mine.id, now=NOW, lapses_at=SOON)

    assert await free(small) == []
    with pytest.raises(WindowTaken):
        async with savepoint():
            await take(last, theirs.id, now=NOW, lapses_at=SOON)
    assert (await claimed(theirs.id), await doses(mine.id)) == ([], 1)


async def test_steps_that_both_need_doses_get_different_ones_or_none() -> None:
    small = await small_clinic(doses=5)
    window = (await free(small))[0]
    visit, infusion = window.steps
    both = replace(window, steps=(visit._replace(product="cells", doses=2), infusion))
    more = replace(window, steps=(visit._replace(product="cells", doses=3), infusion._replace(doses=3)))
    mine = await booking(small, window)

    with pytest.raises(WindowTaken):
        async with savepoint():
            await take(more, mine.id, now=NOW, lapses_at=SOON)
    await take(both, mine.id, now=NOW, lapses_at=SOON)

    assert await run("SELECT number, step FROM dose WHERE booking_id = $1 ORDER BY number", mine.id) == [
        {"number": 0, "step": "visit"},
        {"number": 1, "step": "visit"},
        {"number": 2, "step": "infusion"},
    ]


async def test_a_chair_that_has_just_gone_is_replaced_by_the_other_one() -> None:
    small = await small_clinic(clinicians=2)
    first = (await free(small))[0]
    await take(first, (await booking(small, first)).id, now=NOW, lapses_at=SOON)

    ways = [way async for way in ways_to_take(first, PROTOCOL, Wishes(), now=NOW)]

    assert ways[0] == first
    assert {resource for step in ways[1].steps for resource in step.resources} == {
        small.clinicians[1].id,
        small.chairs[1].id,
    }
    assert [(step.day, step.starts) for step in ways[1].steps] == [(step.day, step.starts) for step in first.steps]
    await take(ways[1], (await booking(small, first)).id, now=NOW, lapses_at=SOON)


async def test_a_clinic_that_closed_meanwhile_is_not_booked() -> None:
    small = await small_clinic()
    first, second, *_ = await free(small)
    chair = small.chairs[0]
    await Closure.create(
        resource_id=chair.id,
        first_day=date(2027, 2, 2),
        last_day=date(2027, 2, 2),
        from_time=time(10, 30),
        to_time=time(11),
    )

    with pytest.raises(WindowTaken):
        async with savepoint():
            await take(first, (await booking(small, first)).id, now=NOW, lapses_at=SOON)
    await take(second, (await booking(small, second)).id, now=NOW, lapses_at=SOON)


async def test_who_opens_later_meanwhile_is_not_booked_and_who_is_there_in_two_turns_is() -> None:
    small = await small_clinic()
    window, *_ = await free(small)
    doctor, weekday = small.clinicians[0], window.start.weekday()
    first_turn = OpeningHours.filter(resource_id=doctor.id, weekday=weekday)

    await first_turn.update(opens=time(9, 5))
    with pytest.raises(WindowTaken):
        async with savepoint():
            await take(window, (await booking(small, window)).id, now=NOW, lapses_at=SOON)
    await first_turn.update(opens=time(8), closes=time(9, 30))
    await OpeningHours.create(
        resource_id=doctor.id, weekday=weekday, opens=time(9, 30), closes=time(), from_day=window.start
    )
    await take(window, (await booking(small, window)).id, now=NOW, lapses_at=SOON)


async def test_a_window_that_has_begun_is_refused() -> None:
    small = await small_clinic()
    first = (await free(small))[0]

    with pytest.raises(WindowPassed):
        await take(first, (await booking(small, first)).id, now=first.starts_at, lapses_at=None)


async def test_one_dose_is_taken_whatever_the_planner_believes_of_the_table() -> None:
    small = await small_clinic(doses=8)
    first = (await free(small))[0]
    mine = await booking(small, first)
    # As after a vacuum of an empty table: asked for dose by dose, the limit would hold for each of them.
    await run("UPDATE pg_class SET reltuples = 1, relpages = 1 WHERE relname IN ('dose', 'lot') RETURNING relname")

    await take(first, mine.id, now=NOW, lapses_at=SOON)

    assert await doses(mine.id) == 1


async def test_some_steps_go_and_the_others_keep_what_they_have_also_what_was_closed_since() -> None:
    small = await small_clinic()
    first = (await free(small))[0]
    visit, infusion = first.steps
    mine, theirs = await booking(small, first), await booking(small, first)
    await take(first, mine.id, now=NOW, lapses_at=None)
    await Closure.create(resource=small.clinicians[0], first_day=visit.day, last_day=visit.day)
    doctor, chair = infusion.resources
    [other] = [one.id for one in small.chairs if one.id != chair]
    there = replace(first, steps=(visit, infusion._replace(resources=(doctor, other))))

    await move_steps(mine.id, there, steps=("infusion",), doses=False, now=NOW, lapses_at=None)

    assert await claimed(mine.id) == [(doctor, "visit"), (doctor, "infusion"), (other, "infusion")]
    await run("INSERT INTO claim (resource_id, booking_id, step, starts_at, ends_at)"
              " SELECT $1, $2, 'infusion', starts_at, ends_at FROM claim WHERE resource_id = $3", chair, theirs.id, other)  # fmt: skip
    with pytest.raises(WindowTaken):
        async with savepoint():
            await move_steps(mine.id, first, steps=("infusion",), doses=False, now=NOW, lapses_at=None)
    assert await claimed(mine.id) == [(doctor, "visit"), (doctor, "infusion"), (other, "infusion")]
    with pytest.raises(WindowPassed):
        await move_steps(mine.id, first, steps=("infusion",), doses=False, now=first.ends_at, lapses_at=None)
