"""One step of a booking goes to another resource or time: what that would break, and the window as it would then be.

Everything is looked at for its reason, in the words of the clinic's own paper, because a person reads it: "taken by
LW-...", "before the patient has rested". Where a step has to be with the same clinician as another, both go together; a
room or a bed that nobody asked to change stays, or gives way to another of its kind that is free.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import permutations
from operator import itemgetter
from typing import NamedTuple

from booking.slots.grid import grains
from booking.slots.hours import closed_bits, open_bits
from booking.slots.protocol import Need, Protocol, Step
from booking.slots.shape import NeedAt, Shape
from booking.slots.stock import Given, Stock, Supply, can_give
from booking.slots.windows import Window, WindowStep


class Why(StrEnum):
    """What a move of a step can break."""

    NOT_HERE = "not-here"  # the resource is no longer booked at the clinic
    KIND = "kind"  # another kind of resource than the step needs
    SKILLS = "skills"
    TWICE = "twice"  # the step has this resource already, for another of its needs
    HOURS = "hours"
    CLOSED = "closed"
    TAKEN = "taken"  # by `booking`; without one by the same booking's `other` step
    TWO_PLACES = "two-places"  # the patient is in the `other` step then
    ELSEWHERE = "elsewhere"  # the stay would meet another of the patient's, of which no more is told
    ORDER = "order"  # it would change places with the `other` step
    REST = "rest"  # too close to the `other` step for the rest that is asked
    UNKNOWN = "unknown"  # farther away than anyone has looked
    DAYS = "days"  # the step must be from `least` to `most` days after the `other`, or after the first day
    TIMES = "times"  # the protocol has the step start from `earliest` to `latest`
    CLOCK = "clock"  # the clock jumps over this time on that day
    DOSE = "dose"
    PAST = "past"
    NOT_YET_THERE = "not-yet-there"  # the patient's flight lands later: advice, for a flight can be changed too
    GONE_HOME = "gone-home"


class Break(NamedTuple):
    """One thing that is broken, in one of the booking's steps."""

    why: Why
    step: str
    resource: int = 0
    booking: str = ""
    other: str = ""
    least: int = 0
    most: int = 0
    earliest: time = time()
    latest: time = time()


class Taken(NamedTuple):
    """Another booking's claim on a resource, buffers included."""

    booking: str
    starts_at: datetime
    ends_at: datetime


