import pytest

from booking.kit.db import execute, outside_only, run, savepoint, transaction


async def test_a_transaction_does_not_nest_by_accident(db: None) -> None:
    async with transaction():
        with pytest.raises(RuntimeError, match="savepoint"):
            async with transaction():
                pass


async def test_the_outside_world_is_not_called_inside_a_transaction(db: None) -> None:
    outside_only("Stripe")
    async with transaction():
        with pytest.raises(RuntimeError, match="Stripe was called inside a transaction"):
            outside_only("Stripe")


async def test_what_fails_in_a_savepoint_is_undone_alone(db: None) -> None:
    async def add_and_fail() -> None:
        async with savepoint():
            await execute("INSERT INTO kept VALUES (2)")
            raise ZeroDivisionError

    async with transaction():
        await run("CREATE TEMPORARY TABLE kept (n int) ON COMMIT DROP")
        await execute("INSERT INTO kept VALUES (1)")
        with pytest.raises(ZeroDivisionError):
            await add_and_fail()

        assert [row["n"] for row in await run("SELECT n FROM kept")] == [1]
