"""A booking goes to other dates: what it claims, its days, its mails and its calendar go together, or all of it stays (G6)."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings import booking as bookings
from booking.bookings.booking import lapse_of
from booking.bookings.dates import move_dates, set_aside
from booking.bookings.models import Booking, BookingStatus
from booking.consultations import cases
from booking.consultations.models import Case
from booking.itineraries.findings import Finding, findings
from booking.journeys.agreement import agreed, require_agreement, still_agreed, today_at_clinic
from booking.journeys.find_dates import nearest_dates, wishes_of
from booking.journeys.first_day import FirstDay, as_of_now, first_day, require_not_too_soon, thought_over
from booking.journeys.links import Links
from booking.journeys.offer import Offer, clinic_of, offer_of
from booking.journeys.open_itinerary import appointments_of, trip_of
from booking.journeys.plan_messages import balance_due_of, plan_booking_messages, schedules
from booking.journeys.reserve import DatesGone, require_age, say_held
from booking.journeys.say import address_of, say_about_booking
from booking.journeys.wished_interpreter import interpreter_in
from booking.kit.db import transaction
from booking.kit.errors import MovedMeanwhile, WrongMoment
from booking.kit.words import _
from booking.payments.charges import move_balance_due
from booking.programmes.models import Clinic
from booking.slots import claims
from booking.slots.claims import WindowTaken
from booking.slots.substitutes import ways_to_take
from booking.slots.tokens import read_window_token
from booking.slots.windows import Window


class SameDates(WrongMoment):
    say = _("These are the dates that you have. Please choose other ones.")


class StayBegan(WrongMoment):
    say = _("This stay has begun, so its dates can no longer be moved.")


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


async def reschedule(
    viewer: Viewer,
    code: str,
    token: str,
    *,
    interpreter: str | None = None,
    tell: bool = True,
    anyway: bool = False,
    key: bytes,
    links: Links,
    now: datetime,
) -> Booking:
    """Put the booking on the window of `token`; until that is done the old dates stay its own.

    Staff of the clinic may move any; whoever may choose dates may move a hold, which lapses when it would have.
    Without `tell` the new dates of a confirmed booking are set aside: claimed, and everything that its family sees and
    gets stays as it was, until `tell_family`. Who holds dates is always told: they are about to pay for them.
    Staff may go below the case's first day if they say `anyway`, and the trail says that they did.

    Raises:
        NotFound, NotAllowedByThePatient, NoConsent: this viewer may not move it, or the consent is gone.
        WindowUnreadable, WindowOutdated, WindowPassed, SameDates: the token does not stand for dates to move to.
        StayBegan, WrongMoment: it cannot be moved any more.
        TooSoon, BeforeFirstDay: the case's treatment may not start then yet.
        TooYoungThen: the patient does not have the programme's age on those dates.
        MovedMeanwhile: someone moved or cancelled it first.
        DatesGone: someone was faster; it names the closest free dates.
    """
    seen, clinic, offer = await movable(viewer, code, now=now)
    window = _wanted(seen, token, clinic, offer, key=key)
    wishes = wishes_of(interpreter or await interpreter_in(window, seen.case))
    async for candidate in ways_to_take(window, offer.protocol, wishes, now=now, but_for=seen.id):
        with suppress(WindowTaken):
            return await put_on(viewer, seen, candidate, offer, tell=tell, anyway=anyway, links=links, now=now)
    nearest = await nearest_dates(clinic, offer, window, key=key, now=now, wishes=wishes, but_for=seen.id)
    raise DatesGone(clinic, offer, nearest)


async def preview_move(viewer: Viewer, code: str, token: str, *, language: str, key: bytes, now: datetime) -> Move:
    """What `reschedule` would change: nothing is. Raises as it does, but for what only the moment itself can tell."""
    async with transaction():
        booking, clinic, offer = await movable(viewer, code, now=now)
        after = _wanted(booking, token, clinic, offer, key=key)
        return await changes(viewer, booking, clinic, offer, after, language=language, now=now)


async def changes(
    viewer: Viewer, booking: Booking, clinic: Clinic, offer: Offer, after: Window, *, language: str, now: datetime
) -> Move:
    """What else changes if the booking is put on this window. Runs in the caller's transaction. Raises TooYoungThen."""
    before = Window.from_json(booking.claimed)
    first = await _first_day_of(viewer, booking.case, after, offer, now=now)
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
        too_soon=first if _is_too_soon(before, after, first) else None,
    )


async def movable(viewer: Viewer, code: str, *, underway: bool = False, now: datetime) -> tuple[Booking, Clinic, Offer]:
    """The booking, if the viewer may move it now; one whose stay has begun only if it may be `underway`."""
    booking = await bookings.get(viewer, code)
    if booking.status is BookingStatus.HELD:
        cases.require_to_book(viewer, booking.case)
    else:
        cases.require_staff(viewer, booking.case)
    if booking.status not in bookings.LIVE or lapse_of(booking, now) is not None:
        raise WrongMoment
    # Who was moved to dates that begin unknown to them has not come.
    has_come = booking.aside is None or booking.starts_at <= now
    if Window.from_json(booking.claimed).starts_at <= now and has_come and not underway:
        raise StayBegan
    await require_agreement(booking.case)
    return booking, await clinic_of(booking.case), await offer_of(booking.case.version_id)


