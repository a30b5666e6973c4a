"""Is someone at the airport when you land, and is the car at the door in time for the flight home?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from booking.itineraries.findings.finding import Action, Finding, Fix, Kind, Severity
from booking.itineraries.rules import Span, TravelRules
from booking.itineraries.trip import Flight, Itinerary, LocalTime, Transfer
from booking.kit.times import in_zone
from booking.kit.words import Text, _

Between = tuple[datetime, datetime]


def pick_ups(trip: Itinerary, rules: TravelRules) -> Iterator[Finding]:
    """A ride meets the flight that lands, and one takes people to the flight that leaves, each in good time."""
    if trip.landing and (rule := rules.pick_up_after_landing):
        landing = trip.landing.arrives.instant
        at = (landing + timedelta(minutes=rule.minutes), landing + timedelta(minutes=rule.within_minutes))
        say = _("Nobody meets flight %(number)s yet, which lands on %(when)s.")
        yield from _ride(trip, trip.landing, when=trip.landing.arrives, none_yet=say, at=at, rule=rule)
    if trip.leaving and (rule := rules.pick_up_before_departure):
        leaving = trip.leaving.departs.instant
        at = (leaving - timedelta(minutes=rule.within_minutes), leaving - timedelta(minutes=rule.minutes))
        say = _("No ride is planned to flight %(number)s yet, which leaves on %(when)s.")
        yield from _ride(trip, trip.leaving, when=trip.leaving.departs, none_yet=say, at=at, rule=rule)


def _ride(
    trip: Itinerary, flight: Flight, *, when: LocalTime, none_yet: Text, at: Between, rule: Span
) -> Iterator[Finding]:
    rides = [ride for ride in trip.transfers if ride.flight == flight.key]
    earliest, latest = (LocalTime(in_zone(one, when.zone).replace(tzinfo=None), when.zone) for one in at)
    facts = {"number": flight.number, "when": when, "earliest": earliest, "latest": latest}
    best = {"flight": str(flight.key), "pick_up": earliest.local.isoformat(timespec="minutes")}
    if not rides:
        fix = Fix(_("Add a ride"), Action.ADD_TRANSFER, best)
        yield Finding(Kind.NO_TRANSFER, flight.leg, Severity.WARNS, none_yet, fix, facts, rule)
    elif not any(at[0] <= ride.pick_up.instant <= at[1] for ride in rides):
        yield _wrong_time(rides[0], {**facts, "pick_up": rides[0].pick_up}, best, rule)


def _wrong_time(ride: Transfer, facts: dict[str, object], best: dict[str, str], rule: Span) -> Finding:
    return Finding(
        Kind.TRANSFER_AT_WRONG_TIME,
        ride.leg,
        Severity.BLOCKS,
        _(
            "The ride for flight %(number)s is planned for %(pick_up)s."
            " For that flight it should be between %(earliest)s and %(latest)s."
        ),
        Fix(_("Change this ride"), Action.CHANGE_TRANSFER, best),
        facts,
        rule,
    )
