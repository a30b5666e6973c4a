"""Every reason why a trip does not work: pure functions from an itinerary and the clinic's rules to findings."""

from datetime import UTC, datetime
from typing import Final

from booking.itineraries.findings.finding import Action, Finding, Fix, Kind, Severity
from booking.itineraries.findings.fitness import medical_forms, rested, safe_to_fly_home, stroke_old_enough
from booking.itineraries.findings.flights import both_ways, clinics_airport, connections, seats
from booking.itineraries.findings.nights import beds, overlaps
from booking.itineraries.findings.papers import old_enough, passports, ticket_names
from booking.itineraries.findings.transfers import pick_ups
from booking.itineraries.rules import TravelRules
from booking.itineraries.trip import Itinerary, Leg

__all__ = ["Action", "Finding", "Fix", "Kind", "Severity", "findings"]

CHECKS: Final = (
    rested,
    safe_to_fly_home,
    stroke_old_enough,
    both_ways,
    clinics_airport,
    connections,
    seats,
    medical_forms,
    passports,
    old_enough,
    ticket_names,
    beds,
    overlaps,
    pick_ups,
)

FIRST: Final = datetime.min.replace(tzinfo=UTC)


def findings(itinerary: Itinerary, rules: TravelRules) -> list[Finding]:
    """What does not fit: what blocks first, then what warns, each in the order of the trip. None: it works."""
    moments = _moments(itinerary)
    found = [finding for check in CHECKS for finding in check(itinerary, rules)]
    return sorted(found, key=lambda one: (one.severity is Severity.WARNS, moments.get(one.leg, FIRST)))


def _moments(trip: Itinerary) -> dict[Leg, datetime]:
    flights = {flight.leg: flight.departs.instant for flight in trip.flights}
    stays = {stay.leg: datetime.combine(stay.first_night, datetime.max.time(), UTC) for stay in trip.stays}
    return flights | stays | {ride.leg: ride.pick_up.instant for ride in trip.transfers}
