"""A treatment as ordered steps: what a programme's JSON means.

Steps run in the order in which they are written. Their days count from the start date, or
from an earlier step; their times are the clinic's own clock; all minutes are multiples of five.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import time
from functools import cached_property
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from booking.slots.grid import GRAIN, grains

LONGEST_DAYS: Final = 120
# No zone's clocks have ever jumped by more minutes than this within a few days; a wider margin only costs a little time.
CLOCK_CHANGES: Final = 180
VALUE: Final = ConfigDict(extra="forbid", strict=False)


class ProtocolError(ValueError):
    """A programme's protocol cannot be read: where, in the JSON's own terms, and what is wrong there."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what


def _whole_grains(minutes: int) -> int:
    if minutes % GRAIN:
        raise ValueError(f"must be a multiple of {GRAIN} minutes")
    return minutes


def _clock(text: Any) -> time:
    if isinstance(text, time):
        return text
    if not isinstance(text, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5][05]", text):
        raise ValueError("must be a time such as 08:30, in steps of five minutes")
    return time.fromisoformat(text)


def is_word(text: str) -> bool:
    """Whether a kind, a skill or a product can be called so."""
    return bool(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text)) and len(text) <= 64  # noqa: PLR2004 - the column's width


def _word(text: str) -> str:
    if not is_word(text):
        raise ValueError("must be lower-case words joined by hyphens")
    return text


def _offset(day: Any) -> Any:
    if isinstance(day, int):
        return {"from_": day, "to": day}
    if isinstance(day, Mapping):
        return {"from_" if name == "from" else name: value for name, value in day.items()}
    return day


Clock = Annotated[time, BeforeValidator(_clock)]
Minutes = Annotated[int, Field(ge=0, le=7 * 24 * 60), AfterValidator(_whole_grains)]
Word = Annotated[str, AfterValidator(_word)]
Count = Annotated[int, Field(ge=1, le=20)]


@dataclass(frozen=True, config=VALUE)
class Offset:
    """From so many to so many days after the start date, or after an earlier step."""

    from_: Annotated[int, Field(ge=0, le=LONGEST_DAYS)]
    to: Annotated[int, Field(ge=0, le=LONGEST_DAYS)]
    after: str | None = None


@dataclass(frozen=True, config=VALUE)
class Need:
    """So many resources of a kind, each with all the skills; or the very ones of an earlier step."""

    kind: Word
    count: Count = 1
    skills: frozenset[str] = frozenset()
    same_as: str | None = None
    if_wished: bool = False


@dataclass(frozen=True, config=VALUE)
class DoseNeed:
    product: Word
    count: Count = 1


