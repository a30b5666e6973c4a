"""Stripe's published test cards, and what a card form refuses. No number is ever stored: its last four digits are."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from booking.kit.words import Text, _


class Answer(StrEnum):
    PAYS = "pays"
    DECLINES = "declines"
    ASKS = "asks"


DECLINED: Final = _("Your card was declined. Please try another card.")


@dataclass(frozen=True, slots=True)
class Card:
    """What the bank behind a test card answers. `code` is Stripe's decline code."""

    brand: str
    answer: Answer
    code: str = ""
    say: Text = DECLINED


# Source: docs.stripe.com/testing, read November 2026.
CARDS: Final = {
    "4242424242424242": Card("visa", Answer.PAYS),
    "4000056655665556": Card("visa", Answer.PAYS),
    "5555555555554444": Card("mastercard", Answer.PAYS),
    "378282246310005": Card("amex", Answer.PAYS),
    "4000000000000002": Card("visa", Answer.DECLINES, "generic_decline"),
    "4000000000009995": Card(
        "visa",
        Answer.DECLINES,
        "insufficient_funds",
        _("Your card does not have enough money on it. Please try another card."),
    ),
    "4000002500003155": Card("visa", Answer.ASKS),
    "4000000000003220": Card("visa", Answer.ASKS),
}
# A number that is no test card might be somebody's real one.
UNKNOWN: Final = Card(
    "unknown", Answer.DECLINES, "test_mode_live_card", _("This page is simulated and takes test cards only.")
)
METHODS: Final = {"pm_card_visa": "4242424242424242", "pm_card_chargeDeclined": "4000000000000002"}


def card_of(number: str) -> Card:
    return CARDS.get(number, UNKNOWN)


def digits(written: str) -> str:
    return re.sub(r"[\s-]", "", written)


def problems(*, number: str, expiry: str, cvc: str, name: str, now: float) -> dict[str, Text]:
    """What is wrong with a filled-in card form, by field; empty if nothing is."""
    found = {
        "number": None
        if _passes_luhn(digits(number))
        else _("Your card number is not complete or has a typing error."),
        "expiry": _expiry_problem(expiry, now),
        "cvc": None
        if re.fullmatch(r"\s*\d{3,4}\s*", cvc)
        else _("The security code is the 3 or 4 digits on the card."),
        "name": None if name.strip() else _("Please write the name on the card."),
    }
    return {field: text for field, text in found.items() if text}


def _expiry_problem(written: str, now: float) -> Text | None:
    match = re.fullmatch(r"\s*(0?[1-9]|1[0-2])\s*/?\s*(?:20)?(\d{2})\s*", written)
    if not match:
        return _("Write the expiry date as month and year, like 04 / 30.")
    today = datetime.fromtimestamp(now, UTC)
    if (2000 + int(match[2]), int(match[1])) < (today.year, today.month):
        return _("This card has expired. Please try another card.")
    return None


def _passes_luhn(number: str) -> bool:
    if not re.fullmatch(r"\d{13,19}", number):
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004
