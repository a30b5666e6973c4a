"""The travel rules that a programme checks, as sentences for whoever may come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from booking.kit.words import Text, _
from booking.programmes.parts import Source

# In the order in which a traveller meets them. A rule that is only for the itinerary's own sums is not told here.
SENTENCES: Final[dict[str, Text]] = {
    "minimum_age": _("You must be **%(years)s or older** on the first day of treatment."),
    "fly_after_stroke": _(
        "After a stroke, wait before you fly: **%(ischaemic)s days** after a blocked vessel, "
        "**%(haemorrhagic)s days** after a bleed, **%(tia)s days** after a mini-stroke."
    ),
    "passport_validity": _("Your passport must be valid for **%(months)s more months** when you travel."),
    "onward_ticket": _("You need a **ticket out** of the country, and the address where you will stay."),
    "medical_form": _(
        "Your airline may want a **medical form** for each flight: not more than %(opens_days)s days "
        "and not less than %(closes_hours)s hours before."
    ),
    "rest_before_treatment": _("Land at least **%(hours)s hours** before your first visit."),
    "fly_after_treatment": _("Do not fly home until **%(days)s days** after your last visit."),
}


@dataclass(frozen=True, slots=True)
class ToldRule:
    sentence: Text
    source: Source
    as_of: date


def told_rules(rules: Mapping[str, Any]) -> list[ToldRule]:
    """Each rule that the programme has, with who says so and when that was read."""
    return [
        ToldRule(
            sentence.with_facts(**_facts(rules[name])), rules[name]["source"], date.fromisoformat(rules[name]["as_of"])
        )
        for name, sentence in SENTENCES.items()
        if name in rules
    ]


def _facts(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The rule's own figures; figures by kind of stroke are lifted to the top."""
    return {**rule, **rule["days"]} if isinstance(rule.get("days"), Mapping) else dict(rule)
