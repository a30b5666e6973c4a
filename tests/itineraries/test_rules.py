from typing import Any

import pytest

from booking.itineraries.rules import TravelRules
from booking.kit.errors import Invalid

SAID = {"source": "Someone", "as_of": "2026-08-01"}


def test_a_rule_that_is_not_written_is_not_there() -> None:
    assert TravelRules.parse({}) == TravelRules()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"rest_before_treatmnt": {"hours": 18, **SAID}}, "rest_before_treatmnt"),
        ({"rest_before_treatment": {"hour": 18, **SAID}}, "rest_before_treatment.hours"),
        ({"rest_before_treatment": {"hours": 18, "as_of": "2026-08-01"}}, "rest_before_treatment.source"),
        ({"rest_before_treatment": {"hours": 18, "source": "x", "as_of": "yesterday"}}, "rest_before_treatment.as_of"),
        ({"fly_after_treatment": {"days": -1, **SAID}}, "fly_after_treatment.days"),
        ({"fly_after_stroke": {"days": {"tia": 2}, **SAID}}, "fly_after_stroke"),
        ({"passport_validity": {"months": 6, "counted_from": "birth", **SAID}}, "passport_validity.counted_from"),
        ({"pick_up_after_landing": {"minutes": 60, "within_minutes": 30, **SAID}}, "pick_up_after_landing"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_by_its_path(data: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        TravelRules.parse(data)

    assert field in caught.value.errors