def _wanted(booking: Booking, token: str, clinic: Clinic, offer: Offer, *, key: bytes) -> Window:
    window = read_window_token(token, key, protocol=offer.protocol, clinic_id=clinic.id, zone=clinic.zone)
    if window.steps == Window.from_json(booking.claimed).steps:
        raise SameDates
    return window


def hours(window: Window) -> list[object]:
    """When those who come are wanted: the same for windows that differ in people and rooms only."""
    return [(step.key, step.day, step.starts) for step in window.steps]


class Take(Protocol):
    """How the new window is claimed in place of the old, wholly or in part. Raises WindowTaken."""

    async def __call__(self, booking_id: int, to: Window, /, *, now: datetime, lapses_at: datetime | None) -> None: ...


async def put_on(
    viewer: Viewer,
    seen: Booking,
    window: Window,
    offer: Offer,
    *,
    take: Take = claims.move,
    note: str = "",
    tell: bool,
    anyway: bool,
    links: Links,
    now: datetime,
) -> Booking:
    """Put the booking, as it was seen, on another window in one transaction; `note` is kept with the event.

    Raises WindowTaken, WindowPassed, TooSoon, TooYoungThen, MovedMeanwhile and WrongMoment, and then nothing has changed.
    """
    async with transaction():
        # The booking first, then what hangs on it: whoever cancels or pays meanwhile waits, or has been before us.
        booking = await bookings.locked(seen.id)
        if (booking.status, booking.calendar_sequence) != (seen.status, seen.calendar_sequence):
            raise MovedMeanwhile
        if lapse_of(booking, now) is not None:
            raise WrongMoment
        await take(booking.id, window, now=now, lapses_at=booking.lapses_at)
        await _require_fit(viewer, seen, window, offer, anyway=anyway, now=now)
        if _is_told(booking, window, tell=tell):
            dates = {"starts_at": window.starts_at, "ends_at": window.ends_at}
            await move_dates(booking, window.to_json(), note, **dates, by=viewer, now=now)
            await _say(seen, booking, window, links=links, now=now)
            await audit.record(viewer, "booking.move", f"booking {booking.code}", now=now)
        else:
            await set_aside(booking, window.to_json(), now=now)
            await plan_booking_messages(booking, now=now)
            await audit.record(viewer, "booking.set_aside", f"booking {booking.code}", now=now)
    return booking


async def _require_fit(
    viewer: Viewer, seen: Booking, window: Window, offer: Offer, *, anyway: bool, now: datetime
) -> None:
    """What must be true of the patient on the new dates, by the last word on the case. A start that stays is not looked at again."""
    first = await _first_day_of(viewer, seen.case, window, offer, now=now)
    if _is_too_soon(Window.from_json(seen.claimed), window, first):
        if not (anyway and seen.case.clinic_id in viewer.clinics):
            require_not_too_soon(viewer, seen.case, window.start, first)
        await audit.record(viewer, "booking.before_first_day", f"booking {seen.code}", now=now)


async def _first_day_of(viewer: Viewer, case: Case, window: Window, offer: Offer, *, now: datetime) -> FirstDay:
    """The case's first day by the last word on it. Raises WrongMoment, and TooYoungThen for a patient whom the window is too early for."""
    word = await still_agreed(viewer, case, now=now)
    require_age(word.told, window.start, offer)
    return as_of_now(await _first_day(viewer, case, offer, now=now), word, offer)


async def _first_day(viewer: Viewer, case: Case, offer: Offer, *, now: datetime) -> FirstDay:
    """Staff need give no notice."""
    clinic, agreement = await clinic_of(case), await require_agreement(case)
    if case.clinic_id in viewer.clinics:
        return thought_over(clinic, agreement)
    return first_day(case, clinic, offer, agreement, now)


def _is_too_soon(before: Window, after: Window, first: FirstDay) -> bool:
    return after.start != before.start and after.start < first.day


def _is_told(booking: Booking, window: Window, *, tell: bool) -> bool:
    """Whether the move is the family's to know: they know its hours, or are to be told.

    Other people or rooms at hours that they do not know of yet say nothing about telling them.
    """
    if booking.status is not BookingStatus.CONFIRMED or hours(window) == hours(Window.from_json(booking.window)):
        return True
    return tell and not (booking.aside and hours(window) == hours(Window.from_json(booking.aside)))


async def _say(seen: Booking, booking: Booking, window: Window, *, links: Links, now: datetime) -> None:
    if hours(window) == hours(Window.from_json(seen.window)):
        # Other people or rooms at the same hours: nothing changes for those who come, so nobody is told. But if other
        # dates had been set aside, their mails have waited.
        await plan_booking_messages(booking, now=now)
    elif booking.status is BookingStatus.CONFIRMED:
        await follow(booking, seen.case, window, links=links, now=now)
    elif booking.lapses_at is not None:
        agreement = await require_agreement(seen.case)
        await say_held(booking, seen.case, await clinic_of(seen.case), agreement, booking.lapses_at, now=now)


async def follow(booking: Booking, case: Case, window: Window, *, links: Links, now: datetime) -> None:
    """What hangs on the dates: the balance, the check-ins, every planned mail, and the calendar of those who come."""
    _total, terms = await agreed(case)
    await move_balance_due(booking, terms, arrival=window.start, today=await today_at_clinic(case, now))
    await plan_booking_messages(booking, now=now)
    about = f"{booking.code}/{booking.calendar_sequence}"
    await say_about_booking(booking, "moved", links=links, now=now, link="portal:itinerary", about=about)


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
