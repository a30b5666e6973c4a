"""The example clinic, read from the data files beside this one into typed values.

Days that move (lots, leave) count from the day on which the example is set up, so that a demo started in any year has
18 months of dates ahead of it. Nothing here touches the database.
"""

import tomllib
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
AHEAD: Final = timedelta(days=31 * 19)  # 18 months, and the month in which the last stay ends

Toml = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hours:
    """Open on one day of the week (0 is Monday), in clinic-local time, from a day on."""

    weekday: int
    opens: time
    closes: time
    from_day: date


@dataclass(frozen=True, slots=True)
class Closed:
    """Whole days, both included, on which the resource is not there."""

    first_day: date
    last_day: date
    reason: str


@dataclass(frozen=True, slots=True)
class ExampleResource:
    kind: str
    name: str
    skills: tuple[str, ...]
    hours: tuple[Hours, ...]
    closures: tuple[Closed, ...]


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
    slug: str
    name: str
    address: dict[str, Any]
    zone: str
    currency: str
    languages: tuple[str, ...]
    airport: str
    phone: str
    email: str
    programmes: tuple[ExampleProgramme, ...]
    resources: tuple[ExampleResource, ...]
    lots: tuple[ExampleLot, ...]
    people: tuple[ExamplePerson, ...]

    def person(self, key: str) -> ExamplePerson:
        """The person of that key; KeyError if the data names none."""
        return {person.key: person for person in self.people}[key]

    def in_role(self, role: str) -> tuple[ExamplePerson, ...]:
        return tuple(person for person in self.people if person.role == role)


def example_clinic(start: date) -> ExampleClinic:
    """The whole example as it stands on the day on which it is set up."""
    facts = _read("clinic")
    return ExampleClinic(
        slug=facts["slug"],
        name=facts["name"],
        address=facts["address"],
        zone=facts["zone"],
        currency=facts["currency"],
        languages=tuple(facts["languages"]),
        airport=facts["airport"],
        phone=facts["phone"],
        email=facts["email"],
        programmes=(ExampleProgramme("stroke-recovery", programme_content()),),
        resources=_resources(facts["country"], start),
        lots=tuple(_lot(lot, start) for lot in _read("lots")["lots"]),
        people=example_people(),
    )


@cache
def example_people() -> tuple[ExamplePerson, ...]:
    """Its people alone, who are the same on every day."""
    return tuple(_person(person) for person in _read("people")["people"])


def example_slug() -> str:
    """The example's address: by it a database is known to have the example already."""
    return str(_read("clinic")["slug"])


def programme_content() -> dict[str, Any]:
    """The stroke-recovery programme's content, as JSON would hold it."""
    return {
        **_read("programme"),
        "evidence": _read("evidence"),
        "consent": _read("consent"),
        "protocol": _read("protocol"),
    }


def _read(name: str) -> Toml:
    """A file's data, the caller's own to change."""
    return deepcopy(_parsed(name))


@cache
def _parsed(name: str) -> Toml:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _resources(country: str, start: date) -> tuple[ExampleResource, ...]:
    data = _read("resources")
    shut = _closed_for_everyone(data["closures"], country, start)
    return tuple(
        ExampleResource(
            kind=row["kind"],
            name=row["name"],
            skills=tuple(row.get("skills", ())),
            hours=_hours(data["weeks"][row["week"]], start),
            closures=(*shut, *(_absence(gap, start) for gap in data["absences"] if gap["resource"] == row["name"])),
        )
        for row in data["resources"]
    )


def _hours(week: Toml, start: date) -> tuple[Hours, ...]:
    opens, closes = time.fromisoformat(week["opens"]), time.fromisoformat(week["closes"])
    return tuple(Hours(weekday, opens, closes, start) for weekday in week["days"])


def _closed_for_everyone(yearly: list[Toml], country: str, start: date) -> tuple[Closed, ...]:
    """Yearly closures and the country's public holidays, as far ahead as stays may be booked, in order."""
    # Half a second, for every country there is. Only a database that is still empty needs it.
    import holidays  # noqa: PLC0415

    end = start + AHEAD
    years = range(start.year - 1, end.year + 1)
    closed = [_yearly(closure, year) for closure in yearly for year in years]
    closed += [Closed(day, day, name) for day, name in holidays.country_holidays(country, years=years).items()]
    ahead = (one for one in closed if one.last_day >= start and one.first_day <= end)
    return tuple(sorted(ahead, key=lambda one: (one.first_day, one.last_day)))


def _yearly(closure: Toml, year: int) -> Closed:
    first = date.fromisoformat(f"{year}-{closure['first']}")
    last = date.fromisoformat(f"{year}-{closure['last']}")
    return Closed(first, last if last >= first else last.replace(year=year + 1), closure["reason"])


def _absence(gap: Toml, start: date) -> Closed:
    return Closed(start + timedelta(gap["first_day"]), start + timedelta(gap["last_day"]), gap["reason"])


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
