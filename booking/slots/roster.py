"""A clinic's resources as they are written down: who and what there is, what each can do, and in which weeks."""

from collections.abc import Iterator
from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from booking.programmes.parts import Part
from booking.programmes.written import Written
from booking.slots.hours import Hours
from booking.slots.protocol import Clock, Word
from booking.slots.resources import MOST_IN_A_POOL, Rostered, numbered

Weekday = Annotated[int, Field(ge=0, le=6)]


class Week(Part):
    """Open on these days of the week (0 is Monday), in clinic-local time; `closes` 00:00 is the day's end."""

    days: tuple[Weekday, ...]
    opens: Clock
    closes: Clock

    def hours(self, from_day: date) -> tuple[Hours, ...]:
        return tuple(Hours(weekday, self.opens, self.closes, from_day) for weekday in self.days)


def _forward(week: Week) -> Week:
    if week.opens >= week.closes != time():
        raise ValueError("closes before it opens")
    return week


class WrittenResource(Part):
    """One resource, or a pool: `count` of them, numbered."""

    kind: Word
    name: str = Field(min_length=1, max_length=180)
    skills: tuple[Word, ...] = ()
    week: str
    count: int = Field(default=1, ge=1, le=MOST_IN_A_POOL)


class Roster(Part):
    weeks: dict[str, Annotated[Week, AfterValidator(_forward)]] = Field(default_factory=dict)
    resources: tuple[WrittenResource, ...] = ()

    def rostered(self, from_day: date) -> Iterator[Rostered]:
        """Each with its hours, which hold from that day on."""
        for one in self.resources:
            hours = self.weeks[one.week].hours(from_day)
            for name in numbered(one.name, one.count):
                yield Rostered(one.kind, name, one.skills, hours)


def roster_of(written: Written) -> Roster:
    """The resources as they are written; none, if they were left out. Raises WrittenWrong."""
    try:
        roster = Roster.model_validate(written.table("resources"))
    except ValidationError as fault:
        error = fault.errors()[0]
        what = error["msg"].removeprefix("Value error, ")
        raise written.wrong("resources", ".".join(map(str, error["loc"])), what) from fault
    names: set[str] = set()
    for n, one in enumerate(roster.resources):
        if one.week not in roster.weeks:
            raise written.wrong("resources", f"resources.{n}.week", f"no week is called '{one.week}'")
        if one.name in names:
            raise written.wrong("resources", f"resources.{n}.name", f"two are called '{one.name}'")
        names.add(one.name)
    return roster
