"""Which dates would do for someone who found none. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

from booking.bookings.models import Wait
from booking.kit.errors import Invalid
from booking.kit.times import days_between
from booking.kit.words import _

LONGEST_AWAY: Final = 366
LONGEST_STAY: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which dates would do, in the clinic's calendar, first and last included.

    `away` are days that must stay free, and so must these `weekdays`, Monday being 0.
    """

    first_day: date
    last_day: date
    away: tuple[tuple[date, date], ...] = ()
    interpreter: str | None = None
    weekdays: frozenset[int] = frozenset()

    @classmethod
    def of(cls, wait: Wait) -> Self:
        away = tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in wait.away)
        return cls(wait.first_day, wait.last_day, away, wait.interpreter, frozenset(wait.weekdays))

    @property
    def not_on(self) -> frozenset[date]:
        """Every single day on which nothing may be done, as far as a stay can reach."""
        away = frozenset(day for stretch in self.away for day in days_between(*stretch))
        reach = days_between(self.first_day, self.last_day + LONGEST_STAY) if self.weekdays else ()
        return away.union(day for day in reach if day.weekday() in self.weekdays)

    def told(self) -> list[list[str]]:
        """The days away, as they are kept."""
        return [[first.isoformat(), last.isoformat()] for first, last in self.away]

    def check(self, *, today: date, horizon: date) -> None:
        """Raises Invalid unless it names days to come, the right way round, none of them after `horizon`."""
        errors = {}
        if self.last_day < self.first_day:
            errors["last_day"] = _("This is before the first day. Please choose a later one.")
        elif self.last_day <= today:
            errors["last_day"] = _("This day has passed. Please choose one that is still to come.")
        elif self.last_day > horizon:
            errors["last_day"] = _("We can look 18 months ahead, not further. Please choose an earlier day.")
        for number, (first, last) in enumerate(self.away, 1):
            if last < first:
                errors[f"away_{number}_last"] = _("This is before the first of these days. Please choose a later one.")
            elif (last - first).days > LONGEST_AWAY:
                errors[f"away_{number}_last"] = _("This is more than a year. Please choose an earlier day.")
        if errors:
            raise Invalid(errors)
