"""A recalled lot: each booking that has a dose of it can have another, at its own dates."""

import pytest

from booking.bookings.models import Booking
from booking.demo.world import World
from booking.journeys.exchange_doses import NoOtherDose, NothingToExchange, exchange_doses
from booking.journeys.receive_lot import set_lot_state
from booking.kit.db import execute, run
from booking.kit.errors import NotFound, WrongMoment
from booking.services import Services
from booking.slots.models import Lot, LotState
from booking.slots.windows import Window
from tests.journeys.full_case import staff
from tests.journeys.test_review_case import STRANGER
from tests.journeys.trips import a_case, a_confirmed, a_hold, patient_of


async def doses(booking: Booking) -> list[tuple[str, str]]:
    """Of which lot and for which step."""
    rows = await run(
        "SELECT lot.code, step FROM dose JOIN lot ON lot.id = lot_id WHERE booking_id = $1 ORDER BY step", booking.id
    )
    return [(row["code"], row["step"]) for row in rows]


async def twin_of(lot: Lot) -> Lot:
    """Another lot like it, released, with as many doses."""
    await execute(
        "INSERT INTO lot (clinic_id, product, code, state, usable_from, usable_until)"
        " SELECT clinic_id, product, 'TWIN', 'released', usable_from, usable_until FROM lot WHERE id = $1",
        lot.id,
    )
    twin = await Lot.get(code="TWIN")
    await execute("INSERT INTO dose (lot_id, number) SELECT $1, generate_series(1, 10)", twin.id)
    return twin


async def recalled(world: World, booking: Booking, services: Services) -> Lot:
    """The lot that the booking's first dose is of, and then no other one."""
    nia, now = staff(world), services.now()
    [(code, _step), *_more] = await doses(booking)
    await set_lot_state(nia, code, LotState.RELEASED, LotState.RECALLED, reason="A test came back.", now=now)
    await execute("UPDATE lot SET state = 'quarantined' WHERE state = 'released'")
    return await Lot.get(code=code)


async def test_the_dates_stay_and_the_doses_are_of_another_lot(world: World, services: Services) -> None:
    booking = await a_confirmed(await a_case(world, now=services.now()), services)
    before, claimed = await doses(booking), await run("SELECT * FROM claim ORDER BY id")
    await twin_of(await recalled(world, booking, services))

    await exchange_doses(staff(world), booking.code, now=services.now())

    assert await doses(booking) == [("TWIN", step) for _lot, step in before]
    assert await run("SELECT * FROM claim ORDER BY id") == claimed
    assert (await Booking.get(id=booking.id)).window == booking.window
    with pytest.raises(NothingToExchange):
        await exchange_doses(staff(world), booking.code, now=services.now())


async def test_where_none_is_left_the_booking_keeps_its_own_in_sight(world: World, services: Services) -> None:
    booking = await a_confirmed(await a_case(world, now=services.now()), services)
    before = await doses(booking)
    await recalled(world, booking, services)

    with pytest.raises(NoOtherDose):
        await exchange_doses(staff(world), booking.code, now=services.now())

    assert await doses(booking) == before


async def test_a_hold_that_has_lapsed_is_given_no_other_dose(world: World, services: Services) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)
    before = await doses(booking)
    await twin_of(await recalled(world, booking, services))
    assert booking.lapses_at is not None

    with pytest.raises(WrongMoment) as refused:
        await exchange_doses(staff(world), booking.code, now=booking.lapses_at)

    assert (type(refused.value), await doses(booking)) == (WrongMoment, before)


async def test_a_dose_that_was_given_stays_with_its_lot(world: World, services: Services) -> None:
    booking = await a_confirmed(await a_case(world, now=services.now()), services)
    before = await doses(booking)
    await twin_of(await recalled(world, booking, services))

    with pytest.raises(NothingToExchange):
        await exchange_doses(staff(world), booking.code, now=Window.from_json(booking.window).ends_at)

    assert await doses(booking) == before


async def test_staff_of_the_clinic_alone_exchange_doses(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_confirmed(case, services)

    for viewer in (await patient_of(case), STRANGER):
        with pytest.raises(NotFound):
            await exchange_doses(viewer, booking.code, now=services.now())
