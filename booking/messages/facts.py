"""The facts that a mail tells, as the JSON that is stored with it.

Instants carry the zone they are told in and money its currency. A link is best a path of the site: the site's address
is put before it at sending, which may be a year later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from booking.kit.money import Money
from booking.kit.times import is_zone

Facts = Mapping[str, Any]


class Kind(StrEnum):
    """What a fact is, and so how it is told."""

    TEXT = "text"  # words, or {language: words}
    LINES = "lines"  # a list of TEXT
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    MONEY = "money"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Fact:
    kind: Kind
    required: bool = True


class WrongFacts(ValueError):
    """A message was planned without a fact that it must tell, or with one that is not what it should be."""


def day(of: date) -> str:
    return of.isoformat()


def moment(at: datetime, zone: str) -> dict[str, str]:
    """An instant, told first by the clocks of `zone`, which is where it happens."""
    if at.tzinfo is None:
        raise WrongFacts("a moment has an offset")
    return {"at": at.isoformat(), "zone": zone}


def money(of: Money) -> dict[str, Any]:
    return {"amount": of.amount, "currency": of.currency}


def fitting(wanted: Mapping[str, Fact], given: Facts, occasion: str) -> dict[str, Any]:
    """Those of the given facts that the occasion tells. Raises WrongFacts if one is missing or malformed."""
    chosen: dict[str, Any] = {}
    for name, fact in wanted.items():
        value = given.get(name)
        if value is not None:
            if not _FITS[fact.kind](value):
                raise WrongFacts(f"{occasion}: the fact {name!r} is not a {fact.kind}")
            chosen[name] = value
        elif fact.required:
            raise WrongFacts(f"{occasion}: the fact {name!r} is missing")
    return chosen


def _is_text(value: Any) -> bool:
    if isinstance(value, str):
        return True
    return isinstance(value, Mapping) and "en" in value and all(isinstance(words, str) for words in value.values())


def _is_lines(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(line) for line in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_day(value: Any) -> bool:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


def _is_moment(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value["at"]).tzinfo is not None and is_zone(value["zone"])
    except (TypeError, ValueError, KeyError):
        return False


def _is_money(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == {"amount", "currency"}
        and _is_number(value["amount"])
        and isinstance(value["currency"], str)
    )


def _is_link(value: Any) -> bool:
    # `//elsewhere` looks like a path and would leave the site.
    return isinstance(value, str) and (
        value.startswith(("https://", "http://")) or (value.startswith("/") and not value.startswith("//"))
    )


_FITS: Final[Mapping[Kind, Callable[[Any], bool]]] = {
    Kind.TEXT: _is_text,
    Kind.LINES: _is_lines,
    Kind.NUMBER: _is_number,
    Kind.DAY: _is_day,
    Kind.MOMENT: _is_moment,
    Kind.MONEY: _is_money,
    Kind.LINK: _is_link,
}
