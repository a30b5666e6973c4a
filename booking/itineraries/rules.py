"""The travel rules of a programme: data with a source and a date, written by the clinic.

They differ by clinic, airline and country, so none is a constant here, and a rule that is not
written is not checked. A name or a field that is not known is refused: a typo must not switch a rule off.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from booking.kit.errors import Invalid
from booking.kit.words import _
from booking.programmes.parts import Words

Count = Annotated[int, Field(ge=0, le=10_000)]


class Rule(BaseModel):
    """Who says so, for the reader to see, and when it was read there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Annotated[str, Field(min_length=1, max_length=300)] | Words
    as_of: date


class Hours(Rule):
    hours: Count


class Days(Rule):
    days: Count


class Minutes(Rule):
    minutes: Count


class Years(Rule):
    years: Count


class DaysByStroke(Rule):
    """Days by kind of stroke; `unknown` stands for every kind that is not named."""

    days: dict[str, Count]

    @model_validator(mode="after")
    def _says_unknown(self) -> Self:
        if "unknown" not in self.days:
            raise ValueError("the days for a stroke of unknown kind are missing")
        return self

    def days_for(self, kind: str) -> int:
        return self.days.get(kind, self.days["unknown"])


class PassportValidity(Rule):
    months: Count
    counted_from: Literal["arrival", "departure"]


class MedicalForm(Rule):
    """An airline's form: not before `opens_days`, and until `closes_hours`, before each departure."""

    opens_days: Count
    closes_hours: Count


class Span(Rule):
    """At least `minutes` and at most `within_minutes`."""

    minutes: Count
    within_minutes: Count

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.within_minutes < self.minutes:
            raise ValueError("within_minutes is less than minutes")
        return self


class TravelRules(BaseModel):
    """What a programme asks of a trip."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rest_before_treatment: Hours | None = None
    fly_after_treatment: Days | None = None
    fly_after_stroke: DaysByStroke | None = None
    passport_validity: PassportValidity | None = None
    onward_ticket: Rule | None = None
    connection: Minutes | None = None
    medical_form: MedicalForm | None = None
    pick_up_after_landing: Span | None = None
    pick_up_before_departure: Span | None = None
    minimum_age: Years | None = None

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Self:
        """The rules in a programme's `content["travel_rules"]`.

        Raises:
            Invalid: with the path of each field that cannot be read.
        """
        try:
            return cls.model_validate(dict(data))
        except ValidationError as fault:
            raise Invalid(
                {
                    ".".join(map(str, error["loc"])): _("This travel rule cannot be read: %(why)s").with_facts(
                        why=error["msg"]
                    )
                    for error in fault.errors()
                }
            ) from fault
