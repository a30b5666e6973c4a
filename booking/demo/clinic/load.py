"""The example clinic, read from the data files beside this one into typed values.

Clinic, programme and resources are written as any clinic writes its own, to be published; lots, absences and people are
the demo's. Days that move (lots, leave) count from the day on which the example is set up, so that a demo started in any
year has 18 months of dates ahead of it. Nothing here touches the database.
"""

import tomllib
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from booking.programmes.clinic_facts import ClinicFacts, facts_of
from booking.programmes.written import Toml, Written, read_written
from booking.slots.resources import Rostered
from booking.slots.roster import roster_of

HERE: Final = Path(__file__).parent
# The clinic did not open today: someone was treated in it already.
OPEN_FOR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ExampleAbsence:
    """Whole days, both included, on which a resource is not there."""

    resource: str
    first_day: date
    last_day: date
    reason: str


@dataclass(frozen=True, slots=True)
class ExampleLot:
    code: str
    product: str
    state: str
    usable_from: date
    usable_until: date
    doses: int


@dataclass(frozen=True, slots=True)
class ExamplePerson:
    """`supports` is the key of the patient whom a supporter acts for; `interpreter` the language a patient wishes."""

    key: str
    role: str
    name: str
    email: str
    language: str
    zone: str
    phone: str | None
    supports: str | None
    interpreter: str | None


@dataclass(frozen=True, slots=True)
class ExampleProgramme:
    """`content` is what `programmes.publishing.publish` takes."""

    slug: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExampleClinic:
    facts: ClinicFacts
    programmes: tuple[ExampleProgramme, ...]
    resources: tuple[Rostered, ...]
    absences: tuple[ExampleAbsence, ...]
    lots: tuple[ExampleLot, ...]
    people: tuple[ExamplePerson, ...]

    def person(self, key: str) -> ExamplePerson:
        """The person of that key; KeyError if the data names none."""
        return {person.key: person for person in self.people}[key]

    def in_role(self, role: str) -> tuple[ExamplePerson, ...]:
        return tuple(person for person in self.people if person.role == role)


def example_clinic(start: date) -> ExampleClinic:
    """The whole example as it stands on the day on which it is set up."""
    return ExampleClinic(
        facts=_facts(),
        programmes=(ExampleProgramme(*_written().programme()),),
        resources=_resources(start),
        absences=tuple(_absence(gap, start) for gap in _read("absences")["absences"]),
        lots=tuple(_lot(lot, start) for lot in _read("lots")["lots"]),
        people=example_people(),
    )


@cache
def example_people() -> tuple[ExamplePerson, ...]:
    """Its people alone, who are the same on every day."""
    return tuple(_person(person) for person in _read("people")["people"])


def example_slug() -> str:
    """The example's address: by it a database is known to have the example already."""
    return _facts().slug


def programme_content() -> dict[str, Any]:
    """The stroke-recovery programme's content, as JSON would hold it."""
    return _written().programme()[1]


@cache
def _written() -> Written:
    return read_written(HERE)


@cache
def _facts() -> ClinicFacts:
    return facts_of(_written())


@cache
def _resources(start: date) -> tuple[Rostered, ...]:
    return tuple(roster_of(_written()).rostered(start - OPEN_FOR))


def _read(name: str) -> Toml:
    """A file's data, the caller's own to change."""
    return deepcopy(_parsed(name))


@cache
def _parsed(name: str) -> Toml:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def _absence(gap: Toml, start: date) -> ExampleAbsence:
    days = start + timedelta(gap["first_day"]), start + timedelta(gap["last_day"])
    return ExampleAbsence(gap["resource"], *days, gap["reason"])


def _lot(lot: Toml, start: date) -> ExampleLot:
    return ExampleLot(
        code=lot["code"],
        product=lot["product"],
        state=lot["state"],
        usable_from=start + timedelta(lot["usable_from_day"]),
        usable_until=start + timedelta(lot["usable_until_day"]),
        doses=lot["doses"],
    )


def _person(person: Toml) -> ExamplePerson:
    return ExamplePerson(
        key=person["key"],
        role=person["role"],
        name=person["name"],
        email=person["email"],
        language=person["language"],
        zone=person["zone"],
        phone=person.get("phone"),
        supports=person.get("supports"),
        interpreter=person.get("interpreter"),
    )
