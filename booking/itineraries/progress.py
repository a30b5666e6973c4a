"""What a trip still lacks, part by part: from the findings, so that the list and the trip never disagree."""

from collections.abc import Iterable
from enum import StrEnum

from booking.itineraries.findings import Action, Finding, Severity
from booking.itineraries.models import Way
from booking.itineraries.trip import Itinerary, LegKind


class Part(StrEnum):
    """What a trip is made of, in the order in which a family plans it."""

    TRAVELLERS = "travellers"
    THERE = "there"
    BACK = "back"
    STAYS = "stays"
    RIDES = "rides"


class State(StrEnum):
    MISSING = "missing"
    TO_FIX = "to_fix"
    TO_CHECK = "to_check"
    DONE = "done"


BY_ACTION = {
    Action.ADD_STAY: Part.STAYS,
    Action.CHANGE_STAY: Part.STAYS,
    Action.ADD_TRANSFER: Part.RIDES,
    Action.CHANGE_TRANSFER: Part.RIDES,
    Action.CHANGE_TRAVELLER: Part.TRAVELLERS,
}


def progress(trip: Itinerary, found: Iterable[Finding]) -> dict[Part, State]:
    """Each part with how it stands: missing, blocked by something, to be looked at, or done."""
    there = {
        Part.TRAVELLERS: trip.patient is not None,
        Part.THERE: bool(trip.flights_there),
        Part.BACK: bool(trip.flights_back),
        Part.STAYS: bool(trip.stays),
        Part.RIDES: bool(trip.transfers),
    }
    worst: dict[Part, Severity] = {}
    for finding in found:
        part = part_of(finding, trip)
        if worst.get(part) is not Severity.BLOCKS:
            worst[part] = finding.severity
    return {part: _state(known, worst.get(part)) for part, known in there.items()}


def part_of(finding: Finding, trip: Itinerary) -> Part:
    """Where its fix is made."""
    if finding.fix.action in BY_ACTION:
        return BY_ACTION[finding.fix.action]
    if finding.leg.kind is LegKind.TRAVELLER:
        return Part.TRAVELLERS
    way = finding.fix.prefill.get("way") or _way_of(finding, trip)
    return Part.BACK if way == Way.BACK else Part.THERE


def _way_of(finding: Finding, trip: Itinerary) -> Way | None:
    return next((flight.way for flight in trip.flights if flight.leg == finding.leg), None)


def _state(known: bool, worst: Severity | None) -> State:
    if not known:
        return State.MISSING
    if worst is None:
        return State.DONE
    return State.TO_FIX if worst is Severity.BLOCKS else State.TO_CHECK
