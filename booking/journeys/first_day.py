"""From which day on a treatment may start for a case, whatever is free: what the clinic asks, and what the body does."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from booking.accounts.viewers import Scope, Viewer
from booking.consultations import cases, drafts
from booking.consultations.drafts import Told
from booking.consultations.footing import LastWord
from booking.consultations.models import Case
from booking.journeys.agreement import Agreement
from booking.journeys.offer import Offer
from booking.kit.db import transaction
from booking.kit.errors import Refusal
from booking.kit.times import in_zone, show_date
from booking.kit.words import _
from booking.programmes.models import Clinic


class Because(StrEnum):
    """What a first day follows from."""

    NOTICE = "notice"  # the programme says how many days ahead dates are chosen
    THINKING = "thinking"  # the time to think is not over
    STAFF = "staff"  # records are awaited, or someone is not fit to travel yet
    FLYING = "flying"  # so soon after the stroke, flying is not safe


class FirstDay(NamedTuple):
    """A clinic-local day, and why it is none before."""

    day: date
    because: Because


class TooSoon(Refusal):
    """The dates begin before the case's first day."""

    status = 422
    say = _("These dates begin too soon: your treatment can start from %(day)s on. Please choose later ones.")


class BeforeFirstDay(TooSoon):
    """The same, told to staff: they may go below it if they say so."""

    say = _("These dates begin before %(day)s, from which day on this treatment may start. The booking was not moved.")


def notice(clinic: Clinic, offer: Offer, now: datetime) -> FirstDay:
    """As many days ahead as the programme asks of anyone."""
    return FirstDay(in_zone(now, clinic.zone).date() + timedelta(days=offer.content.lead_days), Because.NOTICE)


def first_day(case: Case, clinic: Clinic, offer: Offer, agreement: Agreement, now: datetime) -> FirstDay:
    """The first day of a case, as far as it can be told without its records."""
    days = [notice(clinic, offer, now), thought_over(clinic, agreement), *_set_by_staff(case.not_before)]
    return _latest(days)


def thought_over(clinic: Clinic, agreement: Agreement) -> FirstDay:
    """The day after the time to think is over: sooner than that nobody is treated, however short the notice."""
    day = in_zone(agreement.cooling_off_until, clinic.zone).date() + timedelta(days=1)
    return FirstDay(day, Because.THINKING)


def as_of_now(first: FirstDay, word: LastWord, offer: Offer) -> FirstDay:
    """The first day by the last word on the case: what staff have set meanwhile counts, and what the records say."""
    return _latest([first, *_set_by_staff(word.not_before), *_fit_to_fly(word.told, offer)])


async def first_day_known(
    viewer: Viewer, case: Case, clinic: Clinic, offer: Offer, agreement: Agreement, *, now: datetime
) -> FirstDay | None:
    """The same, and not before it is safe to fly after the stroke; None for staff of the clinic, who may go below.

    The records are opened, and the trail says so, only where the rule could ask for a later day at all. Who may not
    read them learns the day, as one that the clinic has set, and nothing of why.
    """
    if case.clinic_id in viewer.clinics:
        return None
    known = first_day(case, clinic, offer, agreement, now)
    if case.created_at.date() + longest_until_fit(offer) <= known.day:
        return known
    async with transaction():
        told = await drafts.told_of(case, viewer=viewer, now=now)
    first = _latest([known, *_fit_to_fly(told, offer)])
    if first.because is Because.FLYING and not cases.may(viewer, case, Scope.RECORDS):
        return FirstDay(first.day, Because.STAFF)
    return first


def require_not_too_soon(viewer: Viewer, case: Case, start: date, first: FirstDay) -> None:
    """Raises TooSoon, or to staff of the clinic BeforeFirstDay."""
    if start < first.day:
        refusal = BeforeFirstDay if case.clinic_id in viewer.clinics else TooSoon
        raise refusal(day=show_date(first.day, viewer.language or case.language))


def longest_until_fit(offer: Offer) -> timedelta:
    """After so long the rule of flying asks nothing of anyone any more, however late the stroke was told."""
    rule = offer.travel.fly_after_stroke
    return timedelta(days=max(rule.days.values()) + 1) if rule else timedelta()


def _set_by_staff(not_before: date | None) -> list[FirstDay]:
    return [FirstDay(not_before, Because.STAFF)] if not_before else []


def _fit_to_fly(told: Told, offer: Offer) -> list[FirstDay]:
    """They land on the day before the treatment at the latest."""
    rule = offer.travel.fly_after_stroke
    if rule is None or told.stroke_on is None:
        return []
    return [FirstDay(told.stroke_on + timedelta(days=rule.days_for(told.stroke_kind) + 1), Because.FLYING)]


def _latest(days: Iterable[FirstDay]) -> FirstDay:
    return max(days, key=lambda each: each.day)
