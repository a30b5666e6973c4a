"""Money: a whole number of the currency's smallest unit, and the currency. Never a float, never / 100."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import total_ordering

from babel.numbers import format_currency, get_currency_precision


class MixedCurrencies(ValueError):
    """Two currencies met in one sum."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """`amount` counts the smallest unit of `currency` (ISO 4217): cents of USD, yen of JPY, fils of KWD."""

    amount: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> "Money":
        return cls(0, currency)

    @classmethod
    def of(cls, written: str | Decimal, currency: str) -> "Money":
        """From major units as written, `Money.of("12.50", "USD")`; ValueError if it has too many digits."""
        units = Decimal(written).scaleb(minor_digits(currency))
        if units != units.to_integral_value():
            raise ValueError(f"{written} has more digits than {currency} has")
        return cls(int(units), currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.amount).scaleb(-minor_digits(self.currency))

    @property
    def is_zero(self) -> bool:
        return self.amount == 0

    def share(self, percent: int | Decimal) -> "Money":
        """That percentage of it, rounded half to even."""
        exact = Decimal(self.amount) * Decimal(percent) / 100
        return Money(int(exact.to_integral_value(rounding=ROUND_HALF_EVEN)), self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency}")
        return other.amount


def minor_digits(currency: str) -> int:
    """How many digits follow the point: 2 for USD, 0 for JPY, 3 for KWD (CLDR)."""
    return get_currency_precision(currency)


def show(money: Money, language: str) -> str:
    """In the reader's language with the currency's code, never a bare sign: `USD 1,250.00`."""
    return format_currency(money.major, money.currency, "¤¤\xa0#,##0.00", locale=language, currency_digits=True)
