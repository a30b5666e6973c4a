"""Does the body have the time it needs: before treatment, after it, after the stroke, and by the airline's form?"""

from collections.abc import Iterator
from datetime import timedelta

from booking.itineraries.findings.finding import Action, Finding, Fix, Kind, Severity
from booking.itineraries.findings.flights import CHANGE
from booking.itineraries.rules import TravelRules
from booking.itineraries.trip import Itinerary, LocalTime
from booking.kit.times import in_zone
from booking.kit.words import _, ngettext_


def rested(trip: Itinerary, rules: TravelRules) -> Iterator[Finding]:
    """The way there ends before the first appointment, with some rest in between."""
    if trip.landing is None:
        return
    between = trip.treatment_starts - trip.landing.arrives.instant
    start = LocalTime(in_zone(trip.treatment_starts, trip.clinic_zone).replace(tzinfo=None), trip.clinic_zone)
    facts = {"number": trip.landing.number, "landing": trip.landing.arrives, "start": start}
    if between <= timedelta():
        say = _("Flight %(number)s lands on %(landing)s. Your first appointment is on %(start)s, before that.")
        kind = Kind.ARRIVES_AFTER_TREATMENT_STARTS
        yield Finding(kind, trip.landing.leg, Severity.BLOCKS, say, CHANGE, facts)
    elif (rule := rules.rest_before_treatment) and between < timedelta(hours=rule.hours):
        say = ngettext_(
            "You land on %(landing)s and start on %(start)s. Please allow at least %(num)s hour of rest between.",
            "You land on %(landing)s and start on %(start)s. Please allow at least %(num)s hours of rest between.",
        )
        facts["num"] = rule.hours
        yield Finding(Kind.TOO_LITTLE_REST, trip.landing.leg, Severity.WARNS, say, CHANGE, facts, rule)


def safe_to_fly_home(trip: Itinerary, rules: TravelRules) -> Iterator[Finding]:
    """The way back begins after the treatment, and as long after it as the clinic asks."""
    if trip.leaving is None:
        return
    facts = {"number": trip.leaving.number, "leaving": trip.leaving.departs, "last": trip.last_treatment_day}
    rule = rules.fly_after_treatment
    if trip.leaving.departs.instant < trip.treatment_ends:
        say = _("Flight %(number)s leaves on %(leaving)s. Your last treatment day is %(last)s.")
        kind = Kind.LEAVES_BEFORE_TREATMENT_ENDS
        yield Finding(kind, trip.leaving.leg, Severity.BLOCKS, say, CHANGE, facts, rule)
    elif rule and trip.leaving.departs.day < (safe := trip.last_treatment_day + timedelta(days=rule.days)):
        say = _("Flight %(number)s leaves on %(leaving)s. After your treatment it is safe to fly from %(safe)s.")
        fix = Fix(_("Change this flight"), Action.CHANGE_FLIGHT, {"departs_day": safe.isoformat()})
        kind = Kind.FLIES_TOO_SOON_AFTER_TREATMENT
        yield Finding(kind, trip.leaving.leg, Severity.BLOCKS, say, fix, {**facts, "safe": safe}, rule)


def stroke_old_enough(trip: Itinerary, rules: TravelRules) -> Iterator[Finding]:
    """The first flight is long enough after the stroke."""
    rule = rules.fly_after_stroke
    if rule is None or trip.stroke_on is None or not trip.flights:
        return
    first = trip.flights[0]
    safe = trip.stroke_on + timedelta(days=rule.days_for(trip.stroke_kind))
    if first.departs.day < safe:
        yield Finding(
            Kind.FLIES_TOO_SOON_AFTER_STROKE,
            first.leg,
            Severity.BLOCKS,
            _("Flight %(number)s leaves on %(leaving)s. So soon after a stroke, flying is not safe before %(safe)s."),
            Fix(_("Change this flight"), Action.CHANGE_FLIGHT, {"departs_day": safe.isoformat()}),
            {"number": first.number, "leaving": first.departs, "safe": safe},
            rule,
        )


def medical_forms(trip: Itinerary, rules: TravelRules) -> Iterator[Finding]:
    """Every flight has an airline's medical form, signed in the days in which the airline takes it."""
    rule = rules.medical_form
    if rule is None:
        return
    for flight in trip.flights:
        opens = flight.departs.day - timedelta(days=rule.opens_days)
        closes = (flight.departs.local - timedelta(hours=rule.closes_hours)).date()
        facts = {"number": flight.number, "opens": opens, "closes": closes, "signed": flight.medical_form_on}
        fix = Fix(_("Say when the form was signed"), Action.CHANGE_FLIGHT)
        if flight.medical_form_on is None:
            say = _(
                "Flight %(number)s needs the airline's medical form (MEDIF). It must be signed and sent"
                " between %(opens)s and %(closes)s."
            )
            yield Finding(Kind.MEDICAL_FORM_DUE, flight.leg, Severity.WARNS, say, fix, facts, rule)
        elif not opens <= flight.medical_form_on <= closes:
            say = _(
                "The medical form for flight %(number)s was signed on %(signed)s. The airline takes it only"
                " if it is signed between %(opens)s and %(closes)s."
            )
            yield Finding(Kind.MEDICAL_FORM_OUT_OF_TIME, flight.leg, Severity.BLOCKS, say, fix, facts, rule)
