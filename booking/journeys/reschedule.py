"""A booking goes to other dates: what it claims, its days, its mails and its calendar go together, or all of it stays (G6)."""

from contextlib import suppress
from datetime import datetime
from typing import Protocol

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings import booking as bookings
from booking.bookings.booking import lapse_of
from booking.bookings.dates import move_dates, set_aside
from booking.bookings.elsewhere import Elsewhere, OtherStays, let_lapse
from booking.bookings.models import Booking, BookingStatus
from booking.consultations.models import Case
from booking.journeys.agreement import agreed, require_agreement, today_at_clinic
from booking.journeys.find_dates import nearest_dates, wishes_of
from booking.journeys.first_day import require_not_too_soon
from booking.journeys.links import Links
from booking.journeys.movable import first_day_on, is_too_soon, movable, require_own_choice, wanted
from booking.journeys.offer import Offer, clinic_of
from booking.journeys.plan_messages import plan_booking_messages
from booking.journeys.reserve import DatesElsewhere, DatesGone, say_held
from booking.journeys.say import say_about_booking
from booking.journeys.wished_interpreter import interpreter_in
from booking.kit.db import transaction
from booking.kit.errors import MovedMeanwhile, WrongMoment
from booking.payments.charges import move_balance_due
from booking.slots import claims
from booking.slots.claims import WindowTaken
from booking.slots.substitutes import ways_to_take
from booking.slots.windows import Window


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
        StayBegan, WrongMoment: it cannot be moved any more. OfferedDates: its family cannot, for it is an offer.
        TooSoon, BeforeFirstDay: the case's treatment may not start then yet.
        TooYoungThen: the patient does not have the programme's age on those dates.
        MovedMeanwhile: someone moved or cancelled it first.
        DatesGone: someone was faster; it names the closest free dates.
        DatesElsewhere: the patient has other dates then; so does it.
    """
    seen, clinic, offer = await movable(viewer, code, now=now)
    await require_own_choice(viewer, seen)
    window = wanted(seen, token, clinic, offer, key=key)
    wishes = wishes_of(interpreter or await interpreter_in(window, seen.case))
    why: Elsewhere | None = None
    try:
        async for candidate in ways_to_take(window, offer.protocol, wishes, now=now, but_for=seen.id):
            with suppress(WindowTaken):
                return await put_on(viewer, seen, candidate, offer, tell=tell, anyway=anyway, links=links, now=now)
    except Elsewhere as refusal:
        why = refusal
    others = await OtherStays.of(seen.case, now=now)
    nearest = await nearest_dates(
        clinic, offer, window, key=key, now=now, wishes=wishes, others=others, but_for=seen.id
    )
    raise DatesElsewhere(why, clinic, offer, nearest) if why else DatesGone(clinic, offer, nearest)


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

    Raises WindowTaken, Elsewhere, WindowPassed, TooSoon, TooYoungThen, MovedMeanwhile and WrongMoment, and then nothing has
    changed.
    """
    async with transaction():
        # The booking first, then what hangs on it: whoever cancels or pays meanwhile waits, or has been before us.
        booking = await bookings.locked_with_others(seen.id)
        if (booking.status, booking.calendar_sequence) != (seen.status, seen.calendar_sequence):
            raise MovedMeanwhile
        if lapse_of(booking, now) is not None:
            raise WrongMoment
        await let_lapse(booking.case_id, booking.patient_id, now=now)
        is_told, dates = (
            _is_told(booking, window, tell=tell),
            {"starts_at": window.starts_at, "ends_at": window.ends_at},
        )
        if is_told:
            await move_dates(booking, window.to_json(), note, **dates, by=viewer, now=now)
        else:
            await set_aside(booking, window.to_json(), **dates, by=viewer, now=now)
        await take(booking.id, window, now=now, lapses_at=booking.lapses_at)
        await _require_fit(viewer, seen, window, offer, anyway=anyway, now=now)
        if is_told:
            await _say(seen, booking, window, links=links, now=now)
            await audit.record(viewer, "booking.move", f"booking {booking.code}", now=now)
        else:
            await plan_booking_messages(booking, now=now)
            await audit.record(viewer, "booking.set_aside", f"booking {booking.code}", now=now)
    return booking


async def _require_fit(
    viewer: Viewer, seen: Booking, window: Window, offer: Offer, *, anyway: bool, now: datetime
) -> None:
    """What must be true of the patient on the new dates, by the last word on the case. A start that stays is not looked at again."""
    first = await first_day_on(viewer, seen.case, window, offer, now=now)
    if is_too_soon(Window.from_json(seen.claimed), window, first):
        if not (anyway and seen.case.clinic_id in viewer.clinics):
            require_not_too_soon(viewer, seen.case, window.start, first)
        await audit.record(viewer, "booking.before_first_day", f"booking {seen.code}", now=now)


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
