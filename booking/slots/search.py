"""Which start dates work, and with what.

A start date whose outlook has been seen before has its answer already (`courses.py`). Of the others, bits over the
whole stretch (`board.py`) say for every step where it may start at all: that rules out most dates at once, and is a
*necessary* condition. Each start date left is tried by walking the steps in order (`walk.py`): that is *exact*.
"""

from collections.abc import Hashable
from datetime import date
from functools import cached_property
from itertools import chain

from booking.slots.board import Board, Pins
from booking.slots.courses import Course, Memory, Outlook, StepCourse
from booking.slots.protocol import Protocol, Step
from booking.slots.stock import Stock
from booking.slots.walk import Walk
from booking.slots.windows import Window, WindowStep, Wishes


def windows(protocol: Protocol, wishes: Wishes, first: date, last: date, stock: Stock) -> list[Window]:
    """Every start date from first to last on which the whole protocol can run, each with one way to run it.

    Exactly those dates, earliest first, and on each the earliest times. What the stock does not cover counts as
    closed: it must reach `protocol.days` beyond `last`, and `protocol.days_before` to before `first`.
    """
    search = Search(protocol, wishes, stock)
    days = range(max(0, stock.grid.index(first)), min(len(stock.grid.days), stock.grid.index(last) + 1))
    return [window for day in days if (window := search.window(day))]


def same_times(protocol: Protocol, window: Window, wishes: Wishes, stock: Stock) -> Window | None:
    """The window's steps at the very same times, with resources that are free now, or None."""
    pins = {step.key: (step.day, step.starts) for step in window.steps}
    search = Search(protocol, wishes, stock, pins)
    course = search.walked(start := stock.grid.index(window.start))
    return search.told(start, course) if course else None


class Search:
    """One search over one stock: the board is drawn only if there is something to walk."""

    def __init__(self, protocol: Protocol, wishes: Wishes, stock: Stock, pins: Pins | None = None) -> None:
        self._fingerprint = protocol.fingerprint
        self._protocol = wishes.applied(protocol)
        self._wishes = wishes
        self._stock = stock
        self._first = stock.first.toordinal()
        self._pins = pins
        self._plain = [_plain(step) for step in self._protocol.steps]

    def window(self, start: int) -> Window | None:
        """The protocol run from that day on, or None if it cannot."""
        key, memory = self._outlook.key(start), self._outlook.memory
        if key is None:
            course = self.walked(start)
            return self.told(start, course) if course else None
        dated = self._stock.clinic_id, self._stock.zone, self._fingerprint, self._first + start, key
        if not (window := memory.windows.get(dated)) and (course := self._course(start, key, memory)):
            window = memory.windows[dated] = self.told(start, course)
        return window

    def _course(self, start: int, key: Hashable, memory: Memory) -> Course | None:
        if key not in memory.courses:
            memory.courses[key] = self.walked(start)
        return memory.courses[key]

    def walked(self, start: int) -> Course | None:
        """How the protocol runs from that day on, worked out anew; None if it cannot."""
        placed = Walk(self._board, start).first()
        days = self._stock.grid.days
        if placed is None:
            return None
        return tuple(
            StepCourse(
                at.day - start,
                step.key,
                (days[at.day].clock(at.bit), *minutes, tuple(chain.from_iterable(at.resources)), *dose, asks),
            )
            for at, (step, minutes, dose, asks) in zip(placed, self._plain, strict=True)
        )

    def told(self, start: int, course: Course) -> Window:
        """The course as a window that starts on that day."""
        days = self._stock.grid.days
        steps = [WindowStep._make((key, days[start + later].date, *rest)) for later, key, rest in course]
        return Window(self._stock.clinic_id, self._stock.zone, self._fingerprint, tuple(steps))

    @cached_property
    def _outlook(self) -> Outlook:
        return Outlook(self._protocol, self._wishes, self._stock)

    @cached_property
    def _board(self) -> Board:
        return Board(self._protocol, self._wishes, self._stock, self._pins)


def _plain(step: Step) -> tuple[Step, tuple[int, int, int], tuple[str | None, int], tuple[str, ...]]:
    dose = (step.dose.product, step.dose.count) if step.dose else (None, 0)
    return step, (step.minutes, step.buffer_before, step.buffer_after), dose, step.asks
