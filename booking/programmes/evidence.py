"""What studies found, good and bad, each with its size, its result and where we know it from."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from booking.programmes.parts import Basis, Known, Part, Words


class Verdict(StrEnum):
    """What a study says about its own main question."""

    BENEFIT = "benefit"
    NO_BENEFIT = "no_benefit"
    NO_CONTROL = "no_control"  # nobody to compare with, so it cannot say
    UNFINISHED = "unfinished"
    UNPUBLISHED = "unpublished"


class Effect(Part):
    """An odds ratio with its 95% interval: above 1 is better with cells, 1 is no difference."""

    value: float
    low: float
    high: float
    basis: Basis
    note: Words | None = None

    @model_validator(mode="after")
    def _interval_holds_the_value(self) -> Self:
        if not 0 < self.low <= self.value <= self.high:
            raise ValueError("an odds ratio lies within its interval, and both are above zero")
        return self


class Trial(Known):
    name: str
    registry: str | None = None
    year: int | None = None
    n: int
    n_is_planned: bool = False
    cells: Words
    when: Words
    design: Words
    measure: Words
    result: Words
    verdict: Verdict
    effect: Effect | None = None


class Difference(Part):
    """A mean difference on a scale, with its 95% interval where we read one."""

    measure: Words
    value: float
    low: float | None = None
    high: float | None = None
    meaning: Words


class MetaAnalysis(Known):
    """Many studies added up."""

    name: str
    year: int
    studies: int
    n: int
    differences: tuple[Difference, ...]
    result: Words


class Harm(Known):
    """Harm that was reported after cell treatments, ours or anyone's."""

    year: int
    text: Words


class Risk(Known):
    """What may go wrong for a patient of this programme."""

    heading: Words
    text: Words


class Evidence(Part):
    intro: Words
    unknown: tuple[Words, ...]
    trials: tuple[Trial, ...]
    reviews: tuple[MetaAnalysis, ...]
    harms: tuple[Harm, ...]
    read_on: date
