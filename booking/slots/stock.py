"""What a clinic has, over a stretch of days: everything that a search looks at, as values."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking.slots.grid import Grid, Period, bits_of, grid, tick_after
from booking.slots.hours import Closed, Hours, closed_bits, open_bits


@dataclass(frozen=True, slots=True)
class Supply:
    """One resource, and when it is open, closed and claimed."""

    id: int
    kind: str
    skills: frozenset[str] = frozenset()
    hours: tuple[Hours, ...] = ()
    closures: tuple[Closed, ...] = ()
    busy: tuple[Period, ...] = ()

    def free_bits(self, grid: Grid) -> int:
        """The grains in which it is open, not closed and not claimed."""
        claimed = (clipped for period in self.busy if (clipped := grid.within(*period)))
        taken = bits_of(claimed, grid.size) | closed_bits(self.closures, grid)
        return open_bits(self.hours, grid) & ~taken


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

    def to_come(self) -> int:
        """The grains of the stretch that have not begun yet."""
        begun = max(tick_after(self.now) - self.grid.origin, 0)
        return (1 << self.grid.size) - 1 >> begun << begun


def can_give(lots: Sequence[LotStock], given: Iterable[Given]) -> bool:
    """Whether the lots have all these doses on their days; days in order.

    First expired, first out is not only thrift: serving the days in order, each from the usable lot that
    expires first, finds a way whenever there is one.
    """
    used: Counter[int] = Counter()
    first_expired = sorted(lots, key=lambda lot: (lot.usable_until, lot.id))
    return all(_give(first_expired, used, dose) for dose in given)


def _give(lots: Sequence[LotStock], used: Counter[int], dose: Given) -> bool:
    missing = dose.count
    for lot in lots:
        if lot.product == dose.product and lot.usable_from <= dose.day <= lot.usable_until:
            taken = min(missing, lot.free - used[lot.id])
            used[lot.id] += taken
            missing -= taken
    return missing == 0
