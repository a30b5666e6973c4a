"""What a clinic has, over a stretch of days: everything that a search looks at, as values."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from booking.slots.grid import Grid, bits_of, fitting, grid, tick_after, unpacked
from booking.slots.hours import Closed, Hours, closed_bits, open_bits

KEPT: Final = 512


@dataclass(frozen=True, slots=True)
class Supply:
    """One resource, and when it is open, closed and claimed: `busy` are periods, packed."""

    id: int
    kind: str
    skills: frozenset[str] = frozenset()
    hours: tuple[Hours, ...] = ()
    closures: tuple[Closed, ...] = ()
    busy: bytes = b""

    def days(self, grid: Grid) -> tuple[bytes, ...]:
        """For each day of the grid, the grains in which it is open, not closed and not claimed."""
        return _days(self.hours, self.closures, self.busy, grid)

    def fits(self, length: int, grid: Grid) -> "Fits":
        """Where it is free for so many grains one after another."""
        return _fits(self.hours, self.closures, self.busy, grid, length)


class Fits(NamedTuple):
    """The bits from which a resource is free for long enough: for sums over the stretch, and to look one up."""

    bits: int
    looked_up: bytes


# A resource's days are worked out again when something about it has changed, and not because someone asks again. What
# is remembered is told by its content alone, so that nothing that is remembered can be out of date.
@lru_cache(maxsize=KEPT)
def _free(hours: tuple[Hours, ...], closures: tuple[Closed, ...], busy: bytes, grid: Grid) -> int:
    return open_bits(hours, grid) & ~(bits_of(grid.within(unpacked(busy)), grid.size) | closed_bits(closures, grid))


@lru_cache(maxsize=KEPT)
def _days(hours: tuple[Hours, ...], closures: tuple[Closed, ...], busy: bytes, grid: Grid) -> tuple[bytes, ...]:
    free = _free(hours, closures, busy, grid)
    # Midnights move off the edges of bytes when clocks change; shifted back, a day is a slice.
    by_edge = {edge: (free >> edge).to_bytes(grid.size // 8 + 1, "little") for edge in {d.base & 7 for d in grid.days}}
    return tuple(by_edge[d.base & 7][d.base >> 3 : (d.base >> 3) + (d.length + 7) // 8] for d in grid.days)


@lru_cache(maxsize=KEPT)
def _fits(hours: tuple[Hours, ...], closures: tuple[Closed, ...], busy: bytes, grid: Grid, length: int) -> Fits:
    bits = fitting(_free(hours, closures, busy, grid), length)
    return Fits(bits, bits.to_bytes(grid.size // 8 + 1, "little"))


@dataclass(frozen=True, slots=True)
class LotStock:
    """A released lot's free doses, and the clinic-local days on which they may be used."""

    id: int
    product: str
    usable_from: date
    usable_until: date
    free: int


@dataclass(frozen=True, slots=True)
class Given:
    """Doses that a window has promised so far: the product, the day, how many."""

    product: str
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class Stock:
    """A clinic's resources and doses from `first` to `last`, as they are at `now`."""

    clinic_id: int
    zone: str
    first: date
    last: date
    now: datetime
    resources: tuple[Supply, ...] = ()
    lots: tuple[LotStock, ...] = ()

    @property
    def grid(self) -> Grid:
        return grid(self.zone, self.first, self.last)

    @property
    def shut(self) -> frozenset[Closed]:
        """When the whole clinic is closed: the closures that all of its resources have."""
        return frozenset[Closed].intersection(*(frozenset(one.closures) for one in self.resources or (Supply(0, ""),)))

    @property
    def begun(self) -> int:
        """How many grains of the stretch have begun; nothing can be planned in them."""
        return max(tick_after(self.now) - self.grid.origin, 0)


def can_give(lots: Sequence[LotStock], given: Iterable[Given]) -> bool:
    """Whether the lots have all these doses on their days; days in order.

    First expired, first out is not only thrift: serving the days in order, each from the usable lot that
    expires first, finds a way whenever there is one.
    """
    used: Counter[int] = Counter()
    first_expired = sorted(lots, key=lambda lot: (lot.usable_until, lot.id))
    return all(_give(first_expired, used, dose) for dose in given)


def given_from(lots: Sequence[LotStock], given: Iterable[Given]) -> tuple[LotStock, ...]:
    """The lots once these doses have been given as `can_give` gives them; days in order."""
    used: Counter[int] = Counter()
    first_expired = sorted(lots, key=lambda lot: (lot.usable_until, lot.id))
    for dose in given:
        _give(first_expired, used, dose)
    return tuple(replace(lot, free=lot.free - used[lot.id]) for lot in lots)


def _give(lots: Sequence[LotStock], used: Counter[int], dose: Given) -> bool:
    missing = dose.count
    for lot in lots:
        if lot.product == dose.product and lot.usable_from <= dose.day <= lot.usable_until:
            taken = min(missing, lot.free - used[lot.id])
            used[lot.id] += taken
            missing -= taken
    return missing == 0
