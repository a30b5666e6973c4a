"""Reading the answers of a request: each is checked where it is asked, and refused in words that help."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from booking.accounts.people import LONGEST_NAME, normal_email, normal_phone
from booking.consultations.screens import Field, Given, Kind, Screen, screens_for
from booking.kit.errors import Invalid, Refusal
from booking.kit.times import is_zone, show_date
from booking.kit.words import LANGUAGES, Text, _, own_name

LONGEST: Final = 4000
OLDEST: Final = 120
# Dates are offered up to 18 months ahead: whoever is old enough by then may ask.
OFFERED_YEARS_AHEAD: Final = 1.5

MISSING: Final = _("Please answer this.")
NOT_A_CHOICE: Final = _("Please choose one of the answers.")
NOT_A_DATE: Final = _("Please write a day, a month and a year that exist.")
NOT_A_YEAR: Final = _("Please write the year with four digits, not later than this year.")
TOO_LONG: Final = _(
    "This is too long. Please write up to %(most)s characters; you can send longer texts as a document."
)
TOO_YOUNG: Final = _(
    "This treatment is only for people of %(age)s years or older, so we cannot take this request. We are sorry."
)
NONE_AND_MORE: Final = _("Please choose either “None of these” or what fits, not both.")
BEFORE_BIRTH: Final = _("This is before the date of birth that you gave.")


class NotComplete(Refusal):
    """Something is still to be answered: `screen` says where."""

    status = 422
    say = _("One question is not answered yet. Please answer it, and then send your request.")

    def __init__(self, screen: str) -> None:
        super().__init__()
        self.screen = screen


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer is read against: the day, and the programme's lowest age."""

    today: date
    minimum_age: int


def read_screen(
    screen: Screen, typed: Mapping[str, Sequence[str]], *, given: Given, reading: Reading
) -> dict[str, Any]:
    """The screen's answers as JSON, from a form's lists of strings.

    Raises Invalid, with a sentence beside each field that cannot be used.
    """
    answers: dict[str, Any] = {}
    errors: dict[str, Text] = {}
    for field in screen.fields:
        texts = [text.strip() for text in typed.get(field.key, ()) if text.strip()]
        try:
            answers[field.key] = _read_field(field, texts, reading)
        except Invalid as fault:
            errors[field.key] = next(iter(fault.errors.values()))
    errors = _together({**given, **answers}, answers, reading) | errors
    if errors:
        raise Invalid(errors)
    return answers


def read_whole(typed: Mapping[str, Sequence[str]], *, reading: Reading) -> dict[str, Any]:
    """A whole request at once, as a partner's system sends it. Raises Invalid with every error there is."""
    given: dict[str, Any] = {}
    errors: dict[str, Text] = {}
    given["who_asks"] = next(iter(typed.get("who_asks", ())), None)
    for screen in screens_for(given):
        try:
            given |= read_screen(screen, typed, given=given, reading=reading)
        except Invalid as fault:
            errors |= fault.errors
    if errors:
        raise Invalid(errors)
    return given


def first_open(given: Given) -> Screen | None:
    """The first screen that still lacks a required answer; None when the request is complete."""
    for screen in screens_for(given):
        if any(field.required and not given.get(field.key) for field in screen.fields):
            return screen
        if any(field.key not in given for field in screen.fields):
            return screen
    return None


def old_enough(birth: date, *, on: date, minimum_age: int) -> bool:
    """Whether someone born that day has the age on that day; who was born on 29 February has it on 1 March."""
    return (on.year - birth.year) - ((on.month, on.day) < (birth.month, birth.day)) >= minimum_age


def told(given: Given, language: str) -> list[tuple[Text, str]]:
    """Each answer given beside its label, in words, for the desk and for looking it over."""
    return [line for screen in screens_for(given) for line in told_on(screen, given, language)]


def told_on(screen: Screen, given: Given, language: str) -> list[tuple[Text, str]]:
    """The same for one screen."""
    return [
        (field.label, _in_words(field, given[field.key], language)) for field in screen.fields if given.get(field.key)
    ]


def _read_field(field: Field, texts: list[str], reading: Reading) -> Any:
    if not texts:
        if field.required:
            raise Invalid({field.key: MISSING})
        return [] if field.kind is Kind.SEVERAL else None
    if field.kind is Kind.SEVERAL:
        return _several(field, texts)
    return READERS[field.kind](field, texts[0], reading)


