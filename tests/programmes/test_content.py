from copy import deepcopy
from typing import Any

import pytest

from booking.demo.clinic.load import programme_content
from booking.kit.money import Money
from booking.programmes.content import ContentInvalid, parse_content
from booking.programmes.parts import in_language


def changed(**paths: Any) -> dict[str, Any]:
    """The example's content with a few places changed: `terms__deposit=1`."""
    content = deepcopy(programme_content())
    for path, value in paths.items():
        *way, last = path.split("__")
        place: Any = content
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        place[last] = value
    return content


def refusal(content: dict[str, Any]) -> str:
    with pytest.raises(ContentInvalid) as refused:
        parse_content(content)
    return str(refused.value)


def test_a_price_is_the_sum_of_its_lines_and_the_deposit_is_in_its_currency() -> None:
    content = parse_content(programme_content())

    assert (content.prices.total, content.deposit) == (Money(17_000_00, "USD"), Money(3_400_00, "USD"))


def test_a_text_falls_back_to_english_where_the_clinic_did_not_write_it() -> None:
    words = {"en": "Rest", "es": "Reposo"}

    assert [in_language(words, language) for language in ("en", "es", "ar")] == ["Rest", "Reposo", "Rest"]


def test_every_wrong_place_is_named_at_once() -> None:
    content = changed(title={"es": "Sin inglés"}, evidence__trials__3__n="many")

    assert refusal(content) == (
        "title: Value error, needs a text in English, which other languages fall back to; "
        "evidence.trials.3.n: Input should be a valid integer, unable to parse string as an integer"
    )


def test_a_misspelt_field_is_refused_and_not_silently_left_out() -> None:
    assert refusal(changed(terms__hold_minuts=60)) == "terms.hold_minuts: Extra inputs are not permitted"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"terms__deposit": 17_000_01}, "content: Value error, the deposit is more than the whole price"),
        (
            {"prices__lines__0__currency": "EUR"},
            "prices: Value error, every line is in the same currency, or there is no total",
        ),
        (
            {"terms__refund_steps": [{"days": 30, "percent": 100}]},
            "terms: Value error, the last refund step is for day 0, so that every day has one",
        ),
        (
            {"terms__refund_steps": [{"days": 30, "percent": 50}, {"days": 0, "percent": 60}]},
            "terms: Value error, refund steps go from many days to none, and never give more for less notice",
        ),
        (
            {"evidence__trials__0__effect": {"value": 3.0, "low": 0.5, "high": 2.0, "basis": "read"}},
            "evidence.trials.0.effect: Value error, an odds ratio lies within its interval, and both are above zero",
        ),
        (
            {"consent__questions__0__right": 3},
            "consent.questions.0: Value error, the right answer is one of the choices, counted from 0",
        ),
    ],
)
def test_content_that_contradicts_itself_is_refused(change: dict[str, Any], said: str) -> None:
    assert refusal(changed(**change)) == said


def test_a_consent_that_leaves_out_what_must_be_told_is_refused() -> None:
    items = [item for item in programme_content()["consent"]["items"] if item["key"] not in {"cost", "cells"}]

    assert refusal(changed(consent__items=items)) == "consent: Value error, consent leaves out: cells, cost"
