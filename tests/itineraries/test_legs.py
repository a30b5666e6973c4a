from dataclasses import replace
from datetime import date, datetime

import pytest

from booking.itineraries import legs
from booking.itineraries.assemble import itinerary_of
from booking.itineraries.checks import INVARIANTS
from booking.itineraries.details import FlightDetails, StayDetails, TransferDetails, TravellerDetails
from booking.itineraries.findings import findings
from booking.itineraries.models import TravelsAs, Way
from booking.itineraries.trip import Itinerary
from booking.kit.db import run
from booking.kit.errors import Invalid, NotFound
from tests.documents.rows import a_booking
from tests.itineraries.trips import ANA, ANTIGUA, BEN, DROP_OFF, FIRST, HOME, HOTEL, LAST, OUT, PICK_UP, RULES, a_trip

PATIENT = TravellerDetails(
    travels_as=TravelsAs.PATIENT,
    surname=" Muñoz ",
    given_names="Ana  María",
    born_on=ANA.born_on,
    passport_expires_on=ANA.passport_expires_on,
)
COMPANION = TravellerDetails(
    travels_as=TravelsAs.COMPANION, surname="Hughes", given_names="Ben", passport_expires_on=BEN.passport_expires_on
)
THERE = FlightDetails(
    way=Way.THERE,
    number="ba 2157",
    departs_from="lgw",
    departs_local=OUT.departs.local,
    arrives_at="ANU",
    arrives_local=OUT.arrives.local,
    medical_form_on=OUT.medical_form_on,
)
BACK = FlightDetails(
    way=Way.BACK,
    number="BA2156",
    departs_from="ANU",
    departs_local=HOME.departs.local,
    arrives_at="LGW",
    arrives_local=HOME.arrives.local,
    medical_form_on=HOME.medical_form_on,
)
BEDS = StayDetails(
    name="Bay House", address="1 Bay Road", first_night=HOTEL.first_night, leaves_on=HOTEL.leaves_on, sleeps=2
)
RIDE = TransferDetails(
    pick_up_local=PICK_UP.pick_up.local, pick_up_zone=ANTIGUA, pick_up_place="ANU", drop_off_place="Bay House"
)
RIDE_BACK = TransferDetails(
    pick_up_local=DROP_OFF.pick_up.local, pick_up_zone=ANTIGUA, pick_up_place="Bay House", drop_off_place="ANU"
)


async def kept(booking_id: int) -> Itinerary:
    return await itinerary_of(
        booking_id,
        [LAST, FIRST],
        clinic_airport="ANU",
        clinic_zone=ANTIGUA,
        stroke_on=date(2026, 1, 20),
        stroke_kind="ischaemic",
    )


async def test_a_trip_that_is_typed_in_is_read_back_whole_and_works(db: None, now: datetime) -> None:
    booking = await a_booking(now)

    ana = await legs.save_traveller(booking.id, PATIENT, now=now)
    ben = await legs.save_traveller(booking.id, COMPANION, now=now)
    tickets = {ana.id: "MUNOZ/ANA MARIA MRS", ben.id: "HUGHES/BEN MR"}
    out = await legs.save_flight(booking.id, replace(THERE, tickets=tickets), now=now)
    home = await legs.save_flight(booking.id, replace(BACK, tickets=tickets), now=now)
    stay = await legs.save_stay(booking.id, BEDS, now=now)
    up = await legs.save_transfer(booking.id, replace(RIDE, flight=out.id), now=now)
    down = await legs.save_transfer(booking.id, replace(RIDE_BACK, flight=home.id), now=now)

    trip = await kept(booking.id)
    assert trip == a_trip(
        travellers=(replace(ANA, key=ana.id), replace(BEN, key=ben.id)),
        flights=(replace(OUT, key=out.id, tickets=tickets), replace(HOME, key=home.id, tickets=tickets)),
        stays=(replace(HOTEL, key=stay.id),),
        transfers=(replace(PICK_UP, key=up.id, flight=out.id), replace(DROP_OFF, key=down.id, flight=home.id)),
    )
    assert findings(trip, RULES) == []
    assert await legs.changes_of(booking.id) == 7
    assert [sentence for sentence, sql in INVARIANTS.items() if await run(sql)] == []


