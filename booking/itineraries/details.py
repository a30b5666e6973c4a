"""What a person types about a leg, checked on its own. What does not fit with the rest of the trip is a finding."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from booking.itineraries.airports import NoSuchAirport, airport
from booking.itineraries.models import TravelsAs, Way
from booking.itineraries.passport import CannotSpell, spelled
from booking.kit.errors import Invalid
from booking.kit.times import AmbiguousTime, NoSuchTime, is_zone, settle, to_instant
from booking.kit.words import Text, _

# The longest there is takes 19 hours; a longer one has a wrong date.
LONGEST_FLIGHT: Final = timedelta(hours=22)
LONGEST_STAY: Final = timedelta(days=400)
MOST_BEDS: Final = 20
OLDEST: Final = date(1900, 1, 1)

MISSING = _("Please fill this in.")
TOO_LONG = _("This is longer than we can keep. Please shorten it.")
NOT_TEXT = _("This has signs in it that we cannot keep. Please type it again.")
NO_SUCH_TIME = _("On that night the clocks go forward there, and this time does not exist. Please check it.")


class _Checks:
    """Collects what is wrong with each field; `settle` raises Invalid if anything was."""

    def __init__(self) -> None:
        self.errors: dict[str, Text] = {}

    def text(self, name: str, value: str, longest: int, *, optional: bool = False) -> str:
        kept = " ".join(value.split())
        if not kept and not optional:
            self.errors[name] = MISSING
        elif len(kept) > longest:
            self.errors[name] = TOO_LONG
        elif not kept.isprintable():
            self.errors[name] = NOT_TEXT
        return kept

    def need(self, name: str, say: Text, *, unless: bool) -> None:
        if not unless and name not in self.errors:
            self.errors[name] = say

    def local(self, name: str, value: datetime, zone: str) -> None:
        try:
            to_instant(value.replace(tzinfo=None), zone)
        except NoSuchTime:
            self.errors[name] = NO_SUCH_TIME
        except AmbiguousTime:
            return  # the first of the two, as airlines mean it

    def conclude(self) -> None:
        if self.errors:
            raise Invalid(self.errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class TravellerDetails:
    travels_as: TravelsAs
    surname: str
    given_names: str = ""
    born_on: date | None = None
    passport_expires_on: date | None = None

    def columns(self) -> dict[str, Any]:
        """What is kept. Raises Invalid, by field."""
        checks = _Checks()
        surname = checks.text("surname", self.surname, 120)
        given = checks.text("given_names", self.given_names, 120, optional=True)
        for name, value in (("surname", surname), ("given_names", given)):
            try:
                spelled(value)
            except CannotSpell as refusal:
                checks.need(name, refusal.text, unless=False)
        born = self.born_on or OLDEST
        checks.need("born_on", _("Please check the year."), unless=born >= OLDEST)
        ends = self.passport_expires_on or born
        checks.need("passport_expires_on", _("A passport cannot end before its holder was born."), unless=ends >= born)
        checks.conclude()
        return {
            "travels_as": self.travels_as,
            "surname": surname,
            "given_names": given,
            "born_on": self.born_on,
            "passport_expires_on": self.passport_expires_on,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightDetails:
    """Times as the ticket prints them: each by the clock of its own airport. Tickets by traveller's key."""

    way: Way
    number: str
    departs_from: str
    departs_local: datetime
    arrives_at: str
    arrives_local: datetime
    tickets: Mapping[int, str] = field(default_factory=dict)
    medical_form_on: date | None = None

    def columns(self) -> dict[str, Any]:
        """What is kept, zones included. Raises Invalid, by field."""
        checks = _Checks()
        number = "".join(self.number.upper().split())
        checks.need("number", _("A flight number looks like BA2157."), unless=bool(FLIGHT_NUMBER.fullmatch(number)))
        origin, goal = self._airport("departs_from", checks), self._airport("arrives_at", checks)
        checks.conclude()
        checks.need("arrives_at", _("A flight lands somewhere else than where it leaves."), unless=origin[0] != goal[0])
        checks.local("departs_local", self.departs_local, origin[1])
        checks.local("arrives_local", self.arrives_local, goal[1])
        flown = settle(self.arrives_local, goal[1]) - settle(self.departs_local, origin[1])
        checks.need("arrives_local", LANDS_BEFORE, unless=flown > timedelta())
        checks.need("arrives_local", FLIES_TOO_LONG, unless=flown <= LONGEST_FLIGHT)
        checks.conclude()
        return {
            "way": self.way,
            "number": number,
            "departs_from": origin[0],
            "departs_local": self.departs_local,
            "departs_zone": origin[1],
            "arrives_at": goal[0],
            "arrives_local": self.arrives_local,
            "arrives_zone": goal[1],
            "medical_form_on": self.medical_form_on,
        }

    def names(self) -> dict[int, str]:
        """The names on the tickets; a traveller with an empty one has no ticket. Raises Invalid."""
        checks = _Checks()
        kept = {key: checks.text(f"ticket_{key}", name, 120, optional=True) for key, name in self.tickets.items()}
        checks.conclude()
        return {key: name for key, name in kept.items() if name}

    def _airport(self, name: str, checks: _Checks) -> tuple[str, str]:
        try:
            found = airport(getattr(self, name))
        except NoSuchAirport as refusal:
            checks.errors[name] = refusal.text
            return "", ""
        return found.code, found.zone


FLIGHT_NUMBER: Final = re.compile(r"[A-Z0-9]{2}[A-Z]?[0-9]{1,4}[A-Z]?")
LANDS_BEFORE = _(
    "By these times it lands before it leaves. Each is by the clock of its own airport: please check the dates."
)
FLIES_TOO_LONG = _("By these times the flight takes almost a day or more. Please check the dates.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StayDetails:
    name: str
    address: str = ""
    first_night: date
    leaves_on: date
    sleeps: int

    def columns(self) -> dict[str, Any]:
        """What is kept. Raises Invalid, by field."""
        checks = _Checks()
        name = checks.text("name", self.name, 160)
        address = checks.text("address", self.address, 300, optional=True)
        nights = self.leaves_on - self.first_night
        checks.need("leaves_on", _("Please leave on a day after the first night."), unless=nights > timedelta())
        checks.need("leaves_on", _("That is more than a year. Please check the dates."), unless=nights < LONGEST_STAY)
        checks.need("sleeps", _("Between 1 and 20, please."), unless=1 <= self.sleeps <= MOST_BEDS)
        checks.conclude()
        return {
            "name": name,
            "address": address,
            "first_night": self.first_night,
            "leaves_on": self.leaves_on,
            "sleeps": self.sleeps,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferDetails:
    """A ride; `flight` is the key of a flight of the same trip that it meets or takes people to."""

    pick_up_local: datetime
    pick_up_zone: str
    pick_up_place: str
    drop_off_place: str
    flight: int | None = None

    def columns(self) -> dict[str, Any]:
        """What is kept, but for the flight. Raises Invalid, by field."""
        checks = _Checks()
        here = checks.text("pick_up_place", self.pick_up_place, 200)
        there = checks.text("drop_off_place", self.drop_off_place, 200)
        checks.need("pick_up_zone", MISSING, unless=is_zone(self.pick_up_zone))
        checks.conclude()
        checks.local("pick_up_local", self.pick_up_local, self.pick_up_zone)
        checks.conclude()
        return {
            "pick_up_local": self.pick_up_local,
            "pick_up_zone": self.pick_up_zone,
            "pick_up_place": here,
            "drop_off_place": there,
        }
