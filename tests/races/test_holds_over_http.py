"""Families after the same dates, over HTTP, two web processes and a worker: as many get them as can be served, and every other is told so."""

from collections import Counter
from pathlib import Path

from booking.demo.postgres import Running
from booking.demo.world import World
from booking.journeys.check import check
from booking.kit.db import execute, run
from booking.slots.constraints import CONSTRAINTS
from tests.faults.processes import Place, running
from tests.races.contest import GONE, HELD, Contest, Outcome
from tests.soak.crowd import deadlocks

CONTENDERS = 200
FEWER = 40


async def test_of_two_hundred_holds_of_one_window_one_succeeds_and_the_others_are_told_it_is_taken(
    two_processes: list[str], world_today: World
) -> None:
    contest = await Contest.of(world_today, two_processes, CONTENDERS, times=1)

    assert await contest.round() == Outcome(1, 0, Counter({HELD: 1, GONE: CONTENDERS - 1}))

    assert await run("SELECT count(*) AS bookings FROM booking") == [{"bookings": 1}]
    assert await check() == []


async def test_dates_that_just_lapsed_go_to_as_many_as_can_be_served_while_the_worker_offers_them_to_who_waits(
    two_processes: list[str], world_today: World, server: Running, stripe_address: str, tmp_path: Path
) -> None:
    contest, before = await Contest.of(world_today, two_processes, FEWER, times=3), await deadlocks()
    with running(Place(server.url, stripe_address, tmp_path), "worker"):
        for times in (3, 3, 1, 3):
            outcome = await contest.round(times)

            won = times - outcome.offered
            assert outcome == Outcome(times, outcome.offered, Counter({HELD: won, GONE: FEWER - won}))
            assert await check() == []
    assert await deadlocks() == before


async def test_of_as_many_as_can_be_served_none_is_told_that_the_dates_are_gone(
    two_processes: list[str], world_today: World
) -> None:
    contest = await Contest.of(world_today, two_processes, 6, times=6)

    assert await contest.round() == Outcome(6, 0, Counter({HELD: 6}))
    assert await contest.round() == Outcome(6, 0, Counter({HELD: 6}))


async def test_without_the_guard_the_same_race_has_more_than_one_winner(
    two_processes: list[str], world_today: World
) -> None:
    contest = await Contest.of(world_today, two_processes, FEWER, times=1)
    await execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")
    try:
        outcome = await contest.round()

        assert outcome.holders > 1
        assert outcome.told[HELD] == outcome.holders
        assert {violation.promise for violation in await check()} >= {"G1 no resource has two overlapping claims"}
    finally:
        await execute("DELETE FROM claim")
        await execute(CONSTRAINTS[0])
