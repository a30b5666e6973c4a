"""In which order dates are shown: what matters to a patient who has a choice."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from booking.slots.windows import Window

SATURDAY: Final = 5


class Order(StrEnum):
    EARLIEST = "earliest"
    FEWEST_NIGHTS = "fewest-nights"
    FEWEST_WEEKEND_DAYS = "fewest-weekend-days"


def ranked(windows: Iterable[Window], order: Order) -> list[Window]:
    """The same windows, the best first; of two that are equally good, the earlier."""
    good = GOOD[order]
    return sorted(windows, key=lambda window: (good(window), window.start))


def nights(window: Window) -> int:
    """The nights between its first day and its last, clinic-local."""
    return (window.end - window.start).days


def weekend_days(window: Window) -> int:
    """The Saturdays and Sundays from its first day to its last, with or without a step on them."""
    stay = (window.start + timedelta(days=n) for n in range(nights(window) + 1))
    return sum(day.weekday() >= SATURDAY for day in stay)


def _start(window: Window) -> int:
    return date.toordinal(window.start)


GOOD: Final[dict[Order, Callable[[Window], int]]] = {
    Order.EARLIEST: _start,
    Order.FEWEST_NIGHTS: nights,
    Order.FEWEST_WEEKEND_DAYS: weekend_days,
}
