from datetime import UTC, date, datetime, time

import pytest

from booking.kit.times import in_zone
from booking.slots.grid import EPOCH, Grid, at_least, bits_of, fitting, grid, merged
from booking.slots.hours import Closed, Hours, closed_bits, open_bits

SPRING, AUTUMN = date(2027, 3, 14), date(2027, 11, 7)


def told(bits: int, days: Grid) -> list[tuple[str, str]]:
    """Runs of bits as clock times of the zone."""
    found: list[tuple[str, str]] = []
    at = 0
    while bits >> at:
        start = at + ((bits >> at) & -(bits >> at)).bit_length() - 1
        end = start + ((~(bits >> start)) & ((bits >> start) + 1)).bit_length() - 1
        found.append((clock(start, days), clock(end, days)))
        at = end
    return found


def clock(bit: int, days: Grid) -> str:
    instant = EPOCH.replace(tzinfo=UTC) + (days.origin + bit) * (datetime(1970, 1, 1, 0, 5) - datetime(1970, 1, 1))
    return f"{in_zone(instant, days.zone):%d %H:%M}"


def every_day(opens: time, closes: time, **limits: date) -> tuple[Hours, ...]:
    return tuple(Hours(day, opens, closes, **limits) for day in range(7))


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("America/New_York", date(2027, 3, 13), date(2027, 3, 15)),
        ("America/New_York", date(2027, 11, 6), date(2027, 11, 8)),
        ("Australia/Lord_Howe", date(2027, 4, 3), date(2027, 4, 5)),
        ("Australia/Lord_Howe", date(2027, 10, 2), date(2027, 10, 4)),
        ("America/Havana", date(2027, 3, 13), date(2027, 3, 15)),
    ],
)
def test_opening_hours_hold_by_the_clinics_clock_before_and_after_the_clocks_change(
    zone: str, first: date, last: date
) -> None:
    days = grid(zone, first, last)

    assert told(open_bits(every_day(time(8, 30), time(17)), days), days) == [
        (f"{day.date:%d} 08:30", f"{day.date:%d} 17:00") for day in days.days
    ]


def test_a_day_on_which_the_clock_jumps_is_an_hour_shorter_and_one_on_which_it_falls_back_longer() -> None:
    assert [day.length for day in grid("America/New_York", SPRING, SPRING).days] == [23 * 12]
    assert [day.length for day in grid("America/New_York", AUTUMN, AUTUMN).days] == [25 * 12]
    assert [day.length for day in grid("Australia/Lord_Howe", date(2027, 4, 4), date(2027, 4, 4)).days] == [294]


def test_a_time_that_the_clock_jumps_over_does_not_exist_and_one_that_comes_twice_is_the_first() -> None:
    spring, autumn = grid("America/New_York", SPRING, SPRING).days[0], grid("America/New_York", AUTUMN, AUTUMN).days[0]

    assert [spring.has(time(2, 30)), spring.has(time(3)), autumn.has(time(1, 30))] == [False, True, True]
    assert (autumn.at(time(1, 30)), autumn.at(time(2))) == (18, 36)


def test_hours_hold_from_their_first_day_until_their_last() -> None:
    days = grid("America/Antigua", date(2027, 1, 1), date(2027, 1, 31))
    hours = (Hours(0, time(9), time(10), date(2027, 1, 5), date(2027, 1, 18)),)

    assert told(open_bits(hours, days), days) == [("11 09:00", "11 10:00"), ("18 09:00", "18 10:00")]


def test_hours_until_midnight_meet_the_next_days() -> None:
    days = grid("America/Antigua", date(2027, 1, 1), date(2027, 1, 2))

    assert told(open_bits(every_day(time(20), time()), days), days) == [
        ("01 20:00", "02 00:00"),
        ("02 20:00", "03 00:00"),
    ]
    assert told(open_bits(every_day(time(), time()), days), days) == [("01 00:00", "03 00:00")]


def test_a_closure_takes_whole_days_or_the_same_hours_of_each() -> None:
    days = grid("America/Antigua", date(2027, 1, 1), date(2027, 1, 4))
    closures = [
        Closed(date(2026, 12, 1), date(2027, 1, 1)),
        Closed(date(2027, 1, 3), date(2027, 2, 1), time(9), time(10)),
    ]

    assert told(closed_bits(closures, days), days) == [
        ("01 00:00", "02 00:00"),
        ("03 09:00", "03 10:00"),
        ("04 09:00", "04 10:00"),
    ]


def test_periods_become_bits_and_bits_tell_what_fits() -> None:
    assert list(merged([(5, 7), (0, 2), (1, 3), (7, 8)])) == [(0, 3), (5, 8)]
    assert bits_of([(5, 7), (0, 2), (1, 3)], 8) == 0b01100111
    assert fitting(0b01100111, 3) == 0b00000001
    assert at_least(2, [0b011, 0b110, 0b100]) == 0b110
