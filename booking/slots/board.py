"""The board that a search plays on: where every step may start, and who is free for it there, as bits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import lru_cache
from typing import Final

from booking.slots.grid import Grid, at_least, grains
from booking.slots.protocol import Need, Protocol, Step
from booking.slots.shape import NeedAt, Shape
from booking.slots.stock import Given, Stock, Supply, given_from
from booking.slots.windows import Wishes

Pins = Mapping[str, tuple[date, time]]


@dataclass(frozen=True, slots=True)
class Demand:
    """One need of a step, with all who could serve it and where each of them is free for the whole of it.

    `bits` and `fits` say the same of each: for sums over the stretch, and to look one up.
    `decides` says that the choice can matter to a later step: only then are other choices tried. `followers` are the
    later steps that ask for all of the same again.
    """

    place: int
    count: int
    bits: dict[int, int]
    fits: dict[int, bytes]
    same_as: NeedAt | None
    followers: tuple[int, ...]
    decides: bool


class Board:
    """One protocol, wishes applied, over one stock. `pins` fixes steps to a day and a time."""

    def __init__(self, protocol: Protocol, wishes: Wishes, stock: Stock, pins: Pins | None = None) -> None:
        self.steps: Final = protocol.steps
        self.shape: Final = Shape(protocol.steps)
        self.stock = stock
        self.grid: Final = stock.grid
        self._wishes = wishes
        self._pins = pins or {}
        self._bytes = self.grid.size // 8 + 1
        self._serving: dict[tuple[int, int, int], bool] = {}
        self.demands = [self._demands_of(n) for n in range(len(self.steps))]
        self._starts = [self._starts_of(n) for n in range(len(self.steps))]

    def bits(self, n: int, day: int) -> int:
        """The starts of a step on one day, its midnight as bit 0."""
        return self._day_of(self._starts[n], day)

    def starts(self, n: int, day: int, ready: int) -> Iterator[int]:
        """The bits from `ready` on at which a step may start on one day."""
        base = self.grid.days[day].base
        skipped = max(ready - base, 0)
        bits = self.bits(n, day) >> skipped << skipped
        while bits:
            low = bits & -bits
            yield base + low.bit_length() - 1
            bits ^= low

    def serves(self, n: int, resource: int, day: int) -> bool:
        """Whether a resource is free for a step at one of its starts on one day."""
        key = n, resource, day
        if key not in self._serving:
            before = grains(self.steps[n].buffer_before)
            fits = next((demand.fits[resource] for demand in self.demands[n] if resource in demand.fits), b"")
            self._serving[key] = bool(self._day_of(fits, day, before) & self.bits(n, day))
        return self._serving[key]

    def _day_of(self, whole: bytes, day: int, shifted: int = 0) -> int:
        """One day's bits, moved up by `shifted`."""
        if day >= len(self.grid.days):
            return 0
        at = self.grid.days[day]
        low = max(at.base - shifted, 0)
        sliced = int.from_bytes(whole[low >> 3 : (at.base + at.length + 7) >> 3], "little") >> (low & 7)
        return sliced << (low + shifted - at.base) & ((1 << at.length) - 1)

    def narrow(self, first: int, last: int) -> None:
        """Go on with these days alone. A copy can be narrowed and taken from, and the whole stays as it is."""
        begin, end = self.grid.days[first], self.grid.days[min(last, len(self.grid.days) - 1)]
        reach = (1 << end.base + end.length) - (1 << begin.base)
        self._serving = {}
        self._starts = [(int.from_bytes(at, "little") & reach).to_bytes(self._bytes, "little") for at in self._starts]
        self.demands = [tuple(self._still(n, demand) for demand in demands) for n, demands in enumerate(self.demands)]

    def _still(self, n: int, demand: Demand) -> Demand:
        """The demand with those alone who are free at a start of its step."""
        starts = int.from_bytes(self._starts[n], "little") >> grains(self.steps[n].buffer_before)
        bits = {resource: still for resource, fits in demand.bits.items() if (still := fits & starts)}
        return replace(demand, bits=bits, fits={resource: demand.fits[resource] for resource in bits})

    def take(self, claims: Sequence[tuple[int, int, int]], given: Iterable[Given]) -> None:
        """Go on without these: each claim a resource and its bits, from one up to another; doses, days in order."""
        for n, demands in enumerate(self.demands):
            asked = [(demand, claim) for demand in demands for claim in claims if claim[0] in demand.bits]
            for demand, claim in asked:
                self._shorten(demand, self.steps[n].length, *claim)
            if asked:
                self._starts[n] = self._served(n, int.from_bytes(self._starts[n], "little"))
        self._serving.clear()
        self.stock = replace(self.stock, lots=given_from(self.stock.lots, given))

    def _shorten(self, demand: Demand, length: int, resource: int, begins: int, ends: int) -> None:
        """Nothing so long fits any more that would touch the period."""
        first = max(begins - length + 1, 0)
        if bits := demand.bits.get(resource, 0) & ~(((1 << ends - first) - 1) << first):
            demand.bits[resource], demand.fits[resource] = bits, bits.to_bytes(self._bytes, "little")
        else:
            demand.bits.pop(resource, None)
            demand.fits.pop(resource, None)

    # -- drawn once per search ------------------------------------------------------------------------------

    def _demands_of(self, n: int) -> tuple[Demand, ...]:
        demands = (self._demand(n, place, need) for place, need in enumerate(self.steps[n].needs))
        # Choices that decide nothing come last: the first that fits will do for all of them.
        return tuple(sorted(demands, key=lambda demand: not demand.decides))

    def _demand(self, n: int, place: int, need: Need) -> Demand:
        length = self.steps[n].length
        fits = {supply.id: supply.fits(length, self.grid) for supply in self.stock.resources if _can(supply, need)}
        return Demand(
            place,
            need.count,
            {resource: fit.bits for resource, fit in fits.items()},
            {resource: fit.looked_up for resource, fit in fits.items()},
            self.shape.same_as(need),
            tuple(m for m, count in self.shape.followers(n, place) if count == need.count),
            self.shape.decides(n, place),
        )

    def _starts_of(self, n: int) -> bytes:
        step = self.steps[n]
        before = grains(step.buffer_before)
        # What has begun is gone for the step and for the buffer before it.
        begun = self.stock.begun + (before if step.needs else 0)
        return self._served(n, self._suited(step) >> begun << begun)

    def _served(self, n: int, starts: int) -> bytes:
        """Of these starts of a step the ones at which there are enough resources for each of its needs."""
        before = grains(self.steps[n].buffer_before)
        for demand in self.demands[n]:
            starts &= at_least(demand.count, demand.bits.values()) << before
        return starts.to_bytes(self._bytes, "little")

    def _suited(self, step: Step) -> int:
        """The bits at which the protocol and the wishes let the step start."""
        if pin := self._pins.get(step.key):
            return 1 << self.grid.days[self.grid.index(pin[0])].at(pin[1])
        starts = _allowed(tuple(step.starts()), self.grid)
        for day in self.grid.days if self._wishes.picky else ():
            if not self._wishes.suits(day.date):
                starts &= ~(((1 << day.length) - 1) << day.base)
        return starts


def _can(supply: Supply, need: Need) -> bool:
    return supply.kind == need.kind and need.skills <= supply.skills


@lru_cache(maxsize=1024)
def _allowed(times: tuple[time, ...], grid: Grid) -> int:
    """The bits of these local times on every day; a time that the clock jumps over is not there that day."""
    bits = bytearray(grid.size // 8 + 1)
    for day in grid.days:
        for local in times:
            if day.has(local):
                bit = day.at(local)
                bits[bit >> 3] |= 1 << (bit & 7)
    return int.from_bytes(bits, "little")
