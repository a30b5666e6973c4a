import pytest

from booking.kit.db import Statement, execute, outside_only, run, run_together, savepoint, transaction


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


async def test_statements_that_are_run_together_keep_their_own_values_and_tell_their_own_rows(db: None) -> None:
    async with transaction():
        await run("CREATE TEMPORARY TABLE kept (n int, word text) ON COMMIT DROP")

        told = await run_together(
            Statement("INSERT INTO kept SELECT n, $2 FROM unnest($1::int[]) AS n RETURNING n", ([1, 2], "first")),
            Statement("INSERT INTO kept SELECT $1::int, $2 WHERE $1::int > 5 RETURNING n", (3, "none")),
            Statement("SELECT FROM kept WHERE word = $1", ("first",)),
        )

        assert told == [2, 0, 0]
        assert await run("SELECT n, word FROM kept ORDER BY n") == [
            {"n": 1, "word": "first"},
            {"n": 2, "word": "first"},
        ]
