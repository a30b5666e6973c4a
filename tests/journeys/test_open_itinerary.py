from datetime import date, datetime

import pytest

from booking.accounts.models import Role
from booking.accounts.viewers import Scope
from booking.demo.ready import staff_of
from booking.demo.world import World
from booking.itineraries.findings import Kind
from booking.itineraries.progress import Part, State
from booking.journeys.open_itinerary import NoTrip, open_itinerary
from booking.kit.db import run
from booking.kit.errors import NotFound
from booking.services import Services
from booking.slots.windows import Window
from tests.journeys.travel import whole_trip
from tests.journeys.trips import a_case, a_confirmed, a_hold, helper_of, patient_of


async def read_health(person_id: int | None) -> int:
    rows = await run("SELECT id FROM audit_row WHERE person_id = $1 AND action = 'request.read'", person_id)
    return len(rows)


async def test_a_trip_is_its_steps_by_the_clinics_clock_in_the_readers_words(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    window = Window.from_json(booking.window)

    found = await open_itinerary(await patient_of(case), booking.code, language="es", now=now)

    first = found.trip.appointments[0]
    assert [one.key for one in found.trip.appointments] == [step.key for step in window.steps]
    assert (first.title, first.starts_at) == ("Primera visita con su médico", window.starts_at)
    assert first.place == "Tamarind Bay Regenerative Centre, 1 Example Road, Tamarind Bay"
    assert set(found.progress.values()) == {State.MISSING}
    assert (found.may_change, found.reader_zone, found.sequence) == (True, "Africa/Lagos", 1)


async def test_a_whole_trip_has_nothing_left_but_the_airlines_forms(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    patient = await patient_of(case)
    await whole_trip(patient, booking, now=now)

    found = await open_itinerary(patient, booking.code, language="en", now=now)

    assert [one.kind for one in found.findings] == [Kind.MEDICAL_FORM_DUE, Kind.MEDICAL_FORM_DUE]
    assert found.progress == {
        Part.TRAVELLERS: State.DONE,
        Part.THERE: State.TO_CHECK,
        Part.BACK: State.TO_CHECK,
        Part.STAYS: State.DONE,
        Part.RIDES: State.DONE,
    }
    assert found.sequence == 1 + 6


async def test_the_stroke_counts_only_for_whom_health_data_is_and_leaves_a_trace(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now, stroke_month="12", stroke_year=2026)
    booking = await a_confirmed(case, services)
    patient = await patient_of(case)
    reader = await helper_of(case, world.people["helene"], Scope.READ, now=now)
    before = await read_health(patient.person_id)

    own = await open_itinerary(patient, booking.code, language="en", now=now)
    helped = await open_itinerary(reader, booking.code, language="en", now=now)
    doctors = staff_of(world, "baptiste", Role.CLINICIAN)
    seen = await open_itinerary(doctors, booking.code, language="en", now=now)

    # The answers say a month: it is over when the next one begins.
    assert [one.trip.stroke_on for one in (own, helped, seen)] == [date(2027, 1, 1), None, date(2027, 1, 1)]
    assert await read_health(patient.person_id) == before + 1
    assert await read_health(reader.person_id) == 0
    assert helped.may_change is False


async def test_there_is_no_trip_before_the_dates_are_confirmed_and_none_for_others(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_hold(case, services)
    stranger = await patient_of(await a_case(world, who="helene", now=now))

    with pytest.raises(NoTrip):
        await open_itinerary(await patient_of(case), booking.code, language="en", now=now)
    with pytest.raises(NotFound):
        await open_itinerary(stranger, booking.code, language="en", now=now)
