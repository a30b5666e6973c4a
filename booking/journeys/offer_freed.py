"""What became free is offered along the waiting list: to the first whom it suits, for a time of their own, then to the next.

An offer is a hold, taken like every other: the exclusion constraint lets no two have the same. Called when something
was freed, and by the worker besides: what a move or new opening hours free is offered at its next round. Two at once keep
the order too: both begin with the first in line, and of one case's two holds the second waits for the first, and then is none.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from booking.accounts import audit
from booking.accounts.viewers import SYSTEM
from booking.bookings import waitlist
from booking.bookings.elsewhere import Elsewhere, OtherStays
from booking.bookings.models import Wait, WaitStatus
from booking.bookings.moves import OtherDatesHeld
from booking.bookings.turns import InLine, became
from booking.bookings.wishes import Wish
from booking.consultations.consents import NoConsent
from booking.consultations.models import Case
from booking.consultations.sealed_text import subject
from booking.journeys.agreement import Agreement, require_agreement
from booking.journeys.find_dates import AHEAD, NOWHERE, wishes_of
from booking.journeys.first_day import FirstDay, TooSoon, first_day, notice
from booking.journeys.offer import Offer, offer_of
from booking.journeys.reserve import TooYoungThen, hold_window
from booking.journeys.say import people_of, say_about_booking, say_about_case
from booking.kit.db import transaction
from booking.kit.errors import MovedMeanwhile, WrongMoment
from booking.kit.times import in_zone
from booking.messages import facts
from booking.messages.planning import awake, awake_for_all
from booking.programmes.models import Clinic
from booking.slots.claims import WindowPassed, WindowTaken
from booking.slots.load import stock_for
from booking.slots.search import windows
from booking.slots.windows import Window

DAY: Final = timedelta(days=1)
# The case has changed since we looked: the next in line are asked, and this one again at the next call.
MISSED: Final = (Elsewhere, MovedMeanwhile, NoConsent, OtherDatesHeld, TooSoon, TooYoungThen, WindowPassed, WrongMoment)
TRIES: Final = 3


async def offer_freed(clinic_id: int | None = None, *, now: datetime) -> int:
    """Go through the line of a clinic, or of all; how many offers were made. One indexed question where nobody waits."""
    made = 0
    for each in await waitlist.lines(clinic_id):
        clinic = await Clinic.get(id=each)
        await _see_what_became(clinic, now=now)
        for place in await waitlist.line(clinic.id, now=now):
            if place.can_be_offered:
                made += await _offer(place, clinic, now=now)
    return made


async def _see_what_became(clinic: Clinic, *, now: datetime) -> None:
    """Offers that were taken, let go or left unanswered; cases that no longer wait; days that have passed."""
    today = in_zone(now, clinic.zone).date()
    for place in await waitlist.line(clinic.id, now=now):
        to = became(place, today=today)
        if to is not None:
            with suppress(MovedMeanwhile):
                await _move(place, to, now=now)


async def _move(place: InLine, to: WaitStatus, *, now: datetime) -> None:
    async with transaction():
        await waitlist.move(place, to, by=SYSTEM, now=now)
        if to in {WaitStatus.UNANSWERED, WaitStatus.RUN_OUT}:
            await say_wait_ended(await Wait.get(id=place.id).select_related("case", "booking"), to, now=now)


async def say_wait_ended(wait: Wait, to: WaitStatus, *, now: datetime) -> None:
    """The family is told that they are in line no more, and why."""
    why: dict[str, Any] = {}
    if to is WaitStatus.UNANSWERED:
        why["offered"] = facts.day(Window.from_json(wait.booking.window).start)
    elif to is WaitStatus.RUN_OUT:
        why["last_day"] = facts.day(wait.last_day)
    await say_about_case(wait.case, "wait-ended", now=now, link="portal:dates", about=str(wait.id), **why)


@dataclass(frozen=True, slots=True)
class _First:
    """Whose turn it is, and all that an offer to them rests on."""

    wait: Wait
    case: Case
    clinic: Clinic
    offer: Offer
    agreement: Agreement

    def day(self, now: datetime) -> FirstDay:
        """From which day on it could begin. Their wish begins no sooner than they may fly: that was looked at when they said it."""
        return first_day(self.case, self.clinic, self.offer, self.agreement, now)


async def _offer(place: InLine, clinic: Clinic, *, now: datetime) -> bool:
    """Whether something was found for this place, and is now kept for it."""
    case = await Case.get(id=place.case_id)
    with suppress(*MISSED):
        agreement = await require_agreement(case)
        first = _First(await Wait.get(id=place.id), case, clinic, await offer_of(case.version_id), agreement)
        until = await _time_of_their_own(first, now=now)
        for _ in range(TRIES):
            window = await _fitting(first, until, now=now)
            if window is None:
                break
            # Someone was faster, or the clinic was just being changed: their turn is not over while there is anything else.
            with suppress(WindowTaken):
                await _hold(first, window, until, now=now)
                return True
    return False


async def free_for(
    clinic: Clinic, offer: Offer, wish: Wish, *, others: OtherStays = NOWHERE, now: datetime
) -> list[Window]:
    """Every window that would do, the earliest first, on days that can still be booked and on which the patient is not elsewhere."""
    today = in_zone(now, clinic.zone).date()
    first, last = max(wish.first_day, notice(clinic, offer, now).day), min(wish.last_day, today + AHEAD)
    if last < first:
        return []
    wishes = wishes_of(wish.interpreter, not_on=wish.not_on | others.days(clinic.zone))
    stock = await stock_for(clinic.id, offer.protocol, first, last, now)
    return others.leave(windows(offer.protocol, wishes, first, last, stock))


async def _fitting(first: _First, until: datetime, *, now: datetime) -> Window | None:
    """The earliest that was not offered to them before, and does not begin while they think about it."""
    others = await OtherStays.of(first.case, now=now)
    free = await free_for(first.clinic, first.offer, Wish.of(first.wait), others=others, now=now)
    found = [each for each in free if each.start >= first.day(now).day]
    before = await waitlist.offered_before(first.wait.id) if found else frozenset()
    return next((each for each in found if each.start not in before and each.starts_at > until), None)


async def _time_of_their_own(first: _First, *, now: datetime) -> datetime:
    """Until when an offer is kept: counted from when its mail can be read, and not over in anyone's night.

    Like every hold it also outlives the time to think, before which no deposit is taken.
    """
    zones = [person.zone for person in await people_of(first.case.id)] or [first.case.zone]
    read = max(awake(now, zone) for zone in zones)
    return awake_for_all(max(read, first.agreement.cooling_off_until) + first.offer.offer_for, zones)


async def _hold(first: _First, window: Window, until: datetime, *, now: datetime) -> None:
    case, clinic, agreed = first.case, first.clinic, first.agreement
    async with transaction():
        booking = await hold_window(
            case, window, first.offer, first=first.day(now), lapses_at=until, viewer=SYSTEM, now=now
        )
        # A family that has left meanwhile is offered nothing: the place is compared and set.
        await waitlist.move(first.wait, WaitStatus.OFFERED, by=SYSTEM, now=now, booking_id=booking.id)
        await audit.record(SYSTEM, "wait.offer", subject(case), now=now)
        await say_about_booking(
            booking,
            "dates-offered",
            now=now,
            about=booking.code,
            held_until=facts.moment(until, clinic.zone),
            deposit=facts.money(agreed.terms.deposit_of(agreed.total)),
        )
