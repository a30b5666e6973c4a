from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.itineraries.findings import Kind, Severity, findings
from booking.itineraries.findings.nights import needed_nights
from booking.itineraries.models import Way
from booking.itineraries.rules import TravelRules
from booking.itineraries.trip import WHOLE_TRIP, Flight, Itinerary, Leg, LocalTime
from tests.itineraries.trips import ANA, ANTIGUA, BEN, DROP_OFF, HOME, HOTEL, LONDON, OUT, PICK_UP, RULES, a_trip, at

BLOCKS, WARNS = Severity.BLOCKS, Severity.WARNS
NONE = TravelRules()


def found(trip: Itinerary, rules: TravelRules = RULES) -> list[tuple[Kind, Leg, Severity]]:
    return [(one.kind, one.leg, one.severity) for one in findings(trip, rules)]


def out(**changes: object) -> Itinerary:
    return a_trip(flights=(replace(OUT, **changes), HOME))  # type: ignore[arg-type]


def home(**changes: object) -> Itinerary:
    return a_trip(flights=(OUT, replace(HOME, **changes)))  # type: ignore[arg-type]


def test_a_trip_that_works_has_no_findings() -> None:
    assert findings(a_trip(), RULES) == []


@pytest.mark.parametrize(
    ("landing", "expected"),
    [
        ("2027-03-09T10:00", [(Kind.ARRIVES_AFTER_TREATMENT_STARTS, OUT.leg, BLOCKS)]),  # as it starts
        ("2027-03-09T12:00", [(Kind.ARRIVES_AFTER_TREATMENT_STARTS, OUT.leg, BLOCKS)]),
        ("2027-03-08T16:01", [(Kind.TOO_LITTLE_REST, OUT.leg, WARNS)]),  # 17 hours 59 minutes
        ("2027-03-08T16:00", []),
    ],
)
def test_who_lands_too_late_or_too_tired_is_told(landing: str, expected: list[object]) -> None:
    arrives = at(landing, ANTIGUA)
    ride = replace(PICK_UP, pick_up=LocalTime(arrives.local + timedelta(hours=1), ANTIGUA))

    trip = replace(out(arrives=arrives), transfers=(ride, DROP_OFF))

    assert found(trip) == expected


@pytest.mark.parametrize(
    ("leaving", "expected"),
    [
        ("2027-03-12T12:00", [(Kind.LEAVES_BEFORE_TREATMENT_ENDS, HOME.leg, BLOCKS)]),
        ("2027-03-12T19:30", [(Kind.FLIES_TOO_SOON_AFTER_TREATMENT, HOME.leg, BLOCKS)]),
        ("2027-03-14T23:59", [(Kind.FLIES_TOO_SOON_AFTER_TREATMENT, HOME.leg, BLOCKS)]),
        ("2027-03-15T05:00", []),
    ],
)
def test_who_leaves_before_it_is_safe_to_fly_is_told(leaving: str, expected: list[object]) -> None:
    departs = at(leaving, ANTIGUA)
    ride = replace(DROP_OFF, pick_up=LocalTime(departs.local - timedelta(hours=4), ANTIGUA))

    trip = replace(home(departs=departs, medical_form_on=date(2027, 3, 8)), transfers=(PICK_UP, ride))

    assert found(trip) == expected


def test_the_fix_for_flying_too_soon_names_the_first_safe_day_and_the_rule_its_source() -> None:
    departs = at("2027-03-13T19:30", ANTIGUA)
    ride = replace(DROP_OFF, pick_up=at("2027-03-13T15:30", ANTIGUA))
    trip = replace(home(departs=departs, medical_form_on=date(2027, 3, 9)), transfers=(PICK_UP, ride))

    (one,) = findings(trip, RULES)

    assert (one.text("en"), dict(one.fix.prefill), one.rule) == (
        "Flight BA2156 leaves on Sat 13 March at 19:30. After your treatment it is safe to fly from Mon 15 March.",
        {"departs_day": "2027-03-15"},
        RULES.fly_after_treatment,
    )


