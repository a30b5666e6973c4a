"""Someone who found no dates says which would do, and waits for them; or changes that, or waits no more."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings import waitlist
from booking.bookings.booking import live_of
from booking.bookings.elsewhere import OtherStays
from booking.bookings.models import Booking, Wait, WaitStatus
from booking.bookings.moves import OtherDatesHeld
from booking.bookings.waitlist import NotWaiting
from booking.bookings.wishes import Wish
from booking.consultations import cases, drafts
from booking.consultations.models import Case
from booking.consultations.sealed_text import subject
from booking.journeys.agreement import require_agreement, today_at_clinic
from booking.journeys.find_dates import AHEAD
from booking.journeys.first_day import FirstDay, first_day_known, require_not_too_soon
from booking.journeys.offer import Offer, clinic_of, offer_of
from booking.journeys.offer_freed import free_for
from booking.journeys.reserve import require_age
from booking.journeys.wished_interpreter import wished_interpreter
from booking.kit.db import transaction
from booking.kit.errors import Refusal
from booking.kit.words import _
from booking.programmes.models import Clinic
from booking.slots.skills import skills_of

DAY: Final = timedelta(days=1)


class FreeAlready(Refusal):
    """Nobody waits for what can be had. `start` is the first of those dates."""

    status = 409
    say = _("Some dates in these days are free right now. Choose one of them, or name days that do not suit you.")

    def __init__(self, start: date) -> None:
        super().__init__()
        self.start = start


@dataclass(frozen=True, slots=True)
class WaitFile:
    """The case's place in line, 1 being the first. `last` is its latest one, whatever became of it.

    From `earliest` to `horizon` a stay can start.
    `interpreter` is the one that was wished before. `held` are dates that the case has: an offer, or those it chose itself. Nobody joins the line beside them.
    """

    case: Case
    clinic: Clinic
    offer: Offer
    earliest: date
    horizon: date
    interpreter: str | None
    interpreters: tuple[str, ...]
    last: Wait | None
    place: int | None
    held: Booking | None

    @property
    def waits(self) -> bool:
        return self.place is not None

    @property
    def offered(self) -> Booking | None:
        """What was offered to them, while it is kept for them."""
        is_offer = self.held is not None and self.last is not None and self.last.booking_id == self.held.id
        return self.held if self.waits and is_offer else None


async def open_wait(viewer: Viewer, code: str, *, now: datetime) -> WaitFile:
    """Where the case stands on the waiting list. Raises NotFound, NotAllowedByThePatient, NoConsent, WrongMoment."""
    case = await _theirs(viewer, code)
    clinic, today, offer = await clinic_of(case), await today_at_clinic(case, now), await offer_of(case.version_id)
    known = await _first_day(viewer, case, offer, now=now)
    last = await waitlist.latest_of(case.id)
    in_line = last is not None and last.status in waitlist.IN_LINE
    return WaitFile(
        case,
        clinic,
        offer,
        max(known.day, today + DAY) if known else today + DAY,
        today + AHEAD,
        await wished_interpreter(case),
        await skills_of(clinic.id, "interpreter"),
        last,
        await waitlist.place_of(last) if last is not None and in_line else None,
        await live_of(case.id, now=now),
    )


async def join_waitlist(viewer: Viewer, code: str, wish: Wish, *, now: datetime) -> None:
    """Take the last place in line, or say anew which dates would do and keep the place that one has.

    Raises:
        NotFound, NotAllowedByThePatient, NoConsent, WrongMoment: this viewer may not choose dates for this case, or not yet.
        Invalid: days that have passed, or are the wrong way round.
        TooSoon: the case's treatment may not start on the first day yet, whatever is free.
        TooYoungThen: the patient does not have the programme's age on the first day.
        OtherDatesHeld: the case has dates already. NotWaiting: just now some are kept for it.
        FreeAlready: there is nothing to wait for.
    """
    case = await _theirs(viewer, code)
    today, offer = await today_at_clinic(case, now), await offer_of(case.version_id)
    wish.check(today=today, horizon=today + AHEAD)
    if known := await _first_day(viewer, case, offer, now=now):
        require_not_too_soon(viewer, case, wish.first_day, known)
    waits = await waitlist.of_case(case.id)
    await _require_none_free(case, offer, wish, waits, now=now)
    async with transaction():
        require_age(await drafts.told_of(case, viewer=viewer, now=now), wish.first_day, offer)
        if await live_of(case.id, now=now) is not None:
            raise OtherDatesHeld
        if waits is None:
            await waitlist.join(case, wish, by=viewer, now=now)
        else:
            await waitlist.change(waits, wish)
        await audit.record(viewer, "wait.change" if waits else "wait.join", subject(case), now=now)


async def _first_day(viewer: Viewer, case: Case, offer: Offer, *, now: datetime) -> FirstDay | None:
    return await first_day_known(viewer, case, await clinic_of(case), offer, await require_agreement(case), now=now)


async def _require_none_free(case: Case, offer: Offer, wish: Wish, waits: Wait | None, *, now: datetime) -> None:
    # What they were offered and let go is no reason not to wait for other dates.
    before = await waitlist.offered_before(waits.id) if waits else frozenset()
    others = await OtherStays.of(case, now=now)
    for window in await free_for(await clinic_of(case), offer, wish, others=others, now=now):
        if window.start not in before:
            raise FreeAlready(window.start)


async def leave_waitlist(viewer: Viewer, code: str, *, now: datetime) -> None:
    """Wait no more. Raises NotFound, NotAllowedByThePatient, and NotWaiting, also while an offer stands."""
    case = await cases.get(viewer, code)
    cases.require_to_book(viewer, case)
    async with transaction():
        waits = await waitlist.of_case(case.id)
        if waits is None:
            raise NotWaiting
        await waitlist.move(waits, WaitStatus.LEFT, by=viewer, now=now)
        await audit.record(viewer, "wait.leave", subject(case), now=now)


async def _theirs(viewer: Viewer, code: str) -> Case:
    case = await cases.get(viewer, code)
    cases.require_to_book(viewer, case)
    await require_agreement(case)
    return case