class Target(NamedTuple):
    """Where a step is to go: `starts` is the patient's own time, clinic-local."""

    resource: int
    day: date
    starts: time


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a move is looked at with.

    `protocol` is what the booking's window runs, wishes applied. In `stock` the booking's own claims and doses count as
    free; it reaches a week beyond the window and every target. `taken` is who has each resource, by its id; `there` from
    when until when the patient is at the clinic's place, as far as their flights are known; `elsewhere` when they have other
    dates.
    """

    protocol: Protocol
    window: Window
    stock: Stock
    taken: Mapping[int, tuple[Taken, ...]] = field(default_factory=dict)
    there: tuple[datetime | None, datetime | None] = (None, None)
    elsewhere: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class StepMove:
    """A move that was looked at: the window as it would be, and what it breaks. `steps` are those that change.

    `advice` is left to the coordinator: it keeps nobody from moving.
    """

    window: Window
    steps: tuple[str, ...]
    breaks: tuple[Break, ...]
    advice: tuple[Break, ...] = ()

    @property
    def works(self) -> bool:
        return bool(self.steps) and not self.breaks


@dataclass(frozen=True, slots=True)
class Reach:
    """A step on one resource and day: the times at which it could start there; if there is none, what is in the way."""

    times: tuple[time, ...]
    breaks: tuple[Break, ...]
    advice: tuple[Break, ...] = ()


class StepMoves:
    """Where one step of a window could go, with another resource instead of `resource`, or with the same."""

    def __init__(self, scene: Scene, key: str, resource: int) -> None:
        self._scene = scene
        self._window = scene.window
        self._at = next(n for n, step in enumerate(scene.window.steps) if step.key == key)
        self._steps = scene.protocol.steps
        self._resource = resource
        self._supplies = {supply.id: supply for supply in scene.stock.resources}
        # Every target asks some of the same again: what is known of a day, a time or a resource then is kept.
        self._days: dict[date, list[Break]] = {}
        self._times: dict[tuple[date, time], list[Break]] = {}
        self._had: dict[tuple[str, date, time, int, frozenset[str]], list[Break]] = {}
        self._there: dict[int, tuple[int, int]] = {}
        self._periods: dict[tuple[str, date, time], tuple[datetime, datetime]] = {}
        self._takens: dict[tuple[str, date, time], tuple[datetime, datetime]] = {}

    @property
    def step(self) -> Step:
        """The step as the protocol has it."""
        return self._steps[self._at]

    @property
    def now(self) -> WindowStep:
        """The step as it stands."""
        return self._window.steps[self._at]

    @cached_property
    def candidates(self) -> tuple[int, ...]:
        """Every resource of the kind that is asked for, its own included."""
        return tuple(one.id for one in self._scene.stock.resources if one.kind == self._need.kind)

    def look(self, target: Target) -> StepMove:
        """The window with the step there, and all that this breaks; no steps change where it is already."""
        if wrong := [*self.unfit(target.resource), *self.of_day(target.day)]:
            return StepMove(self._window, (self.now.key,), tuple(wrong))
        after, breaks = self._after(target)
        window = replace(self._window, steps=tuple(after.get(step.key, step) for step in self._window.steps))
        changed = tuple(step.key for step, was in zip(window.steps, self._window.steps, strict=True) if step != was)
        if not changed:
            return StepMove(window, (), ())
        own = [*self._of_itself(window, changed), *self._of_other_stays(window)]
        breaks = [*self._of_time(target.day, target.starts), *breaks, *own]
        return StepMove(window, changed, tuple(dict.fromkeys(breaks)), tuple(self._advice(window)))

    def reach(self, resource: int, day: date) -> Reach:
        """At which times it could start on that day with that resource."""
        looked = {starts: self.look(Target(resource, day, starts)) for starts in self._worth_a_look(resource, day)}
        times = tuple(starts for starts, move in looked.items() if move.works)
        if times:
            return Reach(times, (), looked[times[0]].advice)
        refused = [(len(move.breaks), starts != self.now.starts, move.breaks) for starts, move in looked.items()]
        return Reach((), min(refused, key=lambda one: one[:2])[2])

    def unfit(self, resource: int) -> list[Break]:
        """What is wrong with a resource whatever the day and the time."""
        step, supply = self.now.key, self._supplies.get(resource)
        if supply is None:
            return [Break(Why.NOT_HERE, step, resource)]
        if supply.kind != self._need.kind:
            return [Break(Why.KIND, step, resource)]
        if resource != self._resource and resource in self.now.resources:
            return [Break(Why.TWICE, step, resource)]
        return [] if self._need.skills <= supply.skills else [Break(Why.SKILLS, step, resource)]

    def of_day(self, day: date) -> list[Break]:
        """What is wrong with a day whatever the resource and the time."""
        if day not in self._days:
            self._days[day] = [] if day == self.now.day else list(self._of_day(day))
        return self._days[day]

    def _worth_a_look(self, resource: int, day: date) -> tuple[time, ...]:
        """One time is enough where the day or the resource is wrong at any of them."""
        if self.of_day(day) or self.unfit(resource):
            return (self.now.starts,)
        return tuple(dict.fromkeys((*self.step.starts(), self.now.starts)))

    # -- the window as it would be --------------------------------------------------------------------------

    def _after(self, target: Target) -> tuple[dict[str, WindowStep], list[Break]]:
        """Each step that the move touches as it would be, and why a resource of it cannot be had."""
        after: dict[str, WindowStep] = {}
        breaks: list[Break] = []
        for n in (self._at, *(self._bound if target.resource != self._resource else ())):
            was = self._window.steps[n]
            step = was._replace(day=target.day, starts=target.starts) if n == self._at else was
            resources, wrong = self._served_by(n, step, target.resource)
            after[step.key] = step._replace(resources=resources)
            breaks += [Break(Why.PAST, step.key)] if n != self._at and self._begun(was) else []
            breaks += wrong
        return after, breaks

    def _served_by(self, n: int, step: WindowStep, to: int) -> tuple[tuple[int, ...], list[Break]]:
        """The resources of a step with `to` instead of the one that it gives up, and why they cannot be had."""
        was = self._window.steps[n]
        stays = (was.day, was.starts) == (step.day, step.starts)
        chosen: list[int] = []
        breaks: list[Break] = []
        for place, need, resource in self._serving(n):
            other = to if resource == self._resource else resource
            if other == resource and not stays and resource != self._resource:
                other = self._free_one(place, need, step, resource, chosen)
            if other != resource or not stays:
                breaks += self._of_resource(step, other, need)
            chosen.append(other)
        return tuple(chosen), breaks

    def _free_one(self, place: int, need: Need, step: WindowStep, own: int, chosen: Iterable[int]) -> int:
        """Who serves a need that nobody asked to change, at its new time: its own, else one of its kind that is free."""
        tied = need.same_as or self._shape.followers(self._at, place)
        if tied or not any(self._of_resource(step, own, need)):
            return own
        elsewhere = {*chosen, *self.now.resources}
        others = (one.id for one in self._scene.stock.resources if one.kind == need.kind and one.id not in elsewhere)
        return next((one for one in others if not any(self._of_resource(step, one, need))), own)

    @cached_property
    def _shape(self) -> Shape:
        return Shape(self._steps)

    def _serving(self, n: int) -> Iterator[tuple[int, Need, int]]:
        """Each resource of a step, with the need that it serves and that need's place: a window tells them in order."""
        needs = ((place, need) for place, need in enumerate(self._steps[n].needs) for _ in range(need.count))
        return ((place, need, one) for (place, need), one in zip(needs, self._window.steps[n].resources, strict=True))

    @cached_property
    def _own(self) -> tuple[int, Need]:
        return next((place, need) for place, need, one in self._serving(self._at) if one == self._resource)

    @property
    def _need(self) -> Need:
        return self._own[1]

    @cached_property
    def _bound(self) -> tuple[int, ...]:
        """The other steps that must have this very resource too."""
        root: NeedAt = self._shape.same_as(self._need) or (self._at, self._own[0])
        tied = {root[0], *(m for m, _count in self._shape.followers(*root))} - {self._at}
        return tuple(sorted(m for m in tied if self._resource in self._window.steps[m].resources))

    # -- what is broken -------------------------------------------------------------------------------------

    def _of_day(self, day: date) -> Iterator[Break]:
        steps = tuple(one._replace(day=day) if one.key == self.now.key else one for one in self._window.steps)
        days = {one.key: one.day for one in steps}
        for step in self._steps:
            offset = step.day
            anchor = days[offset.after] if offset.after else steps[0].day
            if not offset.from_ <= (days[step.key] - anchor).days <= offset.to:
                yield Break(Why.DAYS, step.key, other=offset.after or "", least=offset.from_, most=offset.to)
        if not self._scene.stock.first <= day <= self._scene.stock.last:
            yield Break(Why.UNKNOWN, self.now.key)
        given = sorted((one.day, one.doses) for one in steps if one.doses and one.product == self.now.product)
        if not can_give(self._scene.stock.lots, (Given(self.now.product or "", *told) for told in given)):
            yield Break(Why.DOSE, self.now.key)

    def _of_time(self, day: date, starts: time) -> list[Break]:
        """What is wrong with a time whoever serves it: the clock, the protocol, the patient."""
        if (day, starts) not in self._times:
            self._times[day, starts] = list(self._of_this_time(self.now._replace(day=day, starts=starts)))
        return self._times[day, starts]

    def _of_this_time(self, there: WindowStep) -> Iterator[Break]:
        if self._begun(there) or self._begun(self.now):
            yield Break(Why.PAST, there.key)
        if there == self.now:
            return
        if not self._scene.stock.grid.days[self._scene.stock.grid.index(there.day)].has(there.starts):
            yield Break(Why.CLOCK, there.key)
        if there.starts not in self.step.starts():
            yield Break(Why.TIMES, there.key, earliest=self.step.earliest, latest=self.step.latest)
        yield from self._of_patient(there)

    def _begun(self, at: WindowStep) -> bool:
        taken_from = self._period(at)[0] - timedelta(minutes=at.buffer_before if at.resources else 0)
        return taken_from <= self._scene.stock.now

    def _of_patient(self, there: WindowStep) -> Iterator[Break]:
        """One place at a time, in the protocol's order, with the rest that the earlier of two asks for."""
        starts, ends = self._period(there)
        for n, other in enumerate(self._window.steps):
            begins, over = self._period(other)
            rest = timedelta(minutes=self._steps[min(n, self._at)].rest_after)
            if n == self._at:
                continue
            if starts < over and begins < ends:
                yield Break(Why.TWO_PLACES, there.key, other=other.key)
            elif (begins < starts) is (n > self._at):
                yield Break(Why.ORDER, there.key, other=other.key)
            elif abs(n - self._at) == 1 and (begins - ends if n > self._at else starts - over) < rest:
                yield Break(Why.REST, there.key, other=other.key)

    def _of_resource(self, step: WindowStep, resource: int, need: Need) -> list[Break]:
        """Whether a resource can do a step, and is free for it."""
        key = step.key, step.day, step.starts, resource, need.skills
        if key not in self._had:
            self._had[key] = list(self._of_this_resource(step, resource, need))
        return self._had[key]

    def _of_this_resource(self, step: WindowStep, resource: int, need: Need) -> Iterator[Break]:
        supply = self._supplies.get(resource)
        if supply is None:
            yield Break(Why.NOT_HERE, step.key, resource)
        elif not need.skills <= supply.skills:
            yield Break(Why.SKILLS, step.key, resource)
        else:
            yield from self._of_hours(step, supply)
            yield from self._of_others(step, resource)

    def _of_hours(self, step: WindowStep, supply: Supply) -> Iterator[Break]:
        grid = self._scene.stock.grid
        starts = grid.days[grid.index(step.day)].at(step.starts) - grains(step.buffer_before)
        asked = (1 << grains(step.buffer_before + step.minutes + step.buffer_after)) - 1
        if supply.id not in self._there:
            self._there[supply.id] = closed_bits(supply.closures, grid), open_bits(supply.hours, grid)
        closed, open_ = self._there[supply.id]
        if closed >> max(starts, 0) & asked:
            yield Break(Why.CLOSED, step.key, supply.id)
        elif starts < 0 or open_ >> starts & asked != asked:
            yield Break(Why.HOURS, step.key, supply.id)

    def _of_others(self, step: WindowStep, resource: int) -> Iterator[Break]:
        starts, ends = self._taken(step)
        for one in self._scene.taken.get(resource, ()):
            if one.starts_at < ends and one.ends_at > starts:
                yield Break(Why.TAKEN, step.key, resource, one.booking)

    def _of_itself(self, window: Window, changed: tuple[str, ...]) -> Iterator[Break]:
        """Two steps of one booking may follow each other closer than a buffer lets one resource do both."""
        used = Counter(resource for step in window.steps for resource in step.resources)
        twice = sorted(resource for resource, times in used.items() if times > 1)
        for resource in twice:
            steps = [(one.key, *self._taken(one)) for one in window.steps if resource in one.resources]
            for (key, starts, ends), (other, begins, over) in permutations(sorted(steps, key=itemgetter(1)), 2):
                if key in changed and starts < over and begins < ends:
                    yield Break(Why.TAKEN, key, resource, other=other)

    def _of_other_stays(self, window: Window) -> Iterator[Break]:
        """Between the first step and the last they are here."""
        if not self._scene.elsewhere:
            return
        begins, over = window.starts_at, window.ends_at
        if any(starts < over and begins < ends for starts, ends in self._scene.elsewhere):
            yield Break(Why.ELSEWHERE, self.now.key)

    def _advice(self, window: Window) -> Iterator[Break]:
        lands, leaves = self._scene.there
        starts, ends = self._period(window.steps[self._at])
        if lands is not None and starts < lands:
            yield Break(Why.NOT_YET_THERE, self.now.key)
        if leaves is not None and ends > leaves:
            yield Break(Why.GONE_HOME, self.now.key)

    def _taken(self, step: WindowStep) -> tuple[datetime, datetime]:
        key = step.key, step.day, step.starts
        if key not in self._takens:
            starts, ends = self._period(step)
            before, after = timedelta(minutes=step.buffer_before), timedelta(minutes=step.buffer_after)
            self._takens[key] = starts - before, ends + after
        return self._takens[key]

    def _period(self, step: WindowStep) -> tuple[datetime, datetime]:
        key = step.key, step.day, step.starts
        if key not in self._periods:
            self._periods[key] = self._window.period(step)
        return self._periods[key]
