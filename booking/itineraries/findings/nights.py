"""Has everyone a bed for every night between landing and leaving, and none twice?"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Final

from booking.itineraries.findings.finding import Action, Finding, Fix, Kind, Severity
from booking.itineraries.rules import TravelRules
from booking.itineraries.trip import WHOLE_TRIP, Itinerary, Stay, nights_between
from booking.kit.words import _, ngettext_

# Who lands at 04:00 needs the bed of the night before; who flies at 04:00 has left theirs by then.
NIGHT_ENDS: Final = timedelta(hours=5)


def beds(trip: Itinerary, _rules: TravelRules) -> Iterator[Finding]:
    """Every night has a bed, and as many as there are travellers."""
    slept = {night: sum(stay.sleeps for stay in trip.stays if night in stay.nights) for night in needed_nights(trip)}
    for run in _runs([night for night, places in slept.items() if not places]):
        yield Finding(
            Kind.NIGHT_WITHOUT_BED,
            WHOLE_TRIP,
            Severity.BLOCKS,
            ngettext_(
                "There is no bed yet for the night of %(first)s.",
                "There is no bed yet for %(num)s nights, from %(first)s to the morning of %(until)s.",
            ),
            Fix(_("Add a place to stay"), Action.ADD_STAY, _span(run)),
            {"num": len(run), "first": run[0], "until": run[-1] + timedelta(days=1)},
        )
    for run in _runs([night for night, places in slept.items() if 0 < places < len(trip.travellers)]):
        yield Finding(
            Kind.TOO_FEW_BEDS,
            next(stay.leg for stay in trip.stays if run[0] in stay.nights),
            Severity.WARNS,
            _("From the night of %(first)s there are beds for %(beds)s, and you are %(people)s."),
            Fix(_("Add a place to stay"), Action.ADD_STAY, _span(run)),
            {"first": run[0], "beds": slept[run[0]], "people": len(trip.travellers)},
        )


def overlaps(trip: Itinerary, _rules: TravelRules) -> Iterator[Finding]:
    """No two places are paid for the same nights, where one of them would do."""
    for first, second in combinations(trip.stays, 2):
        shared = first.nights & second.nights & frozenset(needed_nights(trip))
        if shared and len(trip.travellers) <= max(first.sleeps, second.sleeps):
            yield Finding(
                Kind.STAYS_OVERLAP,
                second.leg,
                Severity.WARNS,
                _("%(one)s and %(other)s are both booked for the night of %(night)s. You may be paying twice."),
                Fix(_("Change this stay"), Action.CHANGE_STAY, _after(first)),
                {"one": first.name, "other": second.name, "night": min(shared)},
            )


def needed_nights(trip: Itinerary) -> list[date]:
    """The nights on the ground, each by the day on which it begins; without flights, those between treatment days."""
    first = (trip.landing.arrives.local - NIGHT_ENDS).date() if trip.landing else trip.first_treatment_day
    leaves = (trip.leaving.departs.local - NIGHT_ENDS).date() if trip.leaving else trip.last_treatment_day
    return nights_between(first, leaves)


def _runs(nights: list[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for night in nights:
        if runs and night - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(night)
        else:
            runs.append([night])
    return runs


def _span(run: list[date]) -> dict[str, str]:
    return {"first_night": run[0].isoformat(), "leaves_on": (run[-1] + timedelta(days=1)).isoformat()}


def _after(stay: Stay) -> dict[str, str]:
    return {"first_night": stay.leaves_on.isoformat()}
