from datetime import date, time

from booking.slots.ranking import Order, nights, ranked, weekend_days
from booking.slots.windows import Window, WindowStep


def window(first: date, last: date) -> Window:
    steps = (WindowStep(key, day, time(9), 60, 0, 0, ()) for key, day in (("first", first), ("last", last)))
    return Window(1, "America/Antigua", "", tuple(steps))


# 2027-03-01 is a Monday.
LONG = window(date(2027, 3, 1), date(2027, 3, 6))
OVER_A_WEEKEND = window(date(2027, 3, 5), date(2027, 3, 8))
SHORT = window(date(2027, 3, 9), date(2027, 3, 11))
ALSO_SHORT = window(date(2027, 3, 10), date(2027, 3, 12))


def test_nights_and_weekend_days_count_the_whole_stay() -> None:
    each = (LONG, OVER_A_WEEKEND, SHORT)

    assert [(nights(one), weekend_days(one)) for one in each] == [(5, 1), (3, 2), (2, 0)]


def test_the_best_comes_first_and_of_two_that_are_equally_good_the_earlier() -> None:
    given = (ALSO_SHORT, OVER_A_WEEKEND, SHORT, LONG)

    assert ranked(given, Order.EARLIEST) == [LONG, OVER_A_WEEKEND, SHORT, ALSO_SHORT]
    assert ranked(given, Order.FEWEST_NIGHTS) == [SHORT, ALSO_SHORT, OVER_A_WEEKEND, LONG]
    assert ranked(given, Order.FEWEST_WEEKEND_DAYS) == [SHORT, ALSO_SHORT, LONG, OVER_A_WEEKEND]
