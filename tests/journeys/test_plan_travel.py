from datetime import date, datetime

import pytest

from booking.accounts.viewers import Scope
from booking.consultations.cases import NotAllowedByThePatient
from booking.demo.world import World
from booking.itineraries.legs import changes_of
from booking.itineraries.models import Stay, Traveller
from booking.journeys.open_itinerary import NoTrip
from booking.journeys.plan_travel import LegIs, remove_leg, save_leg
from booking.kit.db import run
from booking.kit.errors import Invalid, NotFound
from booking.services import Services
from tests.journeys.travel import samuel_travels, stay
from tests.journeys.trips import a_case, a_confirmed, a_hold, helper_of, nia, patient_of


async def test_the_patient_a_helper_who_may_act_and_staff_change_a_trip_and_each_change_is_traced(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    folake = await helper_of(case, world.people["folake"], Scope.ACT, now=now)
    coordinator = nia(world)

    await save_leg(await patient_of(case), booking.code, samuel_travels(), now=now)
    await save_leg(folake, booking.code, stay(booking), now=now)
    samuel = await Traveller.get(booking_id=booking.id)
    await save_leg(coordinator, booking.code, samuel_travels("2031-01-01"), now=now, key=samuel.id)

    await samuel.refresh_from_db()
    assert (samuel.passport_expires_on, await changes_of(booking.id)) == (date(2031, 1, 1), 3)
    trail = await run("SELECT acting_as FROM audit_row WHERE action = 'trip.change' ORDER BY id")
    assert [row["acting_as"] for row in trail] == ["person", "person", "coordinator"]


async def test_who_may_only_read_changes_nothing_and_to_a_stranger_it_does_not_exist(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    reader = await helper_of(case, world.people["folake"], Scope.READ, now=now)
    stranger = await patient_of(await a_case(world, who="helene", now=now))

    with pytest.raises(NotAllowedByThePatient):
        await save_leg(reader, booking.code, stay(booking), now=now)
    with pytest.raises(NotFound):
        await save_leg(stranger, booking.code, stay(booking), now=now)
    assert await changes_of(booking.id) == 0


async def test_what_is_wrong_with_a_leg_is_said_by_field_and_nothing_is_kept(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)

    with pytest.raises(Invalid) as refused:
        await save_leg(await patient_of(case), booking.code, stay(booking, first=3, last=3), now=now)

    assert (list(refused.value.errors), await Stay.filter(booking_id=booking.id).count()) == (["leaves_on"], 0)


async def test_a_removed_leg_is_gone_and_one_of_another_trip_cannot_be_named(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking, patient = await a_confirmed(case, services), await patient_of(case)
    other = await a_case(world, who="helene", now=now)
    others = await a_confirmed(other, services)
    await save_leg(patient, booking.code, stay(booking), now=now)
    bed = await Stay.get(booking_id=booking.id)

    with pytest.raises(NotFound):
        await remove_leg(await patient_of(other), others.code, LegIs.STAY, bed.id, now=now)
    await remove_leg(patient, booking.code, LegIs.STAY, bed.id, now=now)

    assert await Stay.filter(booking_id=booking.id).count() == 0


async def test_a_hold_has_no_trip_to_plan(world: World, services: Services, now: datetime) -> None:
    case = await a_case(world, now=now)
    booking = await a_hold(case, services)

    with pytest.raises(NoTrip):
        await save_leg(await patient_of(case), booking.code, stay(booking), now=now)
