"""Rows that a hand-written statement read are what the ORM would have made of them."""

from datetime import datetime

import pytest

from booking.accounts.models import Person
from booking.consultations.models import Case
from booking.demo.ready import make_ready
from booking.demo.world import World
from booking.kit.db import run
from booking.kit.models import Row
from booking.programmes.models import Clinic, ProgrammeVersion
from booking.slots.models import Lot


@pytest.mark.parametrize("model", [Case, Clinic, Lot, Person, ProgrammeVersion])
async def test_a_row_is_the_same_as_the_orms(world: World, model: type[Row], now: datetime) -> None:
    await make_ready(world, 1, now=now)
    as_read = {made["id"]: made for made in await run(f'SELECT * FROM "{model._meta.db_table}"')}  # noqa: S608 - ours
    rows = [row async for row in model.all()]

    assert rows
    for row in rows:
        made = model.of_row(as_read[row.pk])
        columns = model._meta.db_fields
        names = [model._meta.fields_db_projection_reverse[column] for column in columns]
        assert [getattr(made, name) for name in names] == [getattr(row, name) for name in names]
        assert made._saved_in_db


async def test_a_row_is_saved_over_itself(world: World) -> None:
    [read] = await run("SELECT * FROM clinic WHERE id = $1", world.clinic.id)
    clinic = Clinic.of_row(read)
    clinic.phone = "+1 268 555 0199"
    await clinic.save()

    assert (await Clinic.get(id=clinic.id)).phone == "+1 268 555 0199"
