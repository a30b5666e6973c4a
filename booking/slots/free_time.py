"""How much of their time a clinic's resources still have, by kind and day: what a picture of a month is drawn from."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from booking.slots.grid import GRAIN, Day, Grid
from booking.slots.hours import Hours, open_bits
from booking.slots.stock import Stock, Supply


class Free(NamedTuple):
    """Minutes of one day, of all resources of a kind together: what is left, of what their weekly hours would give."""

    left: int
    opens: int

    @property
    def share(self) -> float:
        return self.left / self.opens if self.opens else 0.0


def free_time(stock: Stock, first: date, last: date) -> dict[str, list[Free]]:
    """For each kind, in the order in which they come, every day from first to last. The stock covers these days.

    What is closed, claimed or over is not left.
    """
    days = stock.grid.days[stock.grid.index(first) : stock.grid.index(last) + 1]
    opens = {hours: list(_opens(hours, stock.grid, days)) for hours in {one.hours for one in stock.resources}}
    found = dict[str, list[Free]]()
    for kind in dict.fromkeys(one.kind for one in stock.resources):
        own = [one for one in stock.resources if one.kind == kind]
        left = (sum(day) for day in zip(*(_left(one, stock, days) for one in own), strict=True))
        opened = (sum(day) for day in zip(*(opens[one.hours] for one in own), strict=True))
        found[kind] = list(map(Free, left, opened))
    return found


def _opens(hours: tuple[Hours, ...], grid: Grid, days: Sequence[Day]) -> Iterator[int]:
    opened = open_bits(hours, grid)
    return ((opened >> day.base & (1 << day.length) - 1).bit_count() * GRAIN for day in days)


def _left(supply: Supply, stock: Stock, days: Sequence[Day]) -> Iterator[int]:
    free = supply.days(stock.grid)[stock.grid.index(days[0].date) :]
    for day, told in zip(days, free, strict=False):
        left = int.from_bytes(told, "little") & (1 << day.length) - 1
        yield (left >> max(stock.begun - day.base, 0)).bit_count() * GRAIN
