"""What is known of a clinic: where it is, its clock, its money, how to reach it, when it is closed every year."""

import re
from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationError

from booking.kit.times import is_zone
from booking.programmes.parts import Part
from booking.programmes.written import Written

ANY_YEAR: Final = 2027  # not a leap year: 29 February is no day of every year


def _zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError("is not an IANA time zone such as America/Antigua")
    return name


def _currency(code: str) -> str:
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError("is not an ISO 4217 code such as USD")
    return code


def _day_of_the_year(day: str) -> str:
    try:
        date.fromisoformat(f"{ANY_YEAR}-{day}")
    except ValueError:
        raise ValueError("is not a day of the year such as 12-24") from None
    return day


Line = Annotated[str, Field(min_length=1, max_length=160)]
DayOfTheYear = Annotated[str, AfterValidator(_day_of_the_year)]


class Address(Part):
    """`country` is ISO 3166; `place` is what people call where it is: "10:00 in Antigua"."""

    lines: tuple[Line, ...] = Field(min_length=1)
    city: Line
    country: str = Field(pattern="^[A-Z]{2}$")
    place: Line


class ClosedYearly(Part):
    """Closed from the first to the last of these days, of every year; the last may be in the next one."""

    name: Line
    first: DayOfTheYear
    last: DayOfTheYear


class ClinicFacts(Part):
    slug: str = Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    name: Line
    address: Address
    zone: Annotated[str, AfterValidator(_zone)]
    currency: Annotated[str, AfterValidator(_currency)]
    languages: tuple[str, ...] = Field(min_length=1)
    airport: str = Field(pattern="^[A-Z]{3}$")
    phone: str = Field(min_length=5, max_length=32)
    email: str = Field(pattern="^[^@\\s]+@[^@\\s]+$", max_length=254)
    closed_yearly: tuple[ClosedYearly, ...] = ()


def facts_of(written: Written) -> ClinicFacts:
    """The clinic's facts as they are written. Raises WrittenWrong."""
    try:
        return ClinicFacts.model_validate(written.table("clinic"))
    except ValidationError as fault:
        error = fault.errors()[0]
        what = error["msg"].removeprefix("Value error, ")
        raise written.wrong("clinic", ".".join(map(str, error["loc"])), what) from fault
