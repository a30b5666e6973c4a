"""What a programme costs, line by line."""

from typing import Self

from pydantic import Field, model_validator

from booking.kit.money import Money
from booking.programmes.parts import Part, Words


class PriceLine(Part):
    """`amount` counts the currency's smallest unit."""

    name: Words
    amount: int = Field(gt=0)
    currency: str = Field(pattern="^[A-Z]{3}$")

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class Prices(Part):
    lines: tuple[PriceLine, ...] = Field(min_length=1)
    not_included: tuple[Words, ...]

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        if len({line.currency for line in self.lines}) > 1:
            raise ValueError("every line is in the same currency, or there is no total")
        return self

    @property
    def currency(self) -> str:
        return self.lines[0].currency

    @property
    def total(self) -> Money:
        return sum((line.money for line in self.lines), Money.zero(self.currency))
