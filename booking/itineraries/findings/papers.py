"""Will the passports and the names on the tickets take everyone there?"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from booking.itineraries.findings.finding import Action, Finding, Fix, Kind, LongDate, Severity
from booking.itineraries.passport import CannotSpell, Match, match
from booking.itineraries.rules import TravelRules
from booking.itineraries.trip import Flight, Itinerary, Traveller
from booking.kit.words import _, ngettext_

CORRECT = Fix(_("Change this person's details"), Action.CHANGE_TRAVELLER)


def passports(trip: Itinerary, rules: TravelRules) -> Iterator[Finding]:
    """Every passport is valid for as long as the country asks, counted as it counts."""
    rule = rules.passport_validity
    if rule is None:
        return
    arrival = trip.landing.arrives.day if trip.landing else trip.first_treatment_day
    departure = trip.leaving.departs.day if trip.leaving else trip.last_treatment_day
    needed = months_after(arrival if rule.counted_from == "arrival" else departure, rule.months)
    for one in trip.travellers:
        if one.passport_expires_on is None:
            say = _("We do not know yet until when the passport of %(name)s is valid.")
            yield Finding(Kind.DETAILS_MISSING, one.leg, Severity.WARNS, say, CORRECT, {"name": one.name}, rule)
        elif one.passport_expires_on < needed:
            say = _("The passport of %(name)s ends on %(expires)s. For this trip it must be valid until %(needed)s.")
            facts = {"name": one.name, "expires": LongDate(one.passport_expires_on), "needed": LongDate(needed)}
            yield Finding(Kind.PASSPORT_EXPIRES_TOO_SOON, one.leg, Severity.BLOCKS, say, CORRECT, facts, rule)


def old_enough(trip: Itinerary, rules: TravelRules) -> Iterator[Finding]:
    """The patient is old enough on the first day of treatment."""
    patient, rule = trip.patient, rules.minimum_age
    if patient is None or rule is None:
        return
    if patient.born_on is None:
        say = _("We do not know yet when %(name)s was born.")
        yield Finding(Kind.DETAILS_MISSING, patient.leg, Severity.WARNS, say, CORRECT, {"name": patient.name}, rule)
    elif trip.first_treatment_day < months_after(patient.born_on, 12 * rule.years):
        yield Finding(
            Kind.TOO_YOUNG,
            patient.leg,
            Severity.BLOCKS,
            ngettext_(
                "%(name)s will not be %(num)s year old yet on the first day of treatment, %(day)s.",
                "%(name)s will not be %(num)s years old yet on the first day of treatment, %(day)s.",
            ),
            Fix(_("Ask us"), Action.ASK_US),
            {"name": patient.name, "num": rule.years, "day": LongDate(trip.first_treatment_day)},
            rule,
        )


def ticket_names(trip: Itinerary, _rules: TravelRules) -> Iterator[Finding]:
    """Every ticket bears the name in the passport."""
    for flight in trip.flights:
        for one in trip.travellers:
            if one.key in flight.tickets:
                yield from _name_on(flight, one, flight.tickets[one.key])


def _name_on(flight: Flight, one: Traveller, ticket: str) -> Iterator[Finding]:
    facts = {"number": flight.number, "ticket": ticket, "name": one.name}
    fix = Fix(_("Correct the name on the ticket"), Action.CHANGE_FLIGHT, {"traveller": str(one.key)})
    try:
        how_well = match(ticket, one.surname, one.given_names)
    except CannotSpell as refusal:
        yield Finding(Kind.DETAILS_MISSING, one.leg, Severity.WARNS, refusal.text, CORRECT, facts)
        return
    if how_well is Match.CLOSE:
        say = _(
            "The ticket for flight %(number)s says %(ticket)s, the passport %(name)s. They are close:"
            " please ask the airline whether they take it."
        )
        yield Finding(Kind.NAME_DIFFERS, flight.leg, Severity.WARNS, say, fix, facts)
    elif how_well is Match.DIFFERENT:
        say = _(
            "The ticket for flight %(number)s says %(ticket)s, but the passport says %(name)s."
            " The airline may refuse to take them: the two must be the same."
        )
        yield Finding(Kind.NAME_DIFFERS, flight.leg, Severity.BLOCKS, say, fix, facts)


def months_after(day: date, months: int) -> date:
    """The same day some months later; the month's last day where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
