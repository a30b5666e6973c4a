"""The scales that outcomes are measured on, and which of them is asked when.

mRS, Barthel index and NIHSS are scored as published. The simple items cover what the ICHOM stroke set
asks for, in words of our own: 1 is no problem, 5 the worst.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from booking.kit.errors import Invalid
from booking.kit.words import Text, _


@dataclass(frozen=True, slots=True)
class Scale:
    """`ask` is put to a patient or supporter; a scale without it is a clinician's to score."""

    key: str
    name: Text
    lowest: int
    highest: int
    step: int = 1
    ask: Text | None = None
    higher_is_better: bool = False

    def has(self, score: int) -> bool:
        return self.lowest <= score <= self.highest and not (score - self.lowest) % self.step


def _item(key: str, name: Text, ask: Text) -> Scale:
    return Scale(key, name, 1, 5, ask=ask)


MRS: Final = Scale("mrs", _("Modified Rankin Scale"), 0, 6)
BARTHEL: Final = Scale("barthel", _("Barthel index"), 0, 100, step=5, higher_is_better=True)
NIHSS: Final = Scale("nihss", _("NIH Stroke Scale"), 0, 42)
HEALTH_TODAY: Final = Scale(
    "health_today",
    _("Health today"),
    0,
    100,
    ask=_("How good is your health today, from 0 (the worst you can think of) to 100 (the best)?"),
    higher_is_better=True,
)
PAIN: Final = _item("pain", _("Pain"), _("How much pain do you have today?"))
MOOD: Final = _item("mood", _("Mood"), _("How low or worried do you feel today?"))
MOBILITY: Final = _item("mobility", _("Moving about"), _("How hard is it to walk or move about?"))
SELF_CARE: Final = _item("self_care", _("Washing and dressing"), _("How hard is it to wash and dress?"))
FEEDING: Final = _item("feeding", _("Eating and drinking"), _("How hard is it to eat and drink?"))
COMMUNICATION: Final = _item("communication", _("Talking"), _("How hard is it to talk and be understood?"))
COGNITION: Final = _item("cognition", _("Thinking"), _("How hard is it to remember and to think clearly?"))
PARTICIPATION: Final = _item(
    "participation", _("Being with others"), _("How hard is it to be with family and friends?")
)
USUAL_ACTIVITIES: Final = _item("usual_activities", _("Usual days"), _("How hard is it to do what you usually do?"))

SHORT: Final = (PAIN, MOOD, MOBILITY, HEALTH_TODAY)
WHOLE: Final = (*SHORT, SELF_CARE, FEEDING, COMMUNICATION, COGNITION, PARTICIPATION, USUAL_ACTIVITIES)
SCALES: Final[Mapping[str, Scale]] = {scale.key: scale for scale in (*WHOLE, MRS, BARTHEL, NIHSS)}

# From this day on the whole set is asked (ICHOM: day 90).
WHOLE_FROM: Final = 90


def asked_on(day: int) -> tuple[Scale, ...]:
    """What a patient or supporter is asked at the check-in of that day after treatment."""
    return WHOLE if day >= WHOLE_FROM else SHORT


def check_scores(scores: Mapping[str, int], allowed: Iterable[Scale] = tuple(SCALES.values())) -> None:
    """Raises Invalid, by scale, for a scale that is not among those allowed or a score that is not on its scale."""
    known = {scale.key: scale for scale in allowed}
    errors = {
        key: _("Please choose one of the answers.")
        for key, score in scores.items()
        if key not in known or not known[key].has(score)
    }
    if errors:
        raise Invalid(errors)
