"""When a resource is there at all: weekly opening hours and closures, in clinic-local time, as bits of the grid."""

from collections.abc import Iterable, Iterator
from datetime import date, time
from functools import lru_cache
from typing import NamedTuple

from booking.slots.grid import Day, Grid, bits_of


class Hours(NamedTuple):
    """Open every such weekday (Monday is 0) from its first day on. `closes` 00:00 is the day's end."""

    weekday: int
    opens: time
    closes: time
    from_day: date = date.min
    until_day: date = date.max

    def holds(self, day: date) -> bool:
        """Whether it says something about this day."""
        return day.weekday() == self.weekday and self.from_day <= day <= self.until_day


class Closed(NamedTuple):
    """Not to be had on these days, or between these times of each of them."""

    first_day: date
    last_day: date
    from_time: time = time()
    to_time: time = time()

    def periods(self, grid: Grid) -> Iterator[tuple[int, int]]:
        """The closed time, day by day, as far as the grid reaches."""
        first, last = max(self.first_day, grid.first), min(self.last_day, grid.last)
        for day in grid.days[grid.index(first) : grid.index(last) + 1] if first <= last else ():
            yield day.period(self.from_time, self.to_time)


@lru_cache(maxsize=1024)
def open_bits(hours: tuple[Hours, ...], grid: Grid) -> int:
    """The grains in which the hours are open, closures aside.

    Kept, because most of a clinic's resources share a few sets of hours, today and on every request.
    """
    return bits_of((period for day in grid.days for period in open_periods(hours, day)), grid.size)


def open_periods(hours: Iterable[Hours], day: Day) -> Iterator[tuple[int, int]]:
    """One day's open time. Hours that the night's clock change swallows whole are not there that day."""
    for opening in hours:
        if opening.holds(day.date):
            opens, closes = day.period(opening.opens, opening.closes)
            if opens < closes:
                yield opens, closes


def closed_bits(closures: Iterable[Closed], grid: Grid) -> int:
    """The grains that closures take away."""
    return bits_of(
        (period for closed in closures for period in closed.periods(grid) if period[0] < period[1]), grid.size
    )
