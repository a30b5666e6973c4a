from dataclasses import replace
from datetime import date

from booking.itineraries.days import days
from booking.itineraries.trip import Itinerary
from tests.itineraries.trips import ANTIGUA, HOME, LONDON, OUT, a_trip, at


def told(trip: Itinerary, reader: str = LONDON) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [
        (day.day.isoformat(), [(one.clock, one.clock_in(reader), one.text("en")) for one in day.entries])
        for day in days(trip)
    ]


def test_a_trip_is_told_day_by_day_by_the_clock_of_the_place_with_the_readers_beside_it() -> None:
    assert told(a_trip()) == [
        (
            "2027-03-07",
            [
                ("09:10", "09:10", "Flight BA2157 leaves London (LGW) for St. George (ANU)"),
                ("14:20", "18:20", "Flight BA2157 lands in St. George (ANU)"),
                ("15:20", "19:20", "Ride from ANU to Bay House"),
                ("", "", "You stay at Bay House from tonight"),
            ],
        ),
        ("2027-03-09", [("10:00–11:00", "14:00–15:00", "Assessment")]),
        ("2027-03-12", [("09:00–13:00", "13:00–17:00", "Second visit")]),
        (
            "2027-03-16",
            [
                ("", "", "You leave Bay House in the morning"),
                ("15:30", "19:30", "Ride from Bay House to ANU"),
                ("19:30", "23:30", "Flight BA2156 leaves St. George (ANU) for London (LGW)"),
            ],
        ),
        ("2027-03-17", [("07:25", "07:25", "Flight BA2156 lands in London (LGW)")]),
    ]


def test_a_readers_clock_that_is_on_another_day_says_so() -> None:
    (first, *_rest) = days(a_trip())[1].entries

    assert (first.clock_in("Australia/Sydney"), first.clock_in("America/Los_Angeles")) == (
        "01:00–02:00 +1",
        "06:00–07:00",
    )


def test_over_the_date_line_a_day_may_come_twice_and_the_order_stays_that_of_time() -> None:
    out = replace(
        OUT,
        departs_from="AKL",
        departs=at("2027-03-08T01:00", "Pacific/Auckland"),
        arrives_at="LAX",
        arrives=at("2027-03-07T18:00", "America/Los_Angeles"),
    )

    trip = a_trip(flights=(out, HOME), stays=(), transfers=())

    assert [day.day for day in days(trip)][:3] == [date(2027, 3, 8), date(2027, 3, 7), date(2027, 3, 9)]
    assert trip.clinic_zone == ANTIGUA