@pytest.mark.parametrize(
    ("kind", "stroke_on", "expected"),
    [
        ("ischaemic", date(2027, 2, 26), [(Kind.FLIES_TOO_SOON_AFTER_STROKE, OUT.leg, BLOCKS)]),
        ("ischaemic", date(2027, 2, 25), []),
        ("haemorrhagic", date(2027, 2, 25), [(Kind.FLIES_TOO_SOON_AFTER_STROKE, OUT.leg, BLOCKS)]),
        ("a kind nobody wrote down", date(2027, 2, 22), [(Kind.FLIES_TOO_SOON_AFTER_STROKE, OUT.leg, BLOCKS)]),
        ("ischaemic", None, []),
    ],
)
def test_a_stroke_that_is_too_fresh_to_fly_stops_the_first_flight(
    kind: str, stroke_on: date, expected: list[object]
) -> None:
    assert found(a_trip(stroke_on=stroke_on, stroke_kind=kind)) == expected


def test_a_trip_of_which_nothing_is_known_says_what_is_missing_and_no_more() -> None:
    trip = a_trip(travellers=(), flights=(), stays=(), transfers=())

    assert found(trip) == [
        (Kind.NIGHT_WITHOUT_BED, WHOLE_TRIP, BLOCKS),
        (Kind.NO_FLIGHT_THERE, WHOLE_TRIP, WARNS),
        (Kind.NO_RETURN_FLIGHT, WHOLE_TRIP, WARNS),
    ]


def test_no_flight_home_blocks_where_the_border_asks_for_one_and_warns_where_it_does_not() -> None:
    trip = a_trip(flights=(OUT,), transfers=(PICK_UP,))

    assert found(trip) == [(Kind.NO_ONWARD_TICKET, OUT.leg, BLOCKS)]
    assert found(trip, NONE) == [(Kind.NO_RETURN_FLIGHT, WHOLE_TRIP, WARNS)]


def test_a_flight_that_ends_on_another_island_needs_one_more() -> None:
    (one,) = findings(out(arrives_at="BGI"), NONE)

    assert (one.kind, one.leg, dict(one.fix.prefill), one.text("en")) == (
        Kind.NOT_THE_CLINICS_AIRPORT,
        OUT.leg,
        {"way": "there", "departs_from": "BGI", "arrives_at": "ANU"},
        "Flight BA2157 lands at BGI. Our airport is ANU: is there a flight on from there?",
    )
    assert found(home(departs_from="BGI"), NONE) == [(Kind.NOT_THE_CLINICS_AIRPORT, HOME.leg, BLOCKS)]


def via_new_york(second_leaves: str, second_from: str = "JFK") -> tuple[Flight, Flight]:
    first = replace(OUT, key=10, number="VS3", arrives_at="JFK", arrives=at("2027-03-07T12:00", "America/New_York"))
    return first, replace(OUT, departs_from=second_from, departs=at(second_leaves, "America/New_York"))


@pytest.mark.parametrize(
    ("flights", "expected"),
    [
        (via_new_york("2027-03-07T13:30"), []),
        (via_new_york("2027-03-07T13:29"), [(Kind.CONNECTION_TOO_SHORT, OUT.leg, WARNS)]),
        (via_new_york("2027-03-07T11:59"), [(Kind.CONNECTION_BROKEN, Leg("flight", "10"), BLOCKS)]),  # type: ignore[arg-type]
        (via_new_york("2027-03-07T13:30", "EWR"), [(Kind.CONNECTION_BROKEN, OUT.leg, BLOCKS)]),
    ],
)
def test_flights_that_follow_each_other_must_join_up(flights: tuple[Flight, Flight], expected: list[object]) -> None:
    kinds = [entry for entry in found(a_trip(flights=(*flights, HOME))) if "connection" in entry[0]]

    assert [entry[::2] for entry in kinds] == [entry[::2] for entry in expected]  # type: ignore[index]


def test_a_companion_without_a_ticket_is_named_on_the_flight() -> None:
    (one,) = findings(home(tickets={1: "MUNOZ/ANA MARIA"}), RULES)

    assert (one.kind, one.leg, one.text("en")) == (
        Kind.NO_SEAT,
        HOME.leg,
        "There is no ticket yet for Ben Hughes on flight BA2156.",
    )


