"""Windows: every start date on which a whole protocol can run, each with the resources and times that make it so."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import repeat
from operator import itemgetter
from typing import Any, Final, NamedTuple, Self

from booking.kit.times import settle_on
from booking.slots.protocol import Need, Protocol, Step


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the patient asks of the dates: all local days of the clinic.

    `skills` maps a kind to what it must be able to do for this patient, `{"interpreter": {"ar"}}`; a need that
    is only there if wished is there for the kinds named here.
    """

    not_before: date | None = None
    not_after: date | None = None
    not_on: frozenset[date] = frozenset()
    skills: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def picky(self) -> bool:
        """Whether any day at all may not suit."""
        return bool(self.not_before or self.not_after or self.not_on)

    def suits(self, day: date) -> bool:
        """Whether something may be done with the patient on that day."""
        return (
            (self.not_before is None or day >= self.not_before)
            and (self.not_after is None or day <= self.not_after)
            and day not in self.not_on
        )

    def applied(self, protocol: Protocol) -> Protocol:
        """The protocol with what is wished of its needs, and without the needs that are not."""
        return replace(protocol, steps=tuple(replace(s, needs=tuple(self._wished(s))) for s in protocol.steps))

    def _wished(self, step: Step) -> Iterator[Need]:
        for need in step.needs:
            if need.kind in self.skills:
                yield replace(need, skills=need.skills | self.skills[need.kind])
            elif not need.if_wished:
                yield need


class ClaimRow(NamedTuple):
    """One claim that a window needs: a resource for a step's period, buffers included; `asks` are the skills that it must have."""

    resource_id: int
    step: str
    starts_at: datetime
    ends_at: datetime
    asks: str = ""


# The same without names, for the statement that takes them: a hold has two dozen.
Wanted = tuple[int, str, datetime, datetime, str]

# The one order in which claims are taken: by resource, then by start.
IN_ORDER: Final = itemgetter(ClaimRow._fields.index("resource_id"), ClaimRow._fields.index("starts_at"))


@cache
def _minutes(number: int) -> timedelta:
    """A step's length or buffer. There are a handful of either, and each hold needs two dozen."""
    return timedelta(minutes=number)


class WindowStep(NamedTuple):
    """One step of a window. `day` and `starts` are clinic-local, and are what is promised; instants follow from them.

    `asks` says in the order of the resources which skills each must have, words with spaces between, what was wished
    included: it may lose one before it is claimed. Empty if the step asks for none.
    """

    key: str
    day: date
    starts: time
    minutes: int
    buffer_before: int
    buffer_after: int
    resources: tuple[int, ...]
    product: str | None = None
    doses: int = 0
    asks: tuple[str, ...] = ()

    def period(self, zone: str) -> tuple[datetime, datetime]:
        """The patient's own time in it, without its buffers."""
        starts_at = settle_on(self.day, self.starts, zone)
        return starts_at, starts_at + _minutes(self.minutes)

    def asked(self) -> Iterable[tuple[int, str]]:
        """Each of its resources, with the skills that it must have."""
        return zip(self.resources, self.asks or repeat(""))  # noqa: B905 - an endless one has no length to be strict about

    def to_json(self) -> dict[str, Any]:
        """As `of_json` reads it. Field by field: it is written with every hold."""
        return {
            "key": self.key,
            "day": self.day.isoformat(),
            "starts": self.starts.isoformat("minutes"),
            "minutes": self.minutes,
            "buffer_before": self.buffer_before,
            "buffer_after": self.buffer_after,
            "resources": list(self.resources),
            "product": self.product,
            "doses": self.doses,
            "asks": list(self.asks),
        }

    @classmethod
    def of_json(cls, data: Mapping[str, Any]) -> Self:
        """The step that `to_json` told."""
        day, starts = date.fromisoformat(data["day"]), time.fromisoformat(data["starts"])
        resources, asks = tuple(data["resources"]), tuple(data.get("asks", ()))
        return cls(**{**data, "day": day, "starts": starts, "resources": resources, "asks": asks})


class Ends(NamedTuple):
    """Where a window begins and ends, for whoever needs no more of it: its clinic-local days, and the patient's first and last instant."""

    start: date
    end: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """One feasible way to run a whole protocol. `protocol` is the fingerprint of the one that it was found for."""

    clinic_id: int
    zone: str
    protocol: str
    steps: tuple[WindowStep, ...]

    @property
    def start(self) -> date:
        """The clinic-local day of the first step."""
        return self.steps[0].day

    @property
    def end(self) -> date:
        """The clinic-local day of the last step."""
        return self.steps[-1].day

    @property
    def starts_at(self) -> datetime:
        """When the patient's first step starts."""
        return self.period(self.steps[0])[0]

    @property
    def ends_at(self) -> datetime:
        """When the patient's last step ends."""
        return self.period(self.steps[-1])[1]

    @property
    def ends(self) -> Ends:
        """Where it begins and ends."""
        return Ends(self.start, self.end, self.starts_at, self.ends_at)

    def by_day(self) -> list[tuple[date, list[WindowStep]]]:
        """The steps of each clinic-local day, in order."""
        days: dict[date, list[WindowStep]] = {}
        for step in self.steps:
            days.setdefault(step.day, []).append(step)
        return sorted(days.items())

    def period(self, step: WindowStep) -> tuple[datetime, datetime]:
        """The patient's own time in a step, without its buffers."""
        return step.period(self.zone)

    def rows(self) -> list[ClaimRow]:
        """Every claim that it needs, buffers included, in the one order in which claims are taken."""
        return [ClaimRow(*row) for row in self.wanted()]

    def wanted(self) -> list[Wanted]:
        """The same, as plain as a statement's values are."""
        rows: list[Wanted] = []
        for step in self.steps:
            starts_at = settle_on(step.day, step.starts, self.zone)
            taken_from = starts_at - _minutes(step.buffer_before)
            taken_until = starts_at + _minutes(step.minutes + step.buffer_after)
            rows += [(one, step.key, taken_from, taken_until, asks) for one, asks in step.asked()]
        rows.sort(key=IN_ORDER)
        return rows

    def to_json(self) -> dict[str, Any]:
        """As it is kept with a booking; `start` and `end` are for readers, and derived. No instant: those follow the zone's rules."""
        return {
            "clinic": self.clinic_id,
            "zone": self.zone,
            "protocol": self.protocol,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "steps": [step.to_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The window that `to_json` told."""
        steps = tuple(map(WindowStep.of_json, data["steps"]))
        return cls(data["clinic"], data["zone"], data["protocol"], steps)


def ends_of(data: Mapping[str, Any]) -> Ends:
    """Where the window that `Window.to_json` told begins and ends."""
    zone, steps = data["zone"], data["steps"]
    starts_at, _ = _period(steps[0], zone)
    _, ends_at = _period(steps[-1], zone)
    return Ends(date.fromisoformat(data["start"]), date.fromisoformat(data["end"]), starts_at, ends_at)


def _period(told: Mapping[str, Any], zone: str) -> tuple[datetime, datetime]:
    starts_at = settle_on(date.fromisoformat(told["day"]), time.fromisoformat(told["starts"]), zone)
    return starts_at, starts_at + _minutes(told["minutes"])
