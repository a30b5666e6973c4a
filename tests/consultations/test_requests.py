from datetime import date

import pytest

from booking.consultations.requests import READERS, first_open, old_enough, read_screen, read_whole, told
from booking.consultations.screens import SCREENS, Kind, after, screen_of, screens_for
from booking.kit.errors import Invalid
from tests.consultations.cast import READING, TYPED


def wrong(key: str, **typed: list[str]) -> dict[str, str]:
    screen = screen_of(key, {"who_asks": "someone_else"})
    assert screen is not None
    with pytest.raises(Invalid) as refused:
        read_screen(screen, typed, given={}, reading=READING)
    return {field: str(why) for field, why in refused.value.errors.items()}


def test_a_whole_request_is_read_into_values() -> None:
    assert read_whole(TYPED, reading=READING) == {
        "who_asks": "self",
        "name": "Alice Adeyemi",
        "email": "alice@example.org",
        "birth_date": "1961-05-04",
        "stroke_month": "03",
        "stroke_year": 2025,
        "stroke_type": "ischaemic",
        "abilities": "3",
        "conditions": ["heart"],
        "conditions_other": None,
        "medicines": None,
        "goals": "To walk to the shop",
        "language": "en",
        "zone": "Europe/London",
        "phone": None,
        "more": None,
    }


def test_who_writes_for_someone_else_is_asked_about_them() -> None:
    mine = [screen.key for screen in screens_for({"who_asks": "self"})]
    theirs = [screen.key for screen in screens_for({"who_asks": "someone_else"})]

    assert [key for key in theirs if key not in mine] == ["for_whom"]
    assert [key for key in mine if key not in theirs] == []


def test_the_screens_follow_each_other_to_the_end() -> None:
    given = {"who_asks": "self"}
    walked = [SCREENS[0]]
    while (following := after(walked[-1], given)) is not None:
        walked.append(following)

    assert tuple(walked) == screens_for(given)


def test_the_first_screen_still_open_is_found_and_an_optional_one_counts_once_it_was_shown() -> None:
    whole = read_whole(TYPED, reading=READING)

    assert first_open({}) is SCREENS[0]
    assert first_open({key: value for key, value in whole.items() if key != "goals"}) is screen_of("goals", whole)
    assert first_open({key: value for key, value in whole.items() if key != "phone"}) is screen_of("phone", whole)
    assert first_open(whole) is None


@pytest.mark.parametrize(
    ("screen", "typed", "field"),
    [
        ("who", {}, "who_asks"),
        ("who", {"who_asks": ["a stranger"]}, "who_asks"),
        ("name", {"name": ["  "]}, "name"),
        ("name", {"name": ["x" * 201]}, "name"),
        ("name", {"name": ["a\0b"]}, "name"),
        ("email", {"email": ["alice at home"]}, "email"),
        ("birth", {"birth_date": ["31/12/1960"]}, "birth_date"),
        ("birth", {"birth_date": ["2028-01-01"]}, "birth_date"),
        ("birth", {"birth_date": ["1890-01-01"]}, "birth_date"),
        ("when", {"stroke_month": ["13"], "stroke_year": ["2025"]}, "stroke_month"),
        ("when", {"stroke_month": ["03"], "stroke_year": ["25"]}, "stroke_year"),
        ("when", {"stroke_month": ["02"], "stroke_year": ["2027"]}, "stroke_year"),
        ("when", {"stroke_month": ["03"], "stroke_year": ["²⁰²⁵"]}, "stroke_year"),
        ("conditions", {"conditions": ["none", "heart"]}, "conditions"),
        ("conditions", {"conditions": ["plague"]}, "conditions"),
        ("language", {"language": ["tlh"]}, "language"),
        ("zone", {"zone": ["Europe/Atlantis"]}, "zone"),
        ("phone", {"phone": ["555 0100"]}, "phone"),
        ("goals", {"goals": ["x" * 4001]}, "goals"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_beside_its_field(
    screen: str, typed: dict[str, list[str]], field: str
) -> None:
    assert list(wrong(screen, **typed)) == [field]


def test_every_error_of_a_screen_is_told_at_once() -> None:
    assert sorted(wrong("for_whom", patient_email=["nonsense"])) == [
        "patient_email",
        "patient_name",
        "permission",
        "relation",
    ]


def test_every_error_of_a_whole_request_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        read_whole({**TYPED, "email": ["nonsense"], "goals": [""]}, reading=READING)

    assert sorted(refused.value.errors) == ["email", "goals"]


def test_a_stroke_before_the_birth_is_noticed() -> None:
    with pytest.raises(Invalid) as refused:
        read_whole({**TYPED, "stroke_year": ["1961"]}, reading=READING)

    assert list(refused.value.errors) == ["stroke_year"]


def test_who_will_be_old_enough_for_dates_that_we_offer_may_ask() -> None:
    read_whole({**TYPED, "birth_date": ["2010-07-01"]}, reading=READING)

    with pytest.raises(Invalid) as refused:
        read_whole({**TYPED, "birth_date": ["2010-08-01"]}, reading=READING)

    assert refused.value.errors["birth_date"].into("en").startswith("This treatment is only for people of 18 years")


@pytest.mark.parametrize(
    ("birth", "on", "enough"),
    [
        (date(2009, 1, 12), date(2027, 1, 12), True),
        (date(2009, 1, 13), date(2027, 1, 12), False),
        (date(2008, 2, 29), date(2026, 2, 28), False),
        (date(2008, 2, 29), date(2026, 3, 1), True),
    ],
)
def test_an_age_is_reached_on_the_birthday(birth: date, on: date, *, enough: bool) -> None:
    assert old_enough(birth, on=on, minimum_age=18) is enough


def test_answers_are_told_in_words() -> None:
    words = {str(label): text for label, text in told(read_whole(TYPED, reading=READING), "en")}

    assert words["Date of birth"] == "Thursday 4 May 1961"
    assert words["Month of the stroke"] == "March"
    assert words["Other conditions, now or before"] == "Heart disease"
    assert words["Language"] == "English"


def test_every_kind_of_field_is_read_and_every_field_is_asked_once() -> None:
    keys = [field.key for screen in SCREENS for field in screen.fields]

    assert set(READERS) == set(Kind) - {Kind.SEVERAL}
    assert len(keys) == len(set(keys))
