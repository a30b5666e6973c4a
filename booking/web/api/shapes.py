"""What partners' systems send and get, as types: the OpenAPI description is made from these, so that it cannot drift.

What they send is checked as it comes in. What they get is ours: its types are checked before it runs, and it is written as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Asked(BaseModel):
    """Unknown fields are refused: a misspelt one must not be taken for an answer that was not given."""

    model_config = ConfigDict(extra="forbid")


class CaseRequest(Asked):
    """A consultation request. `answers` are those of the questions that the website asks, by their keys."""

    programme: Short
    answers: dict[str, Any]


class HoldRequest(Asked):
    token: Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
    interpreter: Annotated[str, StringConstraints(max_length=8)] | None = None


@dataclass(slots=True, kw_only=True)
class Amount:
    """Money: a whole number of the currency's smallest unit, and its ISO 4217 code."""

    amount: int
    currency: str


@dataclass(slots=True, kw_only=True)
class ProgrammeSummary:
    slug: str
    title: Annotated[dict[str, str], Field(description="By language")]
    clinic: str
    zone: Annotated[str, Field(description="IANA zone of the clinic: every local time is its")]
    price: Amount
    deposit: Amount


@dataclass(slots=True, kw_only=True)
class Programmes:
    programmes: list[ProgrammeSummary]


@dataclass(slots=True, kw_only=True)
class WindowShape:
    """One feasible way to run the whole treatment."""

    start: Annotated[date, Field(description="First day, clinic-local")]
    end: Annotated[date, Field(description="Last day, clinic-local")]
    starts_at: Annotated[datetime, Field(description="First step, with the clinic's offset")]
    ends_at: Annotated[datetime, Field(description="End of the last step, with the clinic's offset")]
    token: Annotated[str, Field(description="Opaque; hold the dates with it")]


@dataclass(slots=True, kw_only=True)
class InTheWay:
    """One reason why there are no windows."""

    why: Annotated[str, Field(description="shut, closed, booked, no-dose, wished, unsuited or too-few")]
    what: Annotated[str, Field(description="A kind of resource or a product; empty for the whole clinic")]
    first: Annotated[date | None, Field(description="First day of a closure, clinic-local")]
    last: Annotated[date | None, Field(description="Its last day")]


@dataclass(slots=True, kw_only=True)
class NoneFree:
    """Why there are no windows, and the first date that is free after them. Without all of `in_the_way` there would be one."""

    in_the_way: list[InTheWay]
    missing: Annotated[
        list[str], Field(description="Each of which there would be windows if it alone were never short")
    ]
    first_free: date | None


@dataclass(slots=True, kw_only=True)
class Windows:
    windows: list[WindowShape]
    none: NoneFree | None = None


@dataclass(slots=True, kw_only=True)
class BookingShape:
    code: str
    status: str
    start: date
    end: date
    starts_at: datetime
    ends_at: datetime
    lapses_at: Annotated[
        datetime | None, Field(description="When the hold lapses by itself; null once it is kept or over")
    ]


@dataclass(slots=True, kw_only=True)
class CaseShape:
    code: str
    programme: str
    status: str
    created_at: datetime
    changed_at: datetime
    booking: BookingShape | None = None


@dataclass(slots=True, kw_only=True)
class Leg:
    """One thing on one day of the trip. Instants carry the offset of `zone`; what has no hour has only its day."""

    kind: str
    day: date
    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str
    place: str


@dataclass(slots=True, kw_only=True)
class FindingShape:
    kind: str
    severity: str
    text: str


@dataclass(slots=True, kw_only=True)
class ItineraryShape:
    booking: str
    status: str
    zone: str
    legs: list[Leg]
    findings: list[FindingShape]


@dataclass(slots=True, kw_only=True)
class Problem:
    """RFC 9457."""

    type: str
    title: str
    status: int
    errors: dict[str, str] | None = None
    nearest: Sequence[WindowShape] | None = None
