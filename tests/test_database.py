from importlib import import_module
from typing import Final

import pytest
from tortoise import Tortoise
from tortoise.exceptions import BaseORMException
from tortoise.migrations.autodetector import MigrationAutodetector

from booking.database import MODELS, TORTOISE
from booking.kit.db import execute, run

PACKAGES = [model.split(".")[1] for model in MODELS]


async def test_the_migrations_make_the_tables_that_the_models_describe(db: None) -> None:
    apps = Tortoise.apps
    assert apps is not None

    missing = await MigrationAutodetector(apps, TORTOISE["apps"]).changes()

    assert [operation.describe() for migration in missing for operation in migration.operations] == []


# As PostgreSQL itself words it: two texts of the same meaning are the same there.
CATALOGUE: Final = """
SELECT relname AS of, conname AS name, pg_get_constraintdef(pg_constraint.oid) AS definition
  FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE connamespace = $1::text::regnamespace AND contype IN ('c', 'x')
UNION
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = $1::text
   AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype = 'x')
UNION
SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid)
  FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE relnamespace = $1::text::regnamespace AND NOT tgisinternal
UNION
SELECT '', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = $1::text::regnamespace"""


async def test_every_rule_that_a_package_writes_is_in_the_catalogue_as_it_is_written(db: None) -> None:
    await execute("CREATE SCHEMA written")
    for row in await run("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"):
        await execute(f'CREATE TABLE written."{row["name"]}" (LIKE public."{row["name"]}")')
    await execute("SET LOCAL search_path = written")
    for package in PACKAGES:
        for statement in import_module(f"booking.{package}.constraints").CONSTRAINTS:
            await execute(statement)

    written, found = await catalogue("written"), await catalogue("public")

    assert written["claim", "claim_no_overlap"].startswith("EXCLUDE USING gist (int8range(resource_id")
    assert {rule: found.get(rule) for rule in written} == written


async def catalogue(schema: str) -> dict[tuple[str, str], str]:
    """What each rule of the schema's tables says, by the table and the rule's name."""
    rows = await run(CATALOGUE, schema)
    return {(row["of"], row["name"]): row["definition"].replace(f"{schema}.", "") for row in rows}


async def test_no_foreign_key_cascades_and_each_has_an_index(db: None) -> None:
    cascading = await run("SELECT conname FROM pg_constraint WHERE contype = 'f' AND confdeltype NOT IN ('r', 'a')")
    unindexed = await run(
        """SELECT c.conrelid::regclass::text || '.' || a.attname AS place FROM pg_constraint c
           JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
           WHERE c.contype = 'f' AND NOT EXISTS (
             SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])"""
    )

    assert ([row["conname"] for row in cascading], [row["place"] for row in unindexed]) == ([], [])


@pytest.mark.parametrize(
    "table", [name for package in PACKAGES for name in import_module(f"booking.{package}.constraints").APPEND_ONLY]
)
@pytest.mark.parametrize("change", ['DELETE FROM "{}"', 'TRUNCATE "{}" CASCADE', 'UPDATE "{}" SET id = id'])
async def test_what_only_grows_cannot_be_changed(db: None, table: str, change: str) -> None:
    with pytest.raises((BaseORMException, Exception), match="only grows"):
        await execute(change.format(table))
