"""A trip as its pages tell it: the day by day list, each leg with what does not fit about it, and where each fix is made."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from babel.dates import format_date
from starlette.requests import Request

from booking.itineraries.airports import airport_name
from booking.itineraries.days import Entry
from booking.itineraries.findings import Action, Finding, Severity
from booking.itineraries.trip import Flight, Leg, LegKind, Stay, Transfer
from booking.journeys.open_itinerary import OpenItinerary
from booking.journeys.plan_travel import LegIs
from booking.kit.times import clock_name, in_zone, show_date, show_day, show_time
from booking.kit.words import Text, _
from booking.programmes.parts import in_language
from booking.web.request import language_of

FIX_FORMS: Final[dict[Action, LegIs]] = {
    Action.ADD_FLIGHT: LegIs.FLIGHT,
    Action.CHANGE_FLIGHT: LegIs.FLIGHT,
    Action.ADD_STAY: LegIs.STAY,
    Action.CHANGE_STAY: LegIs.STAY,
    Action.ADD_TRANSFER: LegIs.RIDE,
    Action.CHANGE_TRANSFER: LegIs.RIDE,
    Action.CHANGE_TRAVELLER: LegIs.TRAVELLER,
}
ADDS: Final = frozenset({Action.ADD_FLIGHT, Action.ADD_STAY, Action.ADD_TRANSFER})
CHANGED_AS: Final = {
    LegKind.FLIGHT: LegIs.FLIGHT,
    LegKind.STAY: LegIs.STAY,
    LegKind.TRANSFER: LegIs.RIDE,
    LegKind.TRAVELLER: LegIs.TRAVELLER,
}

FOR_YOU: Final = _("%(time)s for you")
DAY_FOR_YOU: Final = _("%(day)s, %(time)s for you")
SAID_BY: Final = _("Who says so: %(source)s (read on %(day)s).")
DAY_OF: Final = _("Day %(number)s of %(count)s at the clinic")


class Shown:
    """The parts of a trip's pages, in the reader's language."""

    def __init__(self, request: Request, opened: OpenItinerary) -> None:
        self.opened = opened
        self.language = language_of(request)
        self.urls = request.app.state.urls
        self._found = opened.findings

    def findings(self, *legs: Leg) -> list[dict[str, Any]]:
        """What does not fit about any of these legs."""
        return self.told(one for one in self._found if one.leg in legs)

    def others(self, legs: Iterable[Leg]) -> list[dict[str, Any]]:
        """What does not fit and is about none of these legs."""
        apart = set(legs)
        return self.told(one for one in self._found if one.leg not in apart)

    def told(self, found: Iterable[Finding]) -> list[dict[str, Any]]:
        return [self._finding(one) for one in found]

    def days(self) -> list[dict[str, Any]]:
        """The whole trip, day by day; each finding stands at the first place where its leg is told."""
        told: set[Leg] = set()
        treated = self._treatment_days()
        shown = []
        for day in self.opened.days:
            legs = []
            for entry in day.entries:
                legs.append(self._entry(entry, first=entry.leg not in told))
                told.add(entry.leg)
            shown.append({"title": show_date(day.day, self.language), "note": treated.get(day.day), "legs": legs})
        return shown

    def flights(self, flights: Iterable[Flight]) -> list[dict[str, Any]]:
        """Flights as cards, for the page where they are planned."""
        return [self._flight(flight) for flight in flights]

    def stays(self) -> list[dict[str, Any]]:
        return [self._stay(stay) for stay in self.opened.trip.stays]

    def rides(self) -> list[dict[str, Any]]:
        return [self._ride(ride) for ride in self.opened.trip.transfers]

    def _flight(self, flight: Flight) -> dict[str, Any]:
        """A flight as one card, with both its clocks."""
        departs, arrives = flight.departs, flight.arrives
        lands = arrives.local.strftime("%H:%M")
        if arrives.day != departs.day:
            lands = f"{lands}, {show_day(arrives.day, self.language)}"
        return {
            "kind": "flight",
            "start": departs.local.strftime("%H:%M"),
            "title": self._say(
                _("Flight %(number)s on %(day)s"), number=flight.number, day=show_date(departs.day, self.language)
            ),
            "place": self._say(
                _("%(origin)s to %(goal)s"),
                origin=airport_name(flight.departs_from),
                goal=airport_name(flight.arrives_at),
            ),
            "from_code": flight.departs_from,
            "to_code": flight.arrives_at,
            "facts": [(self._say(_("Lands")), lands), *self._aboard(flight), *self._medical_form(flight)],
            **self._change(flight.leg),
            "findings": self.findings(flight.leg),
        }

    def _stay(self, stay: Stay) -> dict[str, Any]:
        return {
            "kind": "stay",
            "start": format_date(stay.first_night, "d MMM", locale=self.language),
            "end": format_date(stay.leaves_on, "d MMM", locale=self.language),
            "title": stay.name,
            "place": stay.address,
            "facts": [
                (self._say(_("Nights")), len(stay.nights)),
                (self._say(_("Beds for")), stay.sleeps),
            ],
            **self._change(stay.leg),
            "findings": self.findings(stay.leg),
        }

    def _ride(self, ride: Transfer) -> dict[str, Any]:
        return {
            "kind": "transfer",
            "start": ride.pick_up.local.strftime("%H:%M"),
            "title": self._say(_("%(origin)s to %(goal)s"), origin=ride.pick_up_place, goal=ride.drop_off_place),
            "place": self._say(
                _("%(day)s, by the clock in %(place)s"),
                day=show_date(ride.pick_up.day, self.language),
                place=self.clock(ride.pick_up.zone),
            ),
            **self._change(ride.leg),
            "findings": self.findings(ride.leg),
        }

    def clock(self, zone: str) -> str:
        """How a clock is called: the clinic's by its own name for the place."""
        clinic = self.opened.clinic
        return clinic.place_name if zone == clinic.zone else clock_name(zone, self.language)

    def leg_address(self, leg: LegIs, key: str = "", **known: str) -> str:
        """The form that adds a leg, or changes the one with this key, with what is known filled in."""
        name, more = ("portal:travel-change", {"key": key}) if key else ("portal:travel-add", {})
        address: str = self.urls(name, code=self.opened.booking.code, leg=leg, **more)
        return f"{address}?{urlencode(known)}" if known else address

    def _finding(self, one: Finding) -> dict[str, Any]:
        address = self._fix_address(one)
        return {
            "title": one.text(self.language),
            "body": self._source(one),
            "severity": "stop" if one.severity is Severity.BLOCKS else "warning",
            "fix": one.fix.label.into(self.language) if address else None,
            "fix_href": address,
        }

    def _fix_address(self, one: Finding) -> str | None:
        if one.fix.action is Action.ASK_US:
            return f"mailto:{self.opened.clinic.email}"
        if not self.opened.may_change:
            return None
        key = "" if one.fix.action in ADDS else one.leg.key
        return self.leg_address(FIX_FORMS[one.fix.action], key, **one.fix.prefill)

    def _source(self, one: Finding) -> str:
        if one.rule is None:
            return ""
        source = one.rule.source
        words = source if isinstance(source, str) else in_language(source, self.language)
        return self._say(SAID_BY, source=words, day=show_date(one.rule.as_of, self.language))

    def _entry(self, entry: Entry, *, first: bool) -> dict[str, Any]:
        return {
            "kind": str(entry.leg.kind),
            "start": show_time(entry.at, entry.zone) if entry.at else "",
            "end": show_time(entry.until, entry.zone) if entry.until else "",
            "own": self._own(entry),
            "title": entry.text(self.language),
            "place": entry.place,
            "facts": [],
            **self._codes(entry, first=first),
            **(self._change(entry.leg) if first else {}),
            "findings": self.findings(entry.leg) if first else [],
        }

    def _own(self, entry: Entry) -> str:
        """The same moment by the reader's own clock, if that shows something else."""
        if entry.at is None:
            return ""
        here, there = in_zone(entry.at, self.opened.reader_zone), in_zone(entry.at, entry.zone)
        if here.replace(tzinfo=None) == there.replace(tzinfo=None):
            return ""
        facts = {"time": f"{here:%H:%M}", "day": show_day(here.date(), self.language)}
        return self._say(FOR_YOU if here.date() == entry.day else DAY_FOR_YOU, **facts)

    def _codes(self, entry: Entry, *, first: bool) -> dict[str, str]:
        flight = next((one for one in self.opened.trip.flights if one.leg == entry.leg), None)
        return {"from_code": flight.departs_from, "to_code": flight.arrives_at} if flight and first else {}

    def _change(self, leg: Leg) -> dict[str, str]:
        if not self.opened.may_change or leg.kind not in CHANGED_AS:
            return {}
        return {"action": self._say(_("Change")), "href": self.leg_address(CHANGED_AS[leg.kind], leg.key)}

    def _aboard(self, flight: Flight) -> Iterator[tuple[str, str]]:
        if flight.tickets:
            yield self._say(_("Names on the tickets")), ", ".join(flight.tickets.values())

    def _medical_form(self, flight: Flight) -> Iterator[tuple[str, str]]:
        if flight.medical_form_on:
            yield self._say(_("Medical form signed")), show_day(flight.medical_form_on, self.language)

    def _treatment_days(self) -> dict[date, str]:
        trip = self.opened.trip
        at_clinic = sorted({in_zone(one.starts_at, trip.clinic_zone).date() for one in trip.appointments})
        return {
            day: self._say(DAY_OF, number=number, count=len(at_clinic)) for number, day in enumerate(at_clinic, start=1)
        }

    def _say(self, text: Text, **facts: Any) -> str:
        return text.into(self.language, **facts)