def _several(field: Field, texts: list[str]) -> list[str]:
    chosen = [key for key in field.choices or {} if key in texts]
    if len(chosen) < len(set(texts)):
        raise Invalid({field.key: NOT_A_CHOICE})
    if "none" in chosen and len(chosen) > 1:
        raise Invalid({field.key: NONE_AND_MORE})
    return chosen


def _choice(field: Field, text: str, _reading: Reading) -> str:
    if text not in (field.choices or {}):
        raise Invalid({field.key: NOT_A_CHOICE})
    return text


def _line(field: Field, text: str, _reading: Reading) -> str:
    return _at_most(field, " ".join(text.split()), LONGEST_NAME)


def _paragraph(field: Field, text: str, _reading: Reading) -> str:
    return _at_most(field, text.replace("\r\n", "\n"), LONGEST)


def _at_most(field: Field, text: str, most: int) -> str:
    if len(text) > most or "\0" in text:
        raise Invalid({field.key: TOO_LONG.with_facts(most=most)})
    return text


def _date(field: Field, text: str, reading: Reading) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid({field.key: NOT_A_DATE}) from None
    if not reading.today.year - OLDEST <= day.year or day > reading.today:
        raise Invalid({field.key: NOT_A_DATE})
    return day.isoformat()


def _year(field: Field, text: str, reading: Reading) -> int:
    if not (text.isascii() and text.isdigit()) or not reading.today.year - OLDEST <= int(text) <= reading.today.year:
        raise Invalid({field.key: NOT_A_YEAR})
    return int(text)


def _language(field: Field, text: str, _reading: Reading) -> str:
    if text not in LANGUAGES:
        raise Invalid({field.key: NOT_A_CHOICE})
    return text


def _zone(field: Field, text: str, _reading: Reading) -> str:
    if not is_zone(text):
        raise Invalid({field.key: NOT_A_CHOICE})
    return text


READERS: Final[Mapping[Kind, Callable[[Field, str, Reading], Any]]] = {
    Kind.CHOICE: _choice,
    Kind.LINE: _line,
    Kind.PARAGRAPH: _paragraph,
    Kind.EMAIL: lambda _field, text, _reading: normal_email(text),
    Kind.PHONE: lambda _field, text, _reading: normal_phone(text),
    Kind.DATE: _date,
    Kind.YEAR: _year,
    Kind.LANGUAGE: _language,
    Kind.ZONE: _zone,
}


def _together(given: Given, answers: Given, reading: Reading) -> dict[str, Text]:
    """What is wrong only when answers are seen beside each other, for the fields of this screen."""
    errors = {}
    birth = given.get("birth_date")
    if birth and "birth_date" in answers and not _can_be_old_enough(date.fromisoformat(birth), reading):
        errors["birth_date"] = TOO_YOUNG.with_facts(age=reading.minimum_age)
    year, month = given.get("stroke_year"), given.get("stroke_month")
    if "stroke_year" in answers and year and month:
        first = f"{year}-{month if month != 'unknown' else '12'}"
        if birth and first < birth[:7]:
            errors["stroke_year"] = BEFORE_BIRTH
        elif month != "unknown" and first > reading.today.isoformat()[:7]:
            errors["stroke_year"] = NOT_A_YEAR
    return errors


def _can_be_old_enough(birth: date, reading: Reading) -> bool:
    months = reading.today.year * 12 + reading.today.month - 1 + round(OFFERED_YEARS_AHEAD * 12)
    last_offered = date(months // 12, months % 12 + 1, min(reading.today.day, 28))
    return old_enough(birth, on=last_offered, minimum_age=reading.minimum_age)


def _in_words(field: Field, value: Any, language: str) -> str:
    if field.kind is Kind.SEVERAL:
        return "; ".join((field.choices or {})[one].into(language) for one in value)
    if field.kind is Kind.CHOICE:
        return (field.choices or {})[value].into(language)
    if field.kind is Kind.DATE:
        return show_date(date.fromisoformat(value), language)
    return own_name(value) if field.kind is Kind.LANGUAGE else str(value)
