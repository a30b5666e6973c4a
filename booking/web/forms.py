"""Forms: what was typed is kept, what is wrong is said beside the field, nothing is lost."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from enum import Enum
from typing import TypeVar

from email_validator import EmailNotValidError, validate_email
from starlette.requests import Request

from booking.kit.errors import Invalid
from booking.kit.words import Text, _

Choice = TypeVar("Choice", bound=Enum)
FIRST_PRINTABLE = 0x20


class Form:
    """Values as typed and errors by field. Each reader gives the value, or None and an error."""

    def __init__(self, values: Mapping[str, str] | None = None, many: Mapping[str, list[str]] | None = None) -> None:
        self.values: dict[str, str] = dict(values or {})
        self.many: dict[str, list[str]] = dict(many or {})
        self.errors: dict[str, Text] = {}

    @classmethod
    async def read(cls, request: Request) -> "Form":
        """What the browser sent. Control characters that no text has (a NUL, say) are left out."""
        async with request.form(max_files=0, max_fields=500) as sent:
            many: dict[str, list[str]] = {}
            for name, value in sent.multi_items():
                if isinstance(value, str):
                    many.setdefault(name, []).append(_clean(value))
        return cls({name: values[-1] for name, values in many.items()}, many)

    @property
    def ok(self) -> bool:
        return not self.errors

    def refuse(self, name: str, why: Text) -> None:
        """Put an error beside a field; the first one said stays."""
        self.errors.setdefault(name, why)

    def refuse_all(self, invalid: Invalid) -> None:
        for name, why in invalid.errors.items():
            self.refuse(name, why)

    def text(self, name: str, *, required: bool = True, at_most: int = 2_000) -> str:
        """Trimmed text; empty if it is missing, which is an error where it is required."""
        value = self.values.get(name, "").strip()
        if required and not value:
            self.refuse(name, _("Please fill this in."))
        if len(value) > at_most:
            self.refuse(name, _("Please shorten this to %(most)s characters.").with_facts(most=at_most))
        return value

    def email(self, name: str) -> str:
        value = self.text(name, at_most=254)
        if value and name not in self.errors:
            try:
                return validate_email(value, check_deliverability=False).normalized
            except EmailNotValidError:
                self.refuse(name, _("This does not look like an email address. Example: name@example.com"))
        return value

    def number(self, name: str, *, least: int, most: int, required: bool = True) -> int | None:
        value = self.text(name, required=required, at_most=20)
        if not value:
            return None
        try:
            number = int(value)
        except ValueError:
            self.refuse(name, _("Please write a whole number."))
            return None
        if not least <= number <= most:
            self.refuse(name, _("Please give a number from %(least)s to %(most)s.").with_facts(least=least, most=most))
            return None
        return number

    def one_of(self, name: str, choices: Iterable[str], *, required: bool = True) -> str | None:
        value = self.text(name, required=False, at_most=200)
        if value in set(choices):
            return value
        if value or required:
            self.refuse(name, _("Please choose one of the answers."))
        return None

    def choice(self, name: str, choices: type[Choice]) -> Choice | None:
        value = self.one_of(name, [str(each.value) for each in choices])
        return choices(value) if value is not None else None

    def some_of(self, name: str, choices: Iterable[str]) -> list[str]:
        known = set(choices)
        return [value for value in self.many.get(name, []) if value in known]

    def weekdays(self, name: str) -> frozenset[int]:
        """The days of the week that are ticked, Monday being 0."""
        return frozenset(int(day) for day in self.some_of(name, map(str, range(7))))

    def ticked(self, name: str) -> bool:
        return self.values.get(name, "") not in {"", "off", "no"}

    def date(self, name: str, *, required: bool = True) -> date | None:
        """A date from three boxes `name-day`, `name-month`, `name-year`, or from one ISO value."""
        parts = [self.values.get(f"{name}-{part}", "").strip() for part in ("year", "month", "day")]
        written = self.values.get(name, "").strip() or ("-".join(parts) if any(parts) else "")
        if not written:
            if required:
                self.refuse(name, _("Please give the date."))
            return None
        try:
            year, month, day = (int(part) for part in written.split("-"))
            return date(year, month, day)
        except ValueError:
            self.refuse(name, _("This is not a date. Example: 27 3 2027"))
            return None

    def time(self, name: str, *, required: bool = True) -> time | None:
        """A time of day on a 24-hour clock, `14:05`."""
        value = self.text(name, required=required, at_most=8)
        if not value:
            return None
        try:
            return time.fromisoformat(value.zfill(5)).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            self.refuse(name, _("This is not a time of day. Example: 14:05"))
            return None


def _clean(value: str) -> str:
    return "".join(mark for mark in value.replace("\r\n", "\n") if mark in "\n\t" or ord(mark) >= FIRST_PRINTABLE)
