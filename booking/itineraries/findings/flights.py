"""Do the flights join up, reach the clinic's airport and come home, and has everyone a seat?"""

from collections.abc import Iterator
from datetime import timedelta

from booking.itineraries.findings.finding import Action, Finding, Fix, Kind, Severity
from booking.itineraries.models import Way
from booking.itineraries.rules import TravelRules
from booking.itineraries.trip import WHOLE_TRIP, Flight, Itinerary
from booking.kit.words import Text, _, ngettext_

CHANGE = Fix(_("Change this flight"), Action.CHANGE_FLIGHT)


def both_ways(trip: Itinerary, rules: TravelRules) -> Iterator[Finding]:
    """There is a way there, and a way home, which some countries ask to see at the border."""
    if not trip.flights_there:
        yield Finding(
            Kind.NO_FLIGHT_THERE,
            WHOLE_TRIP,
            Severity.WARNS,
            _("We do not know yet how you travel to us."),
            Fix(_("Add your flight there"), Action.ADD_FLIGHT, {"way": Way.THERE, "arrives_at": trip.clinic_airport}),
        )
    if trip.flights_back:
        return
    home = Fix(_("Add your flight home"), Action.ADD_FLIGHT, {"way": Way.BACK, "departs_from": trip.clinic_airport})
    if rules.onward_ticket and trip.landing:
        yield Finding(
            Kind.NO_ONWARD_TICKET,
            trip.landing.leg,
            Severity.BLOCKS,
            _("At the border you must show a ticket out of the country. There is no flight home yet."),
            home,
            rule=rules.onward_ticket,
        )
    else:
        yield Finding(Kind.NO_RETURN_FLIGHT, WHOLE_TRIP, Severity.WARNS, _("There is no flight home yet."), home)


def clinics_airport(trip: Itinerary, _rules: TravelRules) -> Iterator[Finding]:
    """The way there ends, and the way back begins, where the clinic is."""
    if trip.landing and trip.landing.arrives_at != trip.clinic_airport:
        say = _("Flight %(number)s lands at %(airport)s. Our airport is %(ours)s: is there a flight on from there?")
        more = {"way": Way.THERE, "departs_from": trip.landing.arrives_at, "arrives_at": trip.clinic_airport}
        yield _elsewhere(trip, trip.landing, say, trip.landing.arrives_at, more)
    if trip.leaving and trip.leaving.departs_from != trip.clinic_airport:
        say = _("Flight %(number)s leaves from %(airport)s. Our airport is %(ours)s: how do you get there from us?")
        more = {"way": Way.BACK, "departs_from": trip.clinic_airport, "arrives_at": trip.leaving.departs_from}
        yield _elsewhere(trip, trip.leaving, say, trip.leaving.departs_from, more)


def _elsewhere(trip: Itinerary, flight: Flight, say: Text, airport: str, more: dict[str, str]) -> Finding:
    return Finding(
        Kind.NOT_THE_CLINICS_AIRPORT,
        flight.leg,
        Severity.BLOCKS,
        say,
        Fix(_("Add the missing flight"), Action.ADD_FLIGHT, more),
        {"number": flight.number, "airport": airport, "ours": trip.clinic_airport},
    )


def connections(trip: Itinerary, rules: TravelRules) -> Iterator[Finding]:
    """Each flight begins where and after the one before it ended, with time to change."""
    for before, after in trip.connections:
        gap = after.departs.instant - before.arrives.instant
        facts = {"first": before.number, "second": after.number, "minutes": int(gap / timedelta(minutes=1))}
        if before.arrives_at != after.departs_from:
            say = _("Flight %(first)s lands at %(lands)s, but flight %(second)s leaves from %(leaves)s.")
            facts = {**facts, "lands": before.arrives_at, "leaves": after.departs_from}
            yield Finding(Kind.CONNECTION_BROKEN, after.leg, Severity.BLOCKS, say, CHANGE, facts)
        elif gap < timedelta():
            say = _("Flight %(second)s leaves before flight %(first)s lands.")
            yield Finding(Kind.CONNECTION_BROKEN, after.leg, Severity.BLOCKS, say, CHANGE, facts)
        elif rules.connection and gap < timedelta(minutes=rules.connection.minutes):
            say = _(
                "There are %(minutes)s minutes between flights %(first)s and %(second)s."
                " Please allow at least %(wanted)s, more with a wheelchair."
            )
            facts["wanted"] = rules.connection.minutes
            rule = rules.connection
            yield Finding(Kind.CONNECTION_TOO_SHORT, after.leg, Severity.WARNS, say, CHANGE, facts, rule)


def seats(trip: Itinerary, _rules: TravelRules) -> Iterator[Finding]:
    """Everyone who travels has a ticket for every flight."""
    for flight in trip.flights:
        without = [one.name for one in trip.travellers if one.key not in flight.tickets]
        if without:
            yield Finding(
                Kind.NO_SEAT,
                flight.leg,
                Severity.BLOCKS,
                ngettext_(
                    "There is no ticket yet for %(names)s on flight %(number)s.",
                    "There are no tickets yet for %(num)s people on flight %(number)s: %(names)s.",
                ),
                Fix(_("Add the names on the tickets"), Action.CHANGE_FLIGHT),
                {"names": ", ".join(without), "number": flight.number, "num": len(without)},
            )
