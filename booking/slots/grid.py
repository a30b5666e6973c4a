"""Time as the engine sees it: one whole number per stretch of days, one bit per five minutes.

A resource's free time over a year is then a single integer, and "free for two hours" or "one of
these three is free" are a handful of shifts, ANDs and ORs over the whole year at once. Bits count
real (UTC) time from the first day's local midnight, so that a two-hour step is two hours long on the
night when the clocks change too; only *where* a local time lies is asked of the zone.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Final

from booking.kit.times import in_zone, settle_on

GRAIN: Final = 5
DAY: Final = 24 * 60 // GRAIN
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MIDNIGHT: Final = time()
PAIR: Final = struct.Struct(">ii")
CLOCK: Final = tuple(time(*divmod(minute, 60)) for minute in range(0, 24 * 60, GRAIN))


def packed(periods: Iterable[tuple[int, int]]) -> bytes:
    """Periods as one value: quick to compare, and read only when it is a new one.

    A period goes from a tick up to, not including, another; a tick is five minutes since 1970 in UTC.
    """
    return b"".join(PAIR.pack(*period) for period in periods)


def unpacked(packed: bytes) -> Iterator[tuple[int, int]]:
    """The periods that `packed` was told."""
    return PAIR.iter_unpack(packed)


def tick(instant: datetime) -> int:
    """The tick that an instant falls in."""
    return int((instant - EPOCH).total_seconds()) // (GRAIN * 60)


def tick_after(instant: datetime) -> int:
    """The first tick that does not begin before the instant."""
    return -(-(instant - EPOCH) // timedelta(minutes=GRAIN))


def grains(minutes: int) -> int:
    """Whole grains; a protocol has been checked to have no others."""
    return minutes // GRAIN


@dataclass(frozen=True, slots=True)
class Day:
    """One local day on the grid: where its midnight lies, and whether the clocks change on it."""

    date: date
    zone: str
    base: int
    length: int

    def at(self, local: time) -> int:
        """The bit of a local time; a time in a gap is settled, one that comes twice is the first."""
        if self.length == DAY:
            return self.base + (local.hour * 60 + local.minute) // GRAIN
        return self.base + tick(self._instant(local)) - tick(self._instant(MIDNIGHT))

    def has(self, local: time) -> bool:
        """False for a local time that the clock jumps over."""
        return self.length == DAY or in_zone(self._instant(local), self.zone).time() == local

    def period(self, opens: time, closes: time) -> tuple[int, int]:
        """The bits from one local time to another; until midnight if it closes at 00:00."""
        return self.at(opens), self.base + self.length if closes == MIDNIGHT else self.at(closes)

    def clock(self, bit: int) -> time:
        """The local time of one of the day's bits."""
        if self.length == DAY:
            return CLOCK[bit - self.base]
        instant = self._instant(MIDNIGHT) + timedelta(minutes=(bit - self.base) * GRAIN)
        return in_zone(instant, self.zone).time()

    def _instant(self, local: time) -> datetime:
        return settle_on(self.date, local, self.zone)


@dataclass(frozen=True)
class Grid:
    """A stretch of local days of a zone, first and last included."""

    zone: str
    first: date
    last: date
    origin: int = field(init=False, compare=False)
    days: tuple[Day, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        span = (self.last - self.first).days + 1
        dates = [self.first + timedelta(days=n) for n in range(span + 1)]
        ticks = [tick(settle_on(day, MIDNIGHT, self.zone)) for day in dates]
        origin = ticks[0]
        days = (
            Day(day, self.zone, start - origin, end - start)
            for day, start, end in zip(dates, ticks, ticks[1:], strict=False)
        )
        object.__setattr__(self, "origin", origin)
        object.__setattr__(self, "days", tuple(days))

    @cached_property
    def size(self) -> int:
        """How many bits the stretch has."""
        return self.days[-1].base + self.days[-1].length

    def index(self, day: date) -> int:
        """The day's place in `days`."""
        return (day - self.first).days

    def within(self, periods: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The parts of periods of ticks that lie on the grid, as bits."""
        first, last = self.origin, self.origin + self.size
        for start, end in periods:
            if first <= start and end <= last:
                yield start - first, end - first
            elif start < last and first < end:
                yield max(start, first) - first, min(end, last) - first


@lru_cache(maxsize=64)
def grid(zone: str, first: date, last: date) -> Grid:
    """The grid of a stretch of days; asked for again and again for the same year, so kept."""
    return Grid(zone, first, last)


def bits_of(periods: Iterable[tuple[int, int]], size: int) -> int:
    """One bit for every grain that any of the periods covers.

    Each disjoint period from a to b is 2**b - 2**a: both sums are written as bytes, and one subtraction fills
    all periods. Setting them one by one would copy the whole integer for each.
    """
    starts, ends = bytearray(size // 8 + 1), bytearray(size // 8 + 1)
    for start, end in merged(periods):
        starts[start >> 3] |= 1 << (start & 7)
        ends[end >> 3] |= 1 << (end & 7)
    return int.from_bytes(ends, "little") - int.from_bytes(starts, "little")


def merged(periods: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same time as disjoint periods that do not touch, in order."""
    ordered = iter(sorted(periods))
    start, end = next(ordered, (0, 0))
    for later_start, later_end in ordered:
        if later_start > end:
            yield start, end
            start, end = later_start, later_end
        elif later_end > end:
            end = later_end
    if start < end:
        yield start, end


def fitting(free: int, length: int) -> int:
    """The bits from which `length` free grains follow one another."""
    reach = 1
    while reach < length:
        step = min(reach, length - reach)
        free &= free >> step
        reach += step
    return free


def at_least(count: int, sets: Iterable[int]) -> int:
    """The bits that are in at least `count` of the sets."""
    if count == 1:
        return reduce(or_, sets, 0)
    reached = [0] * count
    for bits in sets:
        for n in range(count - 1, 0, -1):
            reached[n] |= reached[n - 1] & bits
        reached[0] |= bits
    return reached[-1]