@pytest.mark.parametrize(
    ("signed", "expected"),
    [
        (None, [(Kind.MEDICAL_FORM_DUE, HOME.leg, WARNS)]),
        (date(2027, 3, 1), [(Kind.MEDICAL_FORM_OUT_OF_TIME, HOME.leg, BLOCKS)]),  # good for the way there only
        (date(2027, 3, 2), []),
        (date(2027, 3, 13), []),
        (date(2027, 3, 14), [(Kind.MEDICAL_FORM_OUT_OF_TIME, HOME.leg, BLOCKS)]),
    ],
)
def test_every_flight_needs_a_medical_form_of_its_own_in_its_own_days(
    signed: date | None, expected: list[object]
) -> None:
    assert found(home(medical_form_on=signed)) == expected


@pytest.mark.parametrize(
    ("expires", "expected"),
    [
        (date(2027, 9, 6), [(Kind.PASSPORT_EXPIRES_TOO_SOON, BEN.leg, BLOCKS)]),
        (date(2027, 9, 7), []),
        (None, [(Kind.DETAILS_MISSING, BEN.leg, WARNS)]),
    ],
)
def test_a_passport_is_valid_for_six_months_from_landing(expires: date | None, expected: list[object]) -> None:
    assert found(a_trip(travellers=(ANA, replace(BEN, passport_expires_on=expires)))) == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2009, 3, 10), [(Kind.TOO_YOUNG, ANA.leg, BLOCKS)]),
        (date(2009, 3, 9), []),
        (None, [(Kind.DETAILS_MISSING, ANA.leg, WARNS)]),
    ],
)
def test_a_patient_is_of_age_on_the_first_day_of_treatment(born: date | None, expected: list[object]) -> None:
    assert found(a_trip(travellers=(replace(ANA, born_on=born), BEN))) == expected


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        ("HUGHES/BEN", []),
        ("HUGHES/BENJAMIN", [(Kind.NAME_DIFFERS, OUT.leg, BLOCKS)]),
        ("Бен Хьюз", [(Kind.NAME_DIFFERS, OUT.leg, BLOCKS)]),
        ("本 休斯", [(Kind.DETAILS_MISSING, BEN.leg, WARNS)]),
    ],
)
def test_a_ticket_must_bear_the_name_in_the_passport(ticket: str, expected: list[object]) -> None:
    assert found(out(tickets={1: "MUNOZ/ANA MARIA", 2: ticket})) == expected


def test_a_gap_between_two_stays_is_one_finding_with_the_nights_to_book() -> None:
    early = replace(HOTEL, key=20, leaves_on=date(2027, 3, 9))
    late = replace(HOTEL, first_night=date(2027, 3, 11))

    (one,) = findings(a_trip(stays=(late, early)), RULES)

    assert (one.kind, dict(one.fix.prefill), one.text("en")) == (
        Kind.NIGHT_WITHOUT_BED,
        {"first_night": "2027-03-09", "leaves_on": "2027-03-11"},
        "There is no bed yet for 2 nights, from Tue 9 March to the morning of Thu 11 March.",
    )


@pytest.mark.parametrize(
    ("landing", "leaving", "first", "last"),
    [
        ("2027-03-07T14:20", "2027-03-16T19:30", date(2027, 3, 7), date(2027, 3, 15)),
        ("2027-03-08T04:30", "2027-03-16T04:30", date(2027, 3, 7), date(2027, 3, 14)),
        ("2027-03-08T05:00", "2027-03-16T05:00", date(2027, 3, 8), date(2027, 3, 15)),
    ],
)
def test_a_landing_before_dawn_needs_the_bed_of_the_night_before(
    landing: str, leaving: str, first: date, last: date
) -> None:
    trip = a_trip(flights=(replace(OUT, arrives=at(landing, ANTIGUA)), replace(HOME, departs=at(leaving, ANTIGUA))))

    nights = needed_nights(trip)

    assert (nights[0], nights[-1]) == (first, last)


