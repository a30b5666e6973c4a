"""What is remembered of earlier searches: how a treatment runs from a start date, told without the date.

A walk sees nothing of the world but the free time of the resources it may ask for, on the few days that it can reach,
which of those days suit, and the doses to be had on them. Two start dates for which all of this is the same have the same
course, and so has the same date when it is asked for again. Because a course is found by everything it follows from,
a change leaves nothing behind that is wrong: what has changed is not found, and is walked.
"""

from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from booking.slots.grid import DAY, grains
from booking.slots.protocol import Protocol
from booking.slots.stock import Stock, Supply
from booking.slots.windows import Window, Wishes

# Several times what a clinic's next 18 months have; beyond it, all is forgotten and found again.
MOST: Final = 2_000


class StepCourse(NamedTuple):
    """A step of a window, but for its date: so many days after the start date, and what follows the date."""

    days: int
    key: str
    rest: tuple[Any, ...]


Course = tuple[StepCourse, ...]


class Memory:
    """Every course found so far for one protocol and one set of resources; None where there is no way.

    `windows` are courses told with a date: most of a year is asked for again as it was.
    """

    def __init__(self) -> None:
        self.courses: Final[dict[Hashable, Course | None]] = {}
        self.windows: Final[dict[Hashable, Window]] = {}
        self._days: Final[dict[Hashable, int]] = {}

    def day(self, told: Hashable) -> int:
        """A number for a day on which all of this is so."""
        return self._days.setdefault(told, len(self._days))

    def trim(self) -> None:
        """Forget everything when there is too much. Numbers of days are part of what is kept, and go with it."""
        if max(len(self.courses), len(self.windows), len(self._days)) > MOST:
            self.courses.clear()
            self.windows.clear()
            self._days.clear()


@lru_cache(maxsize=32)
def memory(_protocol: Protocol, _roster: tuple[tuple[int, str, frozenset[str]], ...]) -> Memory:
    """What is known of a protocol, its wishes applied, at a clinic with just these resources."""
    return Memory()


class Outlook:
    """All that a walk from each day can see, over one stock."""

    def __init__(self, protocol: Protocol, wishes: Wishes, stock: Stock) -> None:
        asked = [supply for supply in stock.resources if supply.kind in protocol.kinds]
        self.memory: Final = memory(protocol, tuple((each.id, each.kind, each.skills) for each in asked))
        self.memory.trim()
        self._stock = stock
        self._ahead = protocol.days
        self._behind = -(-max(grains(step.buffer_before) for step in protocol.steps) // DAY)
        self._doses = sum(step.dose.count for step in protocol.steps if step.dose)
        self._products = frozenset(protocol.products)
        self._days = list(self._told(asked, wishes))

    def key(self, day: int) -> Hashable | None:
        """What the course from that day follows from; None if it is not to be remembered."""
        low, high = max(day - self._behind, 0), day + self._ahead + 1
        seen = tuple(self._days[low:high])
        # Where clocks change, a bit of one day is not the local time that it is on another.
        return None if None in seen else (day - low, seen, self._lots(day))

    def _told(self, asked: Sequence[Supply], wishes: Wishes) -> Iterator[int | None]:
        grid, begun = self._stock.grid, self._stock.begun
        free = zip(*(supply.days(grid) for supply in asked), strict=True) if asked else ((),) * len(grid.days)
        for day, bits in zip(grid.days, free, strict=True):
            gone = begun > day.base and min(begun - day.base, day.length)
            suits = not wishes.picky or wishes.suits(day.date)
            yield self.memory.day((gone, suits, bits)) if day.length == DAY else None

    def _lots(self, day: int) -> Hashable:
        """The doses within reach, as days from the start date: more than is needed, or longer, is all the same."""
        if not self._doses:
            return None
        start = self._stock.first.toordinal() + day
        reach = [
            (
                lot.product,
                max(lot.usable_from.toordinal() - start, 0),
                min(lot.usable_until.toordinal() - start, self._ahead),
                min(lot.free, self._doses),
            )
            for lot in self._stock.lots
            if lot.product in self._products
        ]
        return tuple(sorted(lot for lot in reach if lot[1] <= self._ahead and lot[2] >= 0 and lot[3] > 0))
