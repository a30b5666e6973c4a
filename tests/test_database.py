from importlib import import_module

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


async def test_every_constraint_that_a_package_writes_is_in_the_catalogue(db: None) -> None:
    written = " ".join(
        statement for package in PACKAGES for statement in import_module(f"booking.{package}.constraints").CONSTRAINTS
    )
    known = {
        row["name"]
        for row in await run(
            "SELECT conname AS name FROM pg_constraint UNION SELECT indexname FROM pg_indexes UNION SELECT tgname FROM pg_trigger"
        )
    }

    promised = {
        words[index + 1]
        for words in [written.split()]
        for index, word in enumerate(words[:-1])
        if word in {"CONSTRAINT", "INDEX"}
    }

    assert {name for name in promised if name.isidentifier() and name != "TRIGGER"} - known == set()


async def test_claims_of_one_resource_cannot_overlap_by_the_catalogue(db: None) -> None:
    found = await run(
        "SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = 'claim_no_overlap'"
    )

    assert [row["definition"] for row in found] == [
        "EXCLUDE USING gist (int8range(resource_id, resource_id, '[]'::text) WITH &&, tstzrange(starts_at, ends_at) WITH &&)"
    ]


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
