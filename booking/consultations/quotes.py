"""A quote: priced lines in one currency, their total and the deposit. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from booking.kit.errors import Invalid
from booking.kit.money import Money
from booking.kit.words import _
from booking.programmes.parts import in_language
from booking.programmes.prices import PriceLine


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """What is paid for, in the patient's language, and how much; a reduction is below zero."""

    name: str
    price: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """What the whole treatment costs this patient, and what of it is due to keep the dates."""

    lines: tuple[QuoteLine, ...]
    deposit: Money

    def __post_init__(self) -> None:
        errors = {}
        if not self.lines or any(not line.name.strip() for line in self.lines):
            errors["lines"] = _("Please write what each line is for.")
        elif {line.price.currency for line in self.lines} != {self.deposit.currency}:
            errors["lines"] = _("Every line and the deposit must be in one currency.")
        elif not Money.zero(self.deposit.currency) <= self.deposit <= self.total:
            errors["deposit"] = _("The deposit must be between nothing and the total.")
        if errors:
            raise Invalid(errors)

    @property
    def total(self) -> Money:
        """All lines together."""
        return sum((line.price for line in self.lines), Money.zero(self.deposit.currency))

    @property
    def balance(self) -> Money:
        """What is left to pay after the deposit."""
        return self.total - self.deposit

    @classmethod
    def from_programme(cls, lines: Iterable[PriceLine], *, deposit: Money, language: str) -> Self:
        """The programme's own prices, to start a patient's quote from."""
        return cls(tuple(QuoteLine(in_language(line.name, language), line.money) for line in lines), deposit)

    def as_json(self) -> list[dict[str, Any]]:
        """The lines as they are kept; the currency and the deposit are columns beside them."""
        return [{"name": line.name.strip(), "amount": line.price.amount} for line in self.lines]

    @classmethod
    def from_json(cls, lines: Iterable[Mapping[str, Any]], *, deposit: Money) -> Self:
        """What `as_json` kept."""
        return cls(tuple(QuoteLine(line["name"], Money(line["amount"], deposit.currency)) for line in lines), deposit)
