"""The exact half of a search: the steps of a protocol, placed one after another on a board from one start day on.

It steps back where continuity, buffers, doses or a range of days ask for it. A dead end is remembered by all that the
steps to come can still see of it, so that none is walked twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations
from typing import NamedTuple

from booking.slots.board import Board, Demand
from booking.slots.grid import grains
from booking.slots.stock import Given, can_give

Group = tuple[int, ...]


class Placed(NamedTuple):
    """A step on the grid: its day, its first bit, and the resources for each of its needs."""

    day: int
    bit: int
    resources: tuple[Group, ...]


class State(NamedTuple):
    """Where a walk stands.

    `ready` is the first bit at which the next step may start; `spill` the claims that may still run then, each
    with the bit at which it ends; `given` the doses promised so far.
    """

    placed: tuple[Placed, ...] = ()
    ready: int = 0
    spill: tuple[tuple[int, int], ...] = ()
    given: tuple[Given, ...] = ()


class Walk:
    """All ways to place the steps from one start day, the earliest first of everything that can be chosen."""

    def __init__(self, board: Board, start: int) -> None:
        self._board = board
        self._shape = board.shape
        self._start = start
        self._dead_ends: dict[tuple[object, ...], int] = {}

    def first(self) -> tuple[Placed, ...] | None:
        """The protocol's steps placed from the start day on, or None if there is no way.

        It may be asked again once the board has less: what was a dead end still is one.
        """
        return self._onward(State()) if all(map(self._possible, range(len(self._board.steps)))) else None

    def claims(self, placed: Sequence[Placed]) -> Iterator[tuple[int, int, int]]:
        """What the placed steps take: each resource, and its bits from one up to another, buffers included."""
        for step, at in zip(self._board.steps, placed, strict=True):
            begins = at.bit - grains(step.buffer_before)
            yield from ((one, begins, begins + step.length) for group in at.resources for one in group)

    def given(self, placed: Sequence[Placed]) -> Iterator[Given]:
        """The doses of the placed steps, days in order."""
        return chain.from_iterable(self._giving(n, at.day) for n, at in enumerate(placed))

    def _possible(self, n: int) -> bool:
        """Whether the step may start anywhere on its day, where its day is known beforehand."""
        offset = self._board.steps[n].day
        return (
            offset.after is not None
            or offset.from_ != offset.to
            or self._board.bits(n, self._start + offset.from_) != 0
        )

    def _onward(self, state: State) -> tuple[Placed, ...] | None:
        """Every step, the remaining ones placed too, or None."""
        n = len(state.placed)
        if n == len(self._board.steps):
            return state.placed
        seen = self._seen(n, state)
        if state.ready >= self._dead_ends.get(seen, state.ready + 1):
            return None
        for placed in self._ways(n, state):
            if found := self._onward(self._after(n, placed, state)):
                return found
        self._dead_ends[seen] = state.ready
        return None

    def _seen(self, n: int, state: State) -> tuple[object, ...]:
        """All that the steps from n on can see of the walk but for `ready`: being ready later never opens a way."""
        days = tuple(state.placed[at].day for at in self._shape.anchors[n])
        bound = tuple(state.placed[step].resources[place] for step, place in self._shape.bindings[n])
        return n, days, bound, state.spill, state.given if self._shape.doses_from[n] else ()

    def _ways(self, n: int, state: State) -> Iterator[Placed]:
        before = grains(self._board.steps[n].buffer_before)
        for day in self._days(n, state):
            if self._can_give(n, day, state):
                for bit in self._board.starts(n, day, state.ready):
                    for chosen in self._choices(self._board.demands[n], day, bit - before, state, frozenset()):
                        yield Placed(day, bit, tuple(group for _place, group in sorted(chosen)))

    def _days(self, n: int, state: State) -> range:
        days = self._offset_days(n, self._start, state)
        first = state.placed[-1].day if state.placed else 0
        return range(max(days.start, first), min(days.stop, len(self._board.grid.days)))

    def _offset_days(self, n: int, start: int, state: State) -> range:
        offset = self._board.steps[n].day
        anchor = start if offset.after is None else state.placed[self._shape.place[offset.after]].day
        return range(anchor + offset.from_, anchor + offset.to + 1)

    def _can_give(self, n: int, day: int, state: State) -> bool:
        giving = self._giving(n, day)
        return not giving or can_give(self._board.stock.lots, (*state.given, *giving))

    def _giving(self, n: int, day: int) -> tuple[Given, ...]:
        dose = self._board.steps[n].dose
        return (Given(dose.product, self._board.grid.days[day].date, dose.count),) if dose else ()

    def _choices(
        self, demands: Sequence[Demand], day: int, bit: int, state: State, used: frozenset[int]
    ) -> Iterator[tuple[tuple[int, Group], ...]]:
        """The ways to serve all the demands from that bit on; one is enough where the choice decides nothing."""
        if not demands:
            yield ()
            return
        demand, others = demands[0], demands[1:]
        for group in _groups(self._free(demand, day, bit, state, used), demand.count):
            for rest in self._choices(others, day, bit, state, used.union(group)):
                yield ((demand.place, group), *rest)
                if not demand.decides:
                    return

    def _free(self, demand: Demand, day: int, bit: int, state: State, used: frozenset[int]) -> Iterator[int]:
        """Who could serve the demand from that bit on, and the later steps that will ask for the same again."""
        byte, mask = bit >> 3, 1 << (bit & 7)
        among: Iterable[int] = demand.fits
        if demand.same_as:
            step, place = demand.same_as
            among = state.placed[step].resources[place]
        for resource in among:
            fits = demand.fits.get(resource)
            if not fits or not fits[byte] & mask or resource in used:
                continue
            if state.spill and any(other == resource and until > bit for other, until in state.spill):
                continue
            if all(self._may_follow(m, resource, day, state) for m in demand.followers):
                yield resource

    def _may_follow(self, m: int, resource: int, day: int, state: State) -> bool:
        """Whether a later step could still have this resource on one of its days, as far as those are known by now."""
        offset = self._board.steps[m].day
        anchor = self._start if offset.after is None else self._known_day(self._shape.place[offset.after], day, state)
        if anchor is None:
            return True
        return any(self._board.serves(m, resource, anchor + n) for n in range(offset.from_, offset.to + 1))

    def _known_day(self, n: int, day: int, state: State) -> int | None:
        placed = state.placed
        return placed[n].day if n < len(placed) else day if n == len(placed) else None

    def _after(self, n: int, placed: Placed, state: State) -> State:
        step = self._board.steps[n]
        ends = placed.bit + grains(step.minutes)
        ready = ends + grains(step.rest_after)
        spill = state.spill
        if spill or self._shape.spills[n]:
            own = ((resource, ends + grains(step.buffer_after)) for group in placed.resources for resource in group)
            horizon = ready - self._shape.longest_before[n + 1]
            spill = tuple(sorted((resource, until) for resource, until in (*spill, *own) if until > horizon))
        return State((*state.placed, placed), ready, spill, (*state.given, *self._giving(n, placed.day)))


def _groups(free: Iterator[int], count: int) -> Iterator[Group]:
    """All groups of that size; single ones as they come, for `combinations` would first look at everyone."""
    return ((resource,) for resource in free) if count == 1 else combinations(free, count)