def test_two_places_for_one_night_are_said_unless_it_takes_both_to_sleep_everyone() -> None:
    second = replace(HOTEL, key=22, name="Hill House", first_night=date(2027, 3, 10))
    halves = (replace(HOTEL, sleeps=1), replace(HOTEL, key=22, name="Next door", sleeps=1))

    assert found(a_trip(stays=(HOTEL, second))) == [(Kind.STAYS_OVERLAP, second.leg, WARNS)]
    assert found(a_trip(stays=halves)) == []
    assert found(a_trip(stays=(halves[0],))) == [(Kind.TOO_FEW_BEDS, HOTEL.leg, WARNS)]


@pytest.mark.parametrize(
    ("pick_up", "expected"),
    [
        ("2027-03-07T14:49", [(Kind.TRANSFER_AT_WRONG_TIME, PICK_UP.leg, BLOCKS)]),
        ("2027-03-07T14:50", []),
        ("2027-03-07T16:50", []),
        ("2027-03-07T16:51", [(Kind.TRANSFER_AT_WRONG_TIME, PICK_UP.leg, BLOCKS)]),
    ],
)
def test_a_ride_meets_its_flight_when_people_are_through_and_not_hours_later(
    pick_up: str, expected: list[object]
) -> None:
    assert found(a_trip(transfers=(replace(PICK_UP, pick_up=at(pick_up, ANTIGUA)), DROP_OFF))) == expected


def test_a_flight_that_nobody_meets_is_said_with_the_time_to_book() -> None:
    first, last = findings(a_trip(transfers=()), RULES)

    assert [(one.kind, one.leg, dict(one.fix.prefill)) for one in (first, last)] == [
        (Kind.NO_TRANSFER, OUT.leg, {"flight": "11", "pick_up": "2027-03-07T14:50"}),
        (Kind.NO_TRANSFER, HOME.leg, {"flight": "12", "pick_up": "2027-03-16T12:30"}),
    ]


def test_across_the_date_line_instants_decide_and_not_the_calendar() -> None:
    # Leaves Auckland on the 8th and lands in Los Angeles earlier on the 8th, by both clocks.
    first = replace(
        OUT,
        key=9,
        departs_from="AKL",
        departs=at("2027-03-08T20:00", "Pacific/Auckland"),
        arrives_at="LAX",
        arrives=at("2027-03-08T12:00", "America/Los_Angeles"),
    )
    second = replace(OUT, departs_from="LAX", departs=at("2027-03-08T14:00", "America/Los_Angeles"))

    assert "connection" not in " ".join(kind for kind, _leg, _how in found(a_trip(flights=(first, second, HOME))))


def test_every_finding_can_be_said_in_every_language_with_nothing_left_unfilled() -> None:
    spoiled = [
        a_trip(travellers=(), flights=(), stays=(), transfers=()),
        a_trip(flights=(OUT,), stays=(replace(HOTEL, sleeps=1),), transfers=(), stroke_on=date(2027, 3, 1)),
        out(arrives=at("2027-03-09T12:00", ANTIGUA), medical_form_on=None, tickets={1: "X/Y"}),
        home(departs=at("2027-03-11T12:00", ANTIGUA), departs_from="BGI", medical_form_on=date(2027, 1, 1)),
        a_trip(travellers=(replace(ANA, born_on=date(2020, 1, 1)), replace(BEN, passport_expires_on=date(2027, 4, 1)))),
    ]

    for trip in spoiled:
        for one in findings(trip, RULES):
            for language in ("en", "es"):
                assert "%(" not in one.text(language)
                assert one.fix.label.into(language)


@given(hours=st.integers(-72, 72), stay=st.integers(-5, 5), zone=st.sampled_from([ANTIGUA, LONDON, "Pacific/Apia"]))
def test_any_dates_at_all_give_findings_and_never_a_crash(hours: int, stay: int, zone: str) -> None:
    moved = LocalTime(OUT.arrives.local + timedelta(hours=hours), zone)
    hotel = replace(HOTEL, first_night=HOTEL.first_night + timedelta(days=stay))

    for one in findings(a_trip(flights=(replace(OUT, arrives=moved), HOME), stays=(hotel,)), RULES):
        assert one.text("en")


def test_a_way_there_and_a_way_back_are_told_apart_by_what_they_say_they_are() -> None:
    assert [flight.way for flight in a_trip().flights] == [Way.THERE, Way.BACK]
