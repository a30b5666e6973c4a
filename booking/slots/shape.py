"""How a protocol's steps hang together: what a later step can see of an earlier one. Worked out once per search."""

from datetime import time
from functools import cached_property
from typing import Final

from booking.slots.grid import grains
from booking.slots.protocol import CLOCK_CHANGES, Need, Step

NeedAt = tuple[int, int]


class Shape:
    """Steps by their place, and the references between them.

    Three things bind a later step to an earlier one: its day counts from it, it asks for the same resources, or
    the buffer after the earlier one may still run when the buffer before the later one begins (it *spills*).
    """

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.steps: Final = steps
        self.place: Final = {step.key: n for n, step in enumerate(steps)}

    def same_as(self, need: Need) -> NeedAt | None:
        """The step and the place among its needs whose resources this need asks for again."""
        if need.same_as is None:
            return None
        step = self.place[need.same_as]
        return step, next(at for at, there in enumerate(self.steps[step].needs) if there.kind == need.kind)

    def followers(self, n: int, place: int) -> list[tuple[int, int]]:
        """The later steps that ask for the resources of this need again, each with how many of them."""
        later = range(n + 1, len(self.steps))
        return [(m, need.count) for m in later for need in self.steps[m].needs if self.same_as(need) == (n, place)]

    def decides(self, n: int, place: int) -> bool:
        """Whether the choice of who serves this need can matter to a later step."""
        kind = self.steps[n].needs[place].kind
        wanted_again = any(need.kind == kind for step in self.steps[n + 1 :] for need in step.needs)
        return bool(self.followers(n, place)) or (wanted_again and self.spills[n])

    @cached_property
    def anchors(self) -> list[list[int]]:
        """For each step, the earlier steps from which it or a later one counts its days."""
        after = [self.place[step.day.after] if step.day.after else None for step in self.steps]
        return [sorted({at for at in after[n:] if at is not None and at < n}) for n in range(len(self.steps))]

    @cached_property
    def bindings(self) -> list[list[NeedAt]]:
        """For each step, the earlier needs whose very resources it or a later one asks for."""
        same = [[at for need in step.needs if (at := self.same_as(need))] for step in self.steps]
        return [sorted({at for ones in same[n:] for at in ones if at[0] < n}) for n in range(len(self.steps))]

    @cached_property
    def doses_from(self) -> list[bool]:
        """Whether each step, or a later one, gives a dose."""
        return [any(step.dose for step in self.steps[n:]) for n in range(len(self.steps))]

    @cached_property
    def longest_before(self) -> list[int]:
        """The longest buffer before each step or a later one, in grains; nothing comes after the last."""
        befores = [grains(step.buffer_before) for step in self.steps]
        return [max(befores[n:], default=0) for n in range(len(self.steps) + 1)]

    @cached_property
    def spills(self) -> list[bool]:
        """Whether a claim of each step can still run when a later step's claim on the same kind begins."""
        return [any(self._may_meet(n, m) for m in range(n + 1, len(self.steps))) for n in range(len(self.steps))]

    def _may_meet(self, n: int, m: int) -> bool:
        early, late = self.steps[n], self.steps[m]
        if not {need.kind for need in early.needs} & {need.kind for need in late.needs}:
            return False
        taken_until = _minute(early.latest) + early.minutes + early.buffer_after + CLOCK_CHANGES
        taken_from = self._days_between(n, m) * 24 * 60 + _minute(late.earliest) - late.buffer_before
        return taken_from < taken_until and early.buffer_after + late.buffer_before > early.rest_after

    def _days_between(self, n: int, m: int) -> int:
        """The fewest days that can lie between two steps."""
        fewest = {n: 0}
        for at in range(n + 1, m + 1):
            offset = self.steps[at].day
            counted = fewest.get(self.place[offset.after]) if offset.after else None
            fewest[at] = max(
                fewest[at - 1],
                self._reach[at][0] - self._reach[n][1],
                0 if counted is None else counted + offset.from_,
            )
        return fewest[m]

    @cached_property
    def _reach(self) -> list[tuple[int, int]]:
        """The first and the last day after the start date on which each step can lie, order aside."""
        reach: list[tuple[int, int]] = []
        for step in self.steps:
            first, last = reach[self.place[step.day.after]] if step.day.after else (0, 0)
            reach.append((first + step.day.from_, last + step.day.to))
        return reach


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
