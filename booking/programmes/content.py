"""A programme's content: JSON as stored and as the clinic writes it, parsed into typed values or refused clearly."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from booking.kit.errors import Invalid
from booking.kit.money import Money
from booking.kit.words import Text, _
from booking.programmes.consent import Consent
from booking.programmes.evidence import Evidence, Risk
from booking.programmes.parts import Dated, Part, Words
from booking.programmes.prices import Prices
from booking.programmes.terms import Terms


class StayDay(Part):
    """One day of a stay, as a patient lives it; day 1 is the first at the clinic."""

    day: int = Field(ge=1)
    title: Words
    text: Words


class ProgrammeContent(Part):
    """All that one version of a programme says.

    `protocol`, `travel_rules` and `messages` are kept as the JSON that slots, itineraries and messages give its
    meaning to; every other field is checked here.
    """

    title: Words
    summary: Words
    what_it_is: Words
    evidence: Evidence
    risks: tuple[Risk, ...]
    regulatory: Dated
    not_for: tuple[Words, ...]
    cells: Words
    stay: tuple[StayDay, ...] = Field(min_length=1)
    follow_up: Words
    prices: Prices
    terms: Terms
    # How many days ahead a family chooses dates at least: for a visa, a flight, someone to look after the cat.
    lead_days: int = Field(default=14, ge=1, le=365)
    consent: Consent
    protocol: dict[str, Any]
    travel_rules: dict[str, Any]
    messages: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _deposit_within_total(self) -> Self:
        if self.deposit > self.prices.total:
            raise ValueError("the deposit is more than the whole price")
        return self

    @property
    def deposit(self) -> Money:
        return Money(self.terms.deposit, self.prices.currency)


class ContentInvalid(Invalid):
    """The content cannot be published: `errors` says where and why, `evidence.trials.3.n: ...`."""

    say = _("This programme's content cannot be used. Please look at the places below.")

    def __str__(self) -> str:
        return "; ".join(f"{place}: {why}" for place, why in self.errors.items())


def parse_content(raw: Mapping[str, Any]) -> ProgrammeContent:
    """The content with its types.

    Raises:
        ContentInvalid: something is missing, misspelt or contradicts itself; every such place is named.
    """
    try:
        return ProgrammeContent.model_validate(raw)
    except ValidationError as fault:
        raise ContentInvalid(
            {".".join(map(str, error["loc"])) or "content": Text(error["msg"]) for error in fault.errors()}
        ) from fault
