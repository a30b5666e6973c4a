"""From which day on a treatment may start for a case, whatever is free: what the clinic asks, and what the body does."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from booking.accounts.viewers import Viewer
from booking.consultations.models import Case
from booking.itineraries.rules import DaysByStroke, TravelRules
from booking.journeys.agreement import Agreement
from booking.journeys.offer import Offer
from booking.journeys.open_itinerary import stroke_of
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


@dataclass(frozen=True, slots=True, order=True)
class FirstDay:
    """A clinic-local day, and why it is none before."""

    day: date
    because: Because


class TooSoon(Refusal):
    """The dates begin before the case's first day."""

    status = 422
    say = _("These dates begin too soon: your treatment can start from %(day)s on. Please choose later ones.")


def notice(clinic: Clinic, offer: Offer, now: datetime) -> FirstDay:
    """As many days ahead as the programme asks of anyone."""
    return FirstDay(in_zone(now, clinic.zone).date() + timedelta(days=offer.content.lead_days), Because.NOTICE)


def first_day(case: Case, clinic: Clinic, offer: Offer, agreement: Agreement, now: datetime) -> FirstDay:
    """The first day of a case, as far as it can be told without its records."""
    thought_over = in_zone(agreement.cooling_off_until, clinic.zone).date() + timedelta(days=1)
    days = [notice(clinic, offer, now), FirstDay(thought_over, Because.THINKING)]
    if case.not_before:
        days.append(FirstDay(case.not_before, Because.STAFF))
    return max(days, key=lambda each: each.day)


async def first_day_known(
    viewer: Viewer, case: Case, clinic: Clinic, offer: Offer, agreement: Agreement, *, now: datetime
) -> FirstDay | None:
    """The same, and not before it is safe to fly after the stroke; None for staff of the clinic, who may go below.

    The records are opened, and the trail says so, only where the rule could ask for a later day at all.
    """
    if case.clinic_id in viewer.clinics:
        return None
    known = first_day(case, clinic, offer, agreement, now)
    rule = TravelRules.parse(offer.content.travel_rules).fly_after_stroke
    asked_on = in_zone(case.created_at, clinic.zone).date()
    if rule is None or asked_on + _longest(rule) <= known.day:
        return known
    async with transaction():
        stroke_on, kind = await stroke_of(viewer, case, now=now)
    if stroke_on is None:
        return known
    # They land on the day before the treatment at the latest.
    fit = FirstDay(stroke_on + timedelta(days=rule.days_for(kind) + 1), Because.FLYING)
    return max(known, fit, key=lambda each: each.day)


def require_not_too_soon(viewer: Viewer, case: Case, start: date, first: FirstDay) -> None:
    """Raises TooSoon for a family or a partner; staff of the clinic may go below."""
    if start < first.day and case.clinic_id not in viewer.clinics:
        raise TooSoon(day=show_date(first.day, viewer.language or case.language))


def _longest(rule: DaysByStroke) -> timedelta:
    return timedelta(days=max(rule.days.values()) + 1)
