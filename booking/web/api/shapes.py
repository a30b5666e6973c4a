"""What partners' systems send and get, as types: the OpenAPI description is made from these, so that it cannot drift."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Shape(BaseModel):
    """Unknown fields are refused: a misspelt one must not be taken for an answer that was not given."""

    model_config = ConfigDict(extra="forbid")


class Amount(Shape):
    """Money: a whole number of the currency's smallest unit, and its ISO 4217 code."""

    amount: int
    currency: str


class ProgrammeSummary(Shape):
    slug: str
    title: dict[str, str] = Field(description="By language")
    clinic: str
    zone: str = Field(description="IANA zone of the clinic: every local time is its")
    price: Amount
    deposit: Amount


class Programmes(Shape):
    programmes: list[ProgrammeSummary]


class WindowShape(Shape):
    """One feasible way to run the whole treatment."""

    start: date = Field(description="First day, clinic-local")
    end: date = Field(description="Last day, clinic-local")
    starts_at: datetime = Field(description="First step, with the clinic's offset")
    ends_at: datetime = Field(description="End of the last step, with the clinic's offset")
    token: str = Field(description="Opaque; hold the dates with it")


class InTheWay(Shape):
    """One reason why there are no windows."""

    why: str = Field(description="shut, closed, booked, no-dose, wished, unsuited or too-few")
    what: str = Field(description="A kind of resource or a product; empty for the whole clinic")
    first: date | None = Field(description="First day of a closure, clinic-local")
    last: date | None = Field(description="Its last day")


class NoneFree(Shape):
    """Why there are no windows, and the first date that is free after them. Without all of `in_the_way` there would be one."""

    in_the_way: list[InTheWay]
    missing: list[str] = Field(description="Each of which there would be windows if it alone were never short")
    first_free: date | None


class Windows(Shape):
    windows: list[WindowShape]
    none: NoneFree | None = None


class CaseRequest(Shape):
    """A consultation request. `answers` are those of the questions that the website asks, by their keys."""

    programme: Short
    answers: dict[str, Any]


class BookingShape(Shape):
    code: str
    status: str
    start: date
    end: date
    starts_at: datetime
    ends_at: datetime
    lapses_at: datetime | None = Field(description="When the hold lapses by itself; null once it is kept or over")


class CaseShape(Shape):
    code: str
    programme: str
    status: str
    created_at: datetime
    changed_at: datetime
    booking: BookingShape | None = None


class HoldRequest(Shape):
    token: Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
    interpreter: Annotated[str, StringConstraints(max_length=8)] | None = None


class Leg(Shape):
    """One thing on one day of the trip. Instants carry the offset of `zone`; what has no hour has only its day."""

    kind: str
    day: date
    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str
    place: str


class FindingShape(Shape):
    kind: str
    severity: str
    text: str


class ItineraryShape(Shape):
    booking: str
    status: str
    zone: str
    legs: list[Leg]
    findings: list[FindingShape]


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    errors: dict[str, str] | None = None
    nearest: Sequence[WindowShape] | None = None
