from datetime import UTC, date, datetime

import pytest

from booking.kit.times import AmbiguousTime, NoSuchTime, settle, show_date, show_day, show_first, to_instant

NEW_YORK = "America/New_York"
SKIPPED = datetime(2027, 3, 14, 2, 30)
TWICE = datetime(2027, 11, 7, 1, 30)


def test_a_planned_local_time_has_one_instant() -> None:
    assert to_instant(datetime(2027, 3, 9, 10, 0), "America/Antigua") == datetime(2027, 3, 9, 14, 0, tzinfo=UTC)


def test_a_time_that_the_clock_jumps_over_is_refused() -> None:
    with pytest.raises(NoSuchTime):
        to_instant(SKIPPED, NEW_YORK)


def test_a_time_that_the_clock_shows_twice_is_refused() -> None:
    with pytest.raises(AmbiguousTime):
        to_instant(TWICE, NEW_YORK)


def test_where_it_may_be_settled_a_skipped_time_keeps_the_old_offset_and_a_double_one_is_the_first() -> None:
    assert (settle(SKIPPED, NEW_YORK), settle(TWICE, NEW_YORK)) == (
        datetime(2027, 3, 14, 7, 30, tzinfo=UTC),
        datetime(2027, 11, 7, 5, 30, tzinfo=UTC),
    )


def test_a_date_is_never_only_digits() -> None:
    day = date(2027, 3, 9)

    assert (show_date(day, "en"), show_date(day, "es"), show_day(day, "en")) == (
        "Tuesday 9 March 2027",
        "martes, 9 de marzo de 2027",
        "Tue 9 March",
    )


def test_the_first_of_some_days_has_a_year_only_where_the_last_has_another() -> None:
    first, last, after = date(2026, 12, 28), date(2026, 12, 31), date(2027, 1, 2)

    assert [show_first(first, day, language) for language in ("en", "es") for day in (last, after)] == [
        "Monday 28 December",
        "Monday 28 December 2026",
        "lunes, 28 de diciembre",
        "lunes, 28 de diciembre de 2026",
    ]
