from dataclasses import replace
from datetime import date, datetime

import pytest

from booking.journeys.plan_travel import Details
from booking.kit.errors import Invalid
from tests.itineraries.test_legs import BEDS, COMPANION, PATIENT, RIDE, THERE


def refused(details: Details) -> list[str]:
    with pytest.raises(Invalid) as caught:
        details.columns()
    return sorted(caught.value.errors)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("details", "fields"),
    [
        (replace(THERE, number="12345678"), ["number"]),
        (replace(THERE, departs_from="QQQ", arrives_at="QQQ"), ["arrives_at", "departs_from"]),
        (replace(THERE, arrives_at="LGW"), ["arrives_at"]),
        (replace(THERE, arrives_local=moment("2027-03-07T05:10")), ["arrives_local"]),  # 09:10 in London
        (replace(THERE, arrives_local=moment("2028-03-07T14:20")), ["arrives_local"]),
        (replace(THERE, departs_local=moment("2027-03-28T01:30"), arrives_local=moment("2027-03-28T06:00")), ["departs_local"]),
        (replace(BEDS, leaves_on=BEDS.first_night), ["leaves_on"]),
        (replace(BEDS, leaves_on=date(2037, 1, 1), sleeps=0, name="  "), ["leaves_on", "name", "sleeps"]),
        (replace(BEDS, name="x" * 161), ["name"]),
        (replace(BEDS, name="a\0b"), ["name"]),
        (replace(COMPANION, surname=""), ["surname"]),
        (replace(COMPANION, surname="王"), ["surname"]),
        (replace(PATIENT, born_on=date(1800, 1, 1)), ["born_on"]),
        (replace(PATIENT, passport_expires_on=date(1950, 1, 1)), ["passport_expires_on"]),
        (replace(RIDE, pick_up_zone="Mars/Base"), ["pick_up_zone"]),
        (replace(RIDE, pick_up_place="", drop_off_place=""), ["drop_off_place", "pick_up_place"]),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_beside_its_field(details: Details, fields: list[str]) -> None:
    assert refused(details) == fields


def test_a_flight_that_lands_on_the_day_before_over_the_date_line_is_taken() -> None:
    details = replace(
        THERE,
        departs_from="AKL",
        departs_local=moment("2027-03-08T01:00"),
        arrives_at="LAX",
        arrives_local=moment("2027-03-07T17:00"),
    )

    assert (details.columns()["departs_zone"], details.columns()["arrives_zone"]) == (
        "Pacific/Auckland",
        "America/Los_Angeles",
    )


def test_a_time_that_comes_twice_is_taken_as_the_first() -> None:
    details = replace(THERE, departs_local=moment("2027-10-31T01:30"), arrives_local=moment("2027-10-31T06:00"))

    assert details.columns()["departs_local"] == moment("2027-10-31T01:30")
