"""How much of their time a clinic's resources still have, by kind and day: what a picture of a month is drawn from."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from booking.slots.grid import GRAIN, Grid
from booking.slots.hours import open_bits
from booking.slots.stock import Stock


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
    grid, found = stock.grid, dict[str, list[Free]]()
    days = slice(grid.index(first), grid.index(last) + 1)
    for kind in dict.fromkeys(one.kind for one in stock.resources):
        own = [list(_of_days(stock, n, grid))[days] for n, one in enumerate(stock.resources) if one.kind == kind]
        found[kind] = [
            Free(sum(one.left for one in day), sum(one.opens for one in day)) for day in zip(*own, strict=True)
        ]
    return found


def _of_days(stock: Stock, n: int, grid: Grid) -> Iterator[Free]:
    supply = stock.resources[n]
    opened = open_bits(supply.hours, grid)
    for day, free in zip(grid.days, supply.days(grid), strict=True):
        within = (1 << day.length) - 1
        over = max(stock.begun - day.base, 0)
        left = int.from_bytes(free, "little") & within
        yield Free((left >> over).bit_count() * GRAIN, (opened >> day.base & within).bit_count() * GRAIN)
