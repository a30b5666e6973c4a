"""The clinic's terms: when money is due, what comes back, how long one may think."""

from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from booking.programmes.parts import Part


class RefundStep(Part):
    """Cancelled at least `days` days before arrival: `percent` of what was paid comes back."""

    days: int = Field(ge=0)
    percent: int = Field(ge=0, le=100)


class Terms(Part):
    """`deposit` counts the smallest unit of the programme's currency; `balance_due_days` are before arrival.

    A full refund is always due if the clinic declines or the patient's health does: it is no term, and cannot be
    switched off here.
    """

    deposit: int = Field(gt=0)
    balance_due_days: int = Field(ge=0)
    refund_steps: tuple[RefundStep, ...] = Field(min_length=1)
    cooling_off_hours: int = Field(ge=0)
    hold_minutes: int = Field(ge=45, description="outlives Stripe's shortest checkout, 30 minutes, with room")
    offer_hours: int = Field(
        default=24, ge=4, le=168, description="how long dates that became free are kept for whoever waits for them"
    )
    minimum_age: int = Field(ge=0)

    @model_validator(mode="after")
    def _steps_fall(self) -> Self:
        if self.refund_steps[-1].days != 0:
            raise ValueError("the last refund step is for day 0, so that every day has one")
        if any(
            later.days >= sooner.days or later.percent > sooner.percent for sooner, later in pairwise(self.refund_steps)
        ):
            raise ValueError("refund steps go from many days to none, and never give more for less notice")
        return self