@dataclass(frozen=True, config=VALUE)
class Step:
    """One thing that is done with the patient, and what it takes."""

    key: Word
    title: dict[str, str] = field(hash=False)
    day: Annotated[Offset, BeforeValidator(_offset)]
    earliest: Clock
    latest: Clock
    minutes: Annotated[Minutes, Field(ge=GRAIN)]
    every: Annotated[Minutes, Field(ge=GRAIN)] = 30
    buffer_before: Minutes = 0
    buffer_after: Minutes = 0
    rest_after: Minutes = 0
    needs: tuple[Need, ...] = ()
    dose: DoseNeed | None = None

    @property
    def length(self) -> int:
        """Grains for which its resources are taken, buffers included."""
        return grains(self.buffer_before + self.minutes + self.buffer_after)

    @property
    def eves(self) -> int:
        """The most midnights over which its buffer before reaches back, also on a day that the clock has made shorter."""
        earliest = self.earliest.hour * 60 + self.earliest.minute
        return max(-((earliest - self.buffer_before - CLOCK_CHANGES) // (24 * 60)), 0)

    @property
    def asks(self) -> tuple[str, ...]:
        """The skills that each of its resources must have, in their order, words with spaces between; () if none must have any."""
        asked = tuple(" ".join(sorted(need.skills)) for need in self.needs for _ in range(need.count))
        return asked if any(asked) else ()

    @property
    def nights(self) -> int:
        """The most midnights over which its resources are taken."""
        return (self.latest.hour * 60 + self.latest.minute + self.minutes + self.buffer_after) // (24 * 60)

    def starts(self) -> Iterator[time]:
        """The local times at which it may start."""
        first, last = (at.hour * 60 + at.minute for at in (self.earliest, self.latest))
        return (time(*divmod(minute, 60)) for minute in range(first, last + 1, self.every))


STEPS: Final = TypeAdapter(tuple[Step, ...])


@dataclass(frozen=True, config=VALUE)
class Protocol:
    """The treatment as ordered steps, checked: every reference points to an earlier step."""

    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, data: Any) -> Self:
        """The protocol that a programme version's JSON describes.

        Raises:
            ProtocolError: with the place in the JSON and what is wrong there.
        """
        try:
            protocol: Self = TypeAdapter(cls).validate_python(data)
        except ValidationError as fault:
            error = fault.errors(include_url=False)[0]
            raise ProtocolError(_place(error["loc"]), error["msg"].removeprefix("Value error, ")) from fault
        _check(protocol.steps)
        return protocol

    @cached_property
    def days(self) -> int:
        """The most days after the start date into which a step may still reach, nights included."""
        latest: dict[str, int] = {}
        for step in self.steps:
            latest[step.key] = step.day.to + (latest[step.day.after] if step.day.after else 0)
        return max(latest[step.key] + step.nights for step in self.steps)

    @cached_property
    def days_before(self) -> int:
        """The most days before the start date into which a buffer may reach."""
        earliest: dict[str, int] = {}
        for step in self.steps:
            earliest[step.key] = step.day.from_ + (earliest[step.day.after] if step.day.after else 0)
        return max(0, *(step.eves - earliest[step.key] for step in self.steps))

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of resource that it needs, in the order of first need."""
        return tuple(dict.fromkeys(need.kind for step in self.steps for need in step.needs))

    @cached_property
    def products(self) -> tuple[str, ...]:
        """Every product of which it needs doses."""
        return tuple(dict.fromkeys(step.dose.product for step in self.steps if step.dose))

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the protocol means something else: a window belongs to the protocol that it was found for."""
        told = STEPS.dump_json(tuple(_untitled(step) for step in self.steps))
        return hashlib.sha256(told).hexdigest()[:16]

    def step(self, key: str) -> Step:
        """The step of that key."""
        return next(step for step in self.steps if step.key == key)

    def without(self, kind: str) -> "Protocol":
        """The same treatment if that kind of resource, or that product, were never short."""
        return replace(self, steps=tuple(_without(step, kind) for step in self.steps))


def _untitled(step: Step) -> Step:
    # Skills are a set: told in order, or the fingerprint would differ from one process to the next.
    return replace(
        step,
        title={"needs": " ".join(",".join(sorted(need.skills)) for need in step.needs)},
        needs=tuple(replace(need, skills=frozenset()) for need in step.needs),
    )


def _without(step: Step, kind: str) -> Step:
    needs = tuple(need for need in step.needs if need.kind != kind)
    return replace(step, needs=needs, dose=None if step.dose and step.dose.product == kind else step.dose)


def _place(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{at}]" if isinstance(at, int) else f".{at}" for at in loc).lstrip(".").replace("from_", "from")


def _check(steps: tuple[Step, ...]) -> None:
    if not steps:
        raise ProtocolError("steps", "a protocol has at least one step")
    if steps[0].day != Offset(0, 0):
        raise ProtocolError("steps[0].day", "the first step is on day 0")
    earlier: dict[str, Step] = {}
    for n, step in enumerate(steps):
        _check_step(f"steps[{n}]", step, earlier)
        earlier[step.key] = step


def _check_step(where: str, step: Step, earlier: Mapping[str, Step]) -> None:
    if step.key in earlier:
        raise ProtocolError(f"{where}.key", f"two steps are called '{step.key}'")
    if step.day.from_ > step.day.to:
        raise ProtocolError(f"{where}.day", "from is later than to")
    if step.day.after is not None and step.day.after not in earlier:
        raise ProtocolError(f"{where}.day.after", f"no earlier step is called '{step.day.after}'")
    if step.earliest > step.latest:
        raise ProtocolError(f"{where}.latest", "is before earliest")
    for n, need in enumerate(step.needs):
        if need.same_as is not None:
            _check_same(f"{where}.needs[{n}]", need, earlier)


def _check_same(where: str, need: Need, earlier: Mapping[str, Step]) -> None:
    there = earlier.get(need.same_as or "")
    if there is None:
        raise ProtocolError(f"{where}.same_as", f"no earlier step is called '{need.same_as}'")
    same_kind = [other for other in there.needs if other.kind == need.kind]
    if len(same_kind) != 1 or same_kind[0].count < need.count:
        raise ProtocolError(f"{where}.same_as", f"'{need.same_as}' does not have one need of {need.count} {need.kind}")
    if same_kind[0].if_wished != need.if_wished:
        raise ProtocolError(f"{where}.if_wished", f"differs from the same need in '{need.same_as}'")