async def test_a_leg_is_changed_in_place_and_keeps_its_key(db: None, now: datetime) -> None:
    booking = await a_booking(now)
    flight = await legs.save_flight(booking.id, THERE, now=now)

    changed = await legs.save_flight(booking.id, replace(THERE, number="VS33"), now=now, key=flight.id)

    assert [(one.key, one.number) for one in (await kept(booking.id)).flights] == [(flight.id, "VS33")]
    assert changed.id == flight.id


async def test_what_is_removed_takes_its_tickets_and_lets_go_of_its_rides(db: None, now: datetime) -> None:
    booking = await a_booking(now)
    ana = await legs.save_traveller(booking.id, PATIENT, now=now)
    flight = await legs.save_flight(booking.id, replace(THERE, tickets={ana.id: "MUNOZ/ANA"}), now=now)
    ride = await legs.save_transfer(booking.id, replace(RIDE, flight=flight.id), now=now)
    stay = await legs.save_stay(booking.id, BEDS, now=now)

    await legs.remove_flight(booking.id, flight.id, now=now)
    assert [(one.key, one.flight) for one in (await kept(booking.id)).transfers] == [(ride.id, None)]
    await legs.remove_traveller(booking.id, ana.id, now=now)
    await legs.remove_transfer(booking.id, ride.id, now=now)
    await legs.remove_stay(booking.id, stay.id, now=now)

    assert await kept(booking.id) == a_trip(travellers=(), flights=(), stays=(), transfers=())


async def test_legs_of_another_trip_look_as_if_they_did_not_exist(db: None, now: datetime) -> None:
    mine, theirs = await a_booking(now), await a_booking(now)
    ana = await legs.save_traveller(theirs.id, PATIENT, now=now)
    flight = await legs.save_flight(theirs.id, THERE, now=now)
    stay = await legs.save_stay(theirs.id, BEDS, now=now)
    before = await kept(theirs.id)

    for attempt in (
        legs.save_traveller(mine.id, COMPANION, now=now, key=ana.id),
        legs.save_flight(mine.id, THERE, now=now, key=flight.id),
        legs.save_flight(mine.id, replace(THERE, tickets={ana.id: "MUNOZ/ANA"}), now=now),
        legs.save_transfer(mine.id, replace(RIDE, flight=flight.id), now=now),
        legs.save_stay(mine.id, BEDS, now=now, key=stay.id),
        legs.remove_traveller(mine.id, ana.id, now=now),
        legs.remove_flight(mine.id, flight.id, now=now),
        legs.remove_stay(mine.id, stay.id, now=now),
        legs.remove_transfer(mine.id, 1, now=now),
    ):
        with pytest.raises(NotFound):
            await attempt

    assert await kept(theirs.id) == before


async def test_a_forgotten_trip_keeps_nothing_of_anyone_and_other_trips_stay(db: None, now: datetime) -> None:
    mine, theirs = await a_booking(now), await a_booking(now)
    for booking in (mine, theirs):
        ana = await legs.save_traveller(booking.id, PATIENT, now=now)
        flight = await legs.save_flight(booking.id, replace(THERE, tickets={ana.id: "MUNOZ/ANA"}), now=now)
        await legs.save_transfer(booking.id, replace(RIDE, flight=flight.id), now=now)
        await legs.save_stay(booking.id, BEDS, now=now)
    before = await kept(theirs.id)

    await legs.forget(mine.id)

    assert await kept(mine.id) == a_trip(travellers=(), flights=(), stays=(), transfers=())
    assert await kept(theirs.id) == before


async def test_a_trip_has_one_patient(db: None, now: datetime) -> None:
    booking = await a_booking(now)
    ana = await legs.save_traveller(booking.id, PATIENT, now=now)
    await legs.save_traveller(booking.id, PATIENT, now=now, key=ana.id)

    with pytest.raises(Invalid):
        await legs.save_traveller(booking.id, PATIENT, now=now)


async def test_a_trip_has_only_so_many_legs(db: None, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legs, "MOST_LEGS", 1)
    booking = await a_booking(now)
    await legs.save_stay(booking.id, BEDS, now=now)

    with pytest.raises(legs.TooManyLegs):
        await legs.save_stay(booking.id, BEDS, now=now)
