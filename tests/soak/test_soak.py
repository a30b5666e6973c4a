import pytest

from booking.journeys.check import check
from booking.kit.db import execute, run
from booking.slots.checks import INVARIANTS
from booking.slots.constraints import CONSTRAINTS
from tests.soak.crowd import crowd, deadlocks

ATTEMPTS = 600
OVERLAPS = INVARIANTS["G1 no resource has two overlapping claims"]


@pytest.mark.usefixtures("clean_db")
async def test_of_many_holds_of_dates_that_overlap_none_is_in_part_and_none_waits_in_a_circle() -> None:
    before = await deadlocks()

    outcomes = await crowd(ATTEMPTS)

    assert outcomes.total() == ATTEMPTS
    assert set(outcomes) == {"held", "taken"}
    assert await check() == []
    assert await deadlocks() == before


@pytest.mark.usefixtures("clean_db")
async def test_the_same_crowd_overbooks_without_the_constraint() -> None:
    await execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")
    try:
        await crowd(ATTEMPTS)

        assert await run(OVERLAPS) != []
    finally:
        await execute("DELETE FROM claim")
        await execute(CONSTRAINTS[0])
