import pytest

from booking.bookings.models import BookingStatus
from booking.kit.db import execute, run
from booking.slots.checks import INVARIANTS
from booking.slots.claims import take
from tests.slots.rows import HOUR, NOW, booking, free, small_clinic

pytestmark = pytest.mark.usefixtures("db")


async def broken() -> list[str]:
    return [name for name, sql in INVARIANTS.items() if await run(sql)]


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        ("SELECT 1", []),
        ("DELETE FROM claim WHERE step = 'visit'", ["G2 a booking has every claim of its window"]),
        ("UPDATE dose SET booking_id = NULL, step = NULL", ["G8 a step has exactly the doses that it was promised"]),
        (
            """INSERT INTO claim (resource_id, booking_id, step, starts_at, ends_at)
               SELECT resource_id, booking_id, 'more', ends_at, ends_at + interval '1 h' FROM claim WHERE step = 'visit'""",
            ["G2 a booking has no claim beyond its window"],
        ),
        (
            "UPDATE claim SET lapses_at = ends_at WHERE step = 'visit'",
            ["G2 a confirmed booking's claims and doses do not lapse"],
        ),
        (
            """UPDATE booking SET "window" = jsonb_set("window", '{zone}', '"America/Barbados"') WHERE status = 'confirmed'""",
            [],
        ),
        (
            """UPDATE booking SET "window" = jsonb_set("window", '{zone}', '"America/Bogota"') WHERE status = 'confirmed'""",
            ["G21 a claim stands where its window's clock says"],
        ),
        (
            "UPDATE resource SET is_active = false WHERE kind = 'chair'",
            ["G5 nothing that is to come is claimed of what is retired"],
        ),
        (
            "UPDATE booking SET status = 'cancelled'",
            ["G7 a booking that is over keeps no claim", "G8 no dose is promised to a booking that is over"],
        ),
    ],
)
async def test_each_damage_is_named_and_nothing_else(damage: str, names: list[str]) -> None:
    small = await small_clinic()
    window = (await free(small))[0]
    mine = await booking(small, window, BookingStatus.CONFIRMED)
    await take(window, mine.id, now=NOW, lapses_at=None)
    await execute(f"SET LOCAL leeward.now = '{NOW}'")

    await execute(damage)

    assert await broken() == names


async def test_a_hold_owns_its_window_until_it_lapses() -> None:
    small = await small_clinic()
    window = (await free(small))[0]
    await booking(small, window)

    assert await broken() != []
    await execute(f"SET LOCAL leeward.now = '{NOW + HOUR}'")
    assert await broken() == []
