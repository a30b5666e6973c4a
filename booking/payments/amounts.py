"""Amounts as Stripe's API writes them, which is not always a currency's smallest unit.

Source: docs.stripe.com/currencies (zero-decimal, three-decimal and special-case currencies), read November 2026.
Everything not named there has two digits at Stripe, whatever CLDR or ISO 4217 says of it.
"""

from typing import Final

from booking.kit.money import Money, minor_digits

# ISK and UGX have no smaller unit today, but had one when Stripe began: two digits there, and always zeros.
NO_DIGITS: Final = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
THREE_DIGITS: Final = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
WHOLE_UNITS_ONLY: Final = frozenset(["ISK", "UGX"])


class AmountNotPayable(ValueError):
    """Stripe cannot charge this amount exactly; nothing is ever rounded on the way to a card."""


def digits(currency: str) -> int:
    """How many digits after the point Stripe counts for a currency."""
    if currency in NO_DIGITS:
        return 0
    return 3 if currency in THREE_DIGITS else 2


def to_stripe(money: Money) -> int:
    """The integer for Stripe's API. Raises AmountNotPayable where Stripe would refuse or round it."""
    exact = money.major.scaleb(digits(money.currency))
    amount = int(exact)
    if amount != exact or amount % step(money.currency):
        raise AmountNotPayable(f"Stripe cannot take {money.amount} of {money.currency}'s smallest unit exactly")
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """Money from an integer and a currency as Stripe's API gives them (`1250`, `"usd"`)."""
    code = currency.upper()
    shift = minor_digits(code) - digits(code)
    if shift >= 0:
        return Money(amount * 10**shift, code)
    whole, rest = divmod(amount, 10**-shift)
    if rest:
        raise AmountNotPayable(f"{amount} at Stripe is less than {code}'s smallest unit")
    return Money(whole, code)


def step(currency: str) -> int:
    """Stripe takes multiples of this: tens of a three-digit currency, whole units of ISK and UGX."""
    if currency in THREE_DIGITS:
        return 10
    return 100 if currency in WHOLE_UNITS_ONLY else 1
