"""What would change if a booking went to other dates: nothing does, but that the trail knows what was read for it."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking, BookingStatus
from booking.consultations.models import Case
from booking.itineraries.findings import Finding, findings
from booking.journeys.agreement import agreed, today_at_clinic
from booking.journeys.first_day import FirstDay
from booking.journeys.movable import first_day_on, is_too_soon, movable, wanted
from booking.journeys.offer import Offer
from booking.journeys.open_itinerary import appointments_of, trip_of
from booking.journeys.plan_messages import balance_due_of, schedules
from booking.journeys.say import address_of
from booking.kit.db import transaction
from booking.programmes.models import Clinic
from booking.slots.windows import Window


@dataclass(frozen=True, slots=True)
class MovedMail:
    """A planned mail before and after: None where it is not sent then."""

    occasion: str
    recipient: str
    was_due: datetime | None
    is_due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a move would change. `unfit` are the findings that it would bring; balance days are None if nothing is owed.

    `too_soon` is the day before which the case's treatment must not start, if it would: then it is only done if told so again.
    """

    booking: Booking
    clinic: Clinic
    before: Window
    after: Window
    balance_was_due: date | None
    balance_is_due: date | None
    mails: tuple[MovedMail, ...]
    unfit: tuple[Finding, ...]
    too_soon: FirstDay | None


async def preview_move(viewer: Viewer, code: str, token: str, *, language: str, key: bytes, now: datetime) -> Move:
    """What `reschedule` would change: nothing is. Raises as it does, but for what only the moment itself can tell."""
    async with transaction():
        booking, clinic, offer = await movable(viewer, code, now=now)
        after = wanted(booking, token, clinic, offer, key=key)
        return await changes(viewer, booking, clinic, offer, after, language=language, now=now)


async def changes(
    viewer: Viewer, booking: Booking, clinic: Clinic, offer: Offer, after: Window, *, language: str, now: datetime
) -> Move:
    """What else changes if the booking is put on this window. Runs in the caller's transaction. Raises TooYoungThen."""
    before = Window.from_json(booking.claimed)
    first = await first_day_on(viewer, booking.case, after, offer, now=now)
    was_due = await balance_due_of(booking)
    is_due = await _balance_due(booking.case, after, now=now) if was_due else None
    return Move(
        booking=booking,
        clinic=clinic,
        before=before,
        after=after,
        balance_was_due=was_due,
        balance_is_due=is_due,
        mails=await _mails(booking, (before, was_due), (after, is_due), now=now),
        unfit=await _unfit(viewer, booking, clinic, offer, after, language=language, now=now),
        too_soon=first if is_too_soon(before, after, first) else None,
    )


async def _balance_due(case: Case, window: Window, *, now: datetime) -> date:
    _total, terms = await agreed(case)
    return terms.balance_due_on(window.start, await today_at_clinic(case, now))


async def _mails(
    booking: Booking, before: tuple[Window, date | None], after: tuple[Window, date | None], *, now: datetime
) -> tuple[MovedMail, ...]:
    if booking.status is not BookingStatus.CONFIRMED:
        return ()
    was, will = await _due(booking, *before, now=now), await _due(booking, *after, now=now)
    moved = (MovedMail(*which, was_due=was.get(which), is_due=will.get(which)) for which in {**was, **will})
    return tuple(mail for mail in moved if mail.was_due != mail.is_due)


async def _due(
    booking: Booking, window: Window, balance_due: date | None, *, now: datetime
) -> dict[tuple[str, str], datetime]:
    """When each mail would be due, by its occasion and whom it goes to."""
    return {
        (mail.occasion, schedule.person.name): mail.due_at
        for schedule in await schedules(booking, window, balance_due, now=now)
        for mail in schedule.mails
    }


async def _unfit(
    viewer: Viewer, booking: Booking, clinic: Clinic, offer: Offer, after: Window, *, language: str, now: datetime
) -> tuple[Finding, ...]:
    trip = await trip_of(viewer, booking, clinic, offer, language=language, now=now)
    place = address_of(clinic)
    moved = replace(trip, appointments=appointments_of(after, offer.protocol, place=place, language=language))
    fitted_before = [(finding.kind, finding.leg) for finding in findings(trip, offer.travel)]
    return tuple(one for one in findings(moved, offer.travel) if (one.kind, one.leg) not in fitted_before)
