from dataclasses import replace

from booking.itineraries.findings import findings
from booking.itineraries.progress import Part, State, progress
from booking.itineraries.trip import Itinerary
from tests.itineraries.trips import HOME, RULES, a_trip

DONE = dict.fromkeys(Part, State.DONE)


def standing(trip: Itinerary) -> dict[Part, State]:
    return progress(trip, findings(trip, RULES))


def test_a_trip_that_works_is_done_in_every_part() -> None:
    assert standing(a_trip()) == DONE


def test_what_is_not_there_is_missing_and_what_hangs_on_it_is_said_where_it_is_put_right() -> None:
    without = replace(a_trip(), stays=(), transfers=())

    assert standing(without) == {**DONE, Part.STAYS: State.MISSING, Part.RIDES: State.MISSING}


def test_a_flight_home_for_too_few_is_to_be_put_right_on_the_way_back() -> None:
    trip = a_trip()
    alone = replace(trip, flights=(*trip.flights_there, replace(HOME, tickets={1: HOME.tickets[1]})))

    assert standing(alone) == {**DONE, Part.BACK: State.TO_FIX}


def test_a_missing_flight_home_is_not_blamed_on_the_way_there() -> None:
    trip = a_trip()
    one_way = replace(trip, flights=trip.flights_there)

    assert standing(one_way)[Part.THERE] is State.DONE
    assert standing(one_way)[Part.BACK] is State.MISSING
