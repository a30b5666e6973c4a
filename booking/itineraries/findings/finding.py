from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from booking.itineraries.rules import Rule
from booking.itineraries.trip import Leg, LocalTime
from booking.kit.times import show_date, show_day
from booking.kit.words import Text, _


class Kind(StrEnum):
    """Why a trip may not work. The names are stable: partners' systems read them."""

    ARRIVES_AFTER_TREATMENT_STARTS = "arrives_after_treatment_starts"
    TOO_LITTLE_REST = "too_little_rest"
    LEAVES_BEFORE_TREATMENT_ENDS = "leaves_before_treatment_ends"
    FLIES_TOO_SOON_AFTER_TREATMENT = "flies_too_soon_after_treatment"
    FLIES_TOO_SOON_AFTER_STROKE = "flies_too_soon_after_stroke"
    NO_FLIGHT_THERE = "no_flight_there"
    NO_RETURN_FLIGHT = "no_return_flight"
    NO_ONWARD_TICKET = "no_onward_ticket"
    NOT_THE_CLINICS_AIRPORT = "not_the_clinics_airport"
    CONNECTION_BROKEN = "connection_broken"
    CONNECTION_TOO_SHORT = "connection_too_short"
    NO_SEAT = "no_seat"
    MEDICAL_FORM_DUE = "medical_form_due"
    MEDICAL_FORM_OUT_OF_TIME = "medical_form_out_of_time"
    PASSPORT_EXPIRES_TOO_SOON = "passport_expires_too_soon"
    DETAILS_MISSING = "details_missing"
    TOO_YOUNG = "too_young"
    NAME_DIFFERS = "name_differs"
    NIGHT_WITHOUT_BED = "night_without_bed"
    TOO_FEW_BEDS = "too_few_beds"
    STAYS_OVERLAP = "stays_overlap"
    NO_TRANSFER = "no_transfer"
    TRANSFER_AT_WRONG_TIME = "transfer_at_wrong_time"


class Severity(StrEnum):
    """BLOCKS: the trip cannot work like this. WARNS: it may, and someone should look."""

    BLOCKS = "blocks"
    WARNS = "warns"


class Action(StrEnum):
    """The form that a fix opens."""

    ADD_FLIGHT = "add_flight"
    CHANGE_FLIGHT = "change_flight"
    ADD_STAY = "add_stay"
    CHANGE_STAY = "change_stay"
    ADD_TRANSFER = "add_transfer"
    CHANGE_TRANSFER = "change_transfer"
    CHANGE_TRAVELLER = "change_traveller"
    ASK_US = "ask_us"


@dataclass(frozen=True, slots=True)
class Fix:
    """What to do about it: a button's words, the form that it opens, and what that form can already know."""

    label: Text
    action: Action
    prefill: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why a trip does not work, on the leg that it is about."""

    kind: Kind
    leg: Leg
    severity: Severity
    say: Text
    fix: Fix
    facts: Mapping[str, Any] = field(default_factory=dict)
    rule: Rule | None = None

    def text(self, language: str) -> str:
        """The sentence for the reader, with its days and times told in their language."""
        return self.say.into(language, **{name: told(fact, language) for name, fact in self.facts.items()})


@dataclass(frozen=True, slots=True)
class LongDate:
    """A day that is told with its year: a passport's."""

    day: date


def told(fact: Any, language: str) -> Any:
    """A day or a local time as words; anything else as it is."""
    if isinstance(fact, LongDate):
        return show_date(fact.day, language)
    if isinstance(fact, LocalTime):
        day, clock = show_day(fact.day, language), fact.local.strftime("%H:%M")
        return _("%(day)s at %(clock)s").into(language, day=day, clock=clock)
    return show_day(fact, language) if isinstance(fact, date) else fact
