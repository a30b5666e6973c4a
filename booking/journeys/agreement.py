"""What was agreed with a patient: the accepted plan's price and terms, whatever the programme says by now."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking
from booking.consultations import consents, plans
from booking.consultations.consents import Standing
from booking.consultations.footing import LastWord, last_word
from booking.consultations.models import Case, CaseStatus
from booking.journeys.offer import clinic_of
from booking.kit.errors import WrongMoment
from booking.kit.money import Money
from booking.kit.times import in_zone
from booking.payments.charges import open_balance
from booking.payments.models import Charge
from booking.payments.terms import Terms
from booking.slots.windows import Window

AGREED: Final = frozenset({CaseStatus.CONSENTED, CaseStatus.BOOKED})


@dataclass(frozen=True, slots=True)
class Agreement:
    """The price and the terms that were consented to, and until when that may be thought over."""

    cooling_off_until: datetime
    total: Money
    terms: Terms


async def require_agreement(case: Case) -> Agreement:
    """What was consented to: on it dates may be chosen and paid for.

    Raises NoConsent, and WrongMoment if the clinic has said no since, or the case has ended.
    """
    return agreement_in(case, await consents.require_standing(case))


def agreement_in(case: Case, standing: Standing) -> Agreement:
    """The same from a consent that has been read already. Raises WrongMoment."""
    if case.status not in AGREED:
        raise WrongMoment
    return Agreement(standing.cooling_off_until, standing.total, _terms(standing.terms, standing.total.currency))


async def still_agreed(viewer: Viewer, case: Case, *, now: datetime) -> LastWord:
    """The last word on the case of whoever has just taken dates for it, with what was read for it in the trail.

    Raises WrongMoment if the case is no longer agreed; else it stays so until the transaction ends.
    """
    word = await last_word(case)
    if word.status not in AGREED:
        raise WrongMoment
    for deed in word.read:
        await audit.record(viewer, *deed, now=now)
    return word


@lru_cache(maxsize=1_000)
def _terms(written: str, currency: str) -> Terms:
    """The plans of a programme's version say them in the same words: they are read once."""
    return Terms.parse(json.loads(written), currency)


async def agreed(case: Case) -> tuple[Money, Terms]:
    """The whole price and the terms. Raises WrongMoment while no plan stands."""
    plan = await plans.standing(case)
    if plan is None:
        raise WrongMoment
    return Money(plan.total, plan.currency), Terms.parse(plan.terms, plan.currency)


def arrival_of(booking: Booking) -> date:
    """The clinic-local day of the first step: what every term counts from."""
    return Window.from_json(booking.window).start


async def today_at_clinic(case: Case, now: datetime) -> date:
    """The date on the clinic's wall."""
    return in_zone(now, (await clinic_of(case)).zone).date()


async def balance_of_trip(booking: Booking, case: Case, *, now: datetime) -> Charge | None:
    """The booking's balance charge, opened if it was not; None if the deposit was the whole price."""
    total, terms = await agreed(case)
    today = await today_at_clinic(case, now)
    return await open_balance(booking, total, terms, arrival=arrival_of(booking), today=today, now=now)
