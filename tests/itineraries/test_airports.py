import pytest

from booking.itineraries.airports import Airport, NoSuchAirport, airport, airports_like


def test_three_letters_give_name_city_country_and_zone() -> None:
    assert airport(" anu ") == Airport("ANU", "V.C. Bird International Airport", "St. George", "AG", "America/Antigua")


@pytest.mark.parametrize("code", ["", "XX", "QQQ", "LONDON", "\0"])
def test_letters_that_are_no_airport_are_refused(code: str) -> None:
    with pytest.raises(NoSuchAirport):
        airport(code)


def test_what_is_typed_finds_by_code_first_and_then_by_city() -> None:
    assert airports_like("anu")[0].code == "ANU"
    assert "LHR" in [one.code for one in airports_like("london", most=20)]
    assert airports_like("l") == []
