"""The clinic's payment terms as data, and the pure rules that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Any

from booking.kit.money import Money

WHOLE = Decimal(100)


class BadTerms(ValueError):
    """A programme's terms cannot be read; the message names the field."""


class RefundCause(StrEnum):
    """Why money goes back. Only a change of mind is measured in days."""

    CHANGE_OF_MIND = "change_of_mind"
    CLINIC_DECLINED = "clinic_declined"
    HEALTH = "health"
    DATES_GONE = "dates_gone"
    PAID_TWICE = "paid_twice"


@dataclass(frozen=True, slots=True)
class RefundStep:
    """From this many days before arrival on, this percentage goes back."""

    days: int
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """What a booking owes when, and what comes back. `steps` run from the most days to the fewest."""

    deposit_percent: Decimal | None
    deposit_amount: Money | None
    balance_due_days: int
    steps: tuple[RefundStep, ...]

    @classmethod
    def parse(cls, data: Mapping[str, Any], currency: str) -> "Terms":
        """From the terms of a programme or a plan as stored; BadTerms names what cannot be read.

        {"deposit": 250000, "balance_due_days": 30,
         "refund_steps": [{"days": 60, "percent": 100}, {"days": 30, "percent": 50}, {"days": 0, "percent": 0}]}

        The deposit counts the currency's smallest unit, or is {"percent": 20} of the price. Other fields are not ours.
        Fewer days before arrival than the last step has: nothing comes back.
        """
        deposit = data.get("deposit")
        return cls(
            deposit_percent=_percent(deposit.get("percent"), "deposit.percent")
            if isinstance(deposit, Mapping)
            else None,
            deposit_amount=None if isinstance(deposit, Mapping) else Money(_count(deposit, "deposit"), currency),
            balance_due_days=_count(data.get("balance_due_days"), "balance_due_days"),
            steps=_steps(data.get("refund_steps")),
        )

    def deposit_of(self, total: Money) -> Money:
        """The deposit for a trip of this price: never more than the price."""
        if self.deposit_amount is not None:
            return min(self.deposit_amount, total)
        return total.share(self.deposit_percent or Decimal(0))

    def balance_due_on(self, arrival: date, today: date) -> date:
        """The day by which the rest is to be paid: never a day that has passed."""
        return max(arrival - timedelta(days=self.balance_due_days), today)


def refund_percent(arrival: date, today: date, terms: Terms, cause: RefundCause) -> Decimal:
    """The percentage of what was paid that goes back if the trip is cancelled today.

    All of it whenever the reason is not a change of mind: the clinic declines, the patient's health does, the dates
    went to someone else, or it was paid twice. Both dates are the clinic's own.
    """
    if cause is not RefundCause.CHANGE_OF_MIND:
        return WHOLE
    days_left = (arrival - today).days
    return next((step.percent for step in terms.steps if days_left >= step.days), Decimal(0))


def refund_due(paid: Money, arrival: date, today: date, terms: Terms, cause: RefundCause) -> Money:
    """What the clinic owes back of `paid` if the trip is cancelled today, by the terms agreed at booking."""
    return paid.share(refund_percent(arrival, today, terms, cause))


@dataclass(frozen=True, slots=True)
class ComesBack:
    """Whoever cancels up to and on this day gets this percentage of what they paid."""

    until: date
    percent: Decimal


def what_comes_back(arrival: date, today: date, terms: Terms) -> tuple[ComesBack, ...]:
    """The refund steps as days of the clinic's calendar: those that have not passed and that give something back.

    >>> what_comes_back(date(2027, 4, 5), date(2027, 3, 10), terms)  # 30 days: all, 14 days: half, 0 days: nothing
    (ComesBack(until=date(2027, 3, 22), percent=Decimal(50)),)
    """
    days = (ComesBack(arrival - timedelta(days=step.days), step.percent) for step in terms.steps)
    return tuple(one for one in days if one.until >= today and one.percent)


def _steps(written: Any) -> tuple[RefundStep, ...]:
    if not isinstance(written, list) or not all(isinstance(step, Mapping) for step in written):
        raise BadTerms("refund_steps: give a list of steps, each with days and percent")
    steps = tuple(
        RefundStep(
            _count(step.get("days"), f"refund_steps.{at}.days"),
            _percent(step.get("percent"), f"refund_steps.{at}.percent"),
        )
        for at, step in enumerate(written)
    )
    ordered = tuple(sorted(steps, key=lambda step: -step.days))
    if len({step.days for step in steps}) < len(steps):
        raise BadTerms("refund_steps: two steps have the same number of days")
    if any(later.percent > earlier.percent for earlier, later in pairwise(ordered)):
        raise BadTerms("refund_steps: cancelling later never gives back more")
    return ordered


def _count(written: Any, field: str) -> int:
    if isinstance(written, bool) or not isinstance(written, int) or written < 0:
        raise BadTerms(f"{field}: give a whole number from 0")
    return written


def _percent(written: Any, field: str) -> Decimal:
    try:
        percent = Decimal(str(written))
        # Not a number compares with nothing: it raises here too.
        known = 0 <= percent <= WHOLE
    except InvalidOperation as fault:
        raise BadTerms(f"{field}: give a percentage") from fault
    if not known:
        raise BadTerms(f"{field}: give a percentage from 0 to 100")
    return percent
