"""A patient looks for dates: every start on which the whole treatment can run, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from booking.accounts.viewers import Viewer
from booking.bookings.booking import live_of
from booking.bookings.elsewhere import OtherStays
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.waitlist import is_offered
from booking.consultations import cases
from booking.consultations.models import Case
from booking.journeys.agreement import require_agreement
from booking.journeys.first_day import FirstDay, first_day_known
from booking.journeys.offer import Offer, clinic_of, offer_of
from booking.journeys.wished_interpreter import wished_interpreter
from booking.kit.errors import Invalid
from booking.kit.seals import derive_key
from booking.kit.times import days_between, in_zone
from booking.kit.words import _
from booking.programmes.models import Clinic
from booking.slots.explain import NoDates, why_none
from booking.slots.load import stock_for
from booking.slots.nearest import nearest
from booking.slots.ranking import Order, ranked
from booking.slots.search import windows
from booking.slots.skills import skills_of
from booking.slots.tokens import WINDOWS, window_token
from booking.slots.windows import Window, Wishes

AHEAD: Final = timedelta(days=548)  # 18 months
LONGEST_LOOK: Final = timedelta(days=370)
NOWHERE: Final = OtherStays()


@dataclass(frozen=True, slots=True)
class Dates:
    """What is free from `first` to `last`, both clinic-local. `none` says why if nothing is.

    `held` is the booking that the case has already: other dates can only be had in its place, by its family if it `may_move`.
    `interpreters` are the languages that one may wish an interpreter for. `first_day` is when the case's treatment may start
    at all, free or not; None for who may go below it. `interpreter` is the one that these dates are with. `elsewhere`: on
    some of these days the patient has dates of another case, and none are shown that would meet them.
    """

    clinic: Clinic
    offer: Offer
    first: date
    last: date
    windows: Sequence[Window]
    none: NoDates | None
    key: bytes
    held: Booking | None = None
    may_move: bool = False
    interpreter: str | None = None
    interpreters: tuple[str, ...] = ()
    first_day: FirstDay | None = None
    elsewhere: bool = False

    def token(self, window: Window) -> str:
        """The window as the text that comes back with the choice."""
        return window_token(window, self.key)


@dataclass(frozen=True, slots=True)
class Unsuited:
    """Days on which nothing may be planned with the patient: days of every week (Monday is 0), and days in between."""

    weekdays: frozenset[int] = frozenset()
    away: tuple[date, date] | None = None

    def days(self, first: date, last: date) -> frozenset[date]:
        """Every such day from first to last."""
        return frozenset(day for day in days_between(first, last) if self._has(day))

    def _has(self, day: date) -> bool:
        return day.weekday() in self.weekdays or (self.away is not None and self.away[0] <= day <= self.away[1])


@cache
def window_key(secret: str) -> bytes:
    """What signs the windows that are sent out, from the application's SECRET_KEY: the same for pages and partners."""
    return derive_key(secret, WINDOWS)


def wishes_of(
    interpreter: str | None, *, not_before: date | None = None, not_on: frozenset[date] = frozenset()
) -> Wishes:
    """The wish for an interpreter's language, if there is one."""
    skills = {"interpreter": frozenset({interpreter})} if interpreter else {}
    return Wishes(skills=skills, not_before=not_before, not_on=not_on)


async def free_dates(
    clinic: Clinic,
    offer: Offer,
    wishes: Wishes,
    first: date,
    last: date,
    *,
    key: bytes,
    now: datetime,
    others: OtherStays = NOWHERE,
    but_for: int | None = None,
) -> Dates:
    """The windows that start from first to last, on days that can be booked.

    The past, what is before the wishes' first day, and anything beyond 18 months is left out, and what meets `others`, when the
    patient is elsewhere. `but_for` is a booking that would give its own dates up for them: what it has counts as free.
    Raises Invalid if the days are the wrong way round, or more than a year apart.
    """
    if last < first or last - first > LONGEST_LOOK:
        raise Invalid({"to": _("Please choose a last day that is after the first, and at most a year after it.")})
    today = in_zone(now, clinic.zone).date()
    # Nobody comes from abroad on the day itself, and its first hours have passed.
    first, last = max(first, today + timedelta(days=1), wishes.not_before or today), min(last, today + AHEAD)
    if last < first:
        return Dates(clinic, offer, first, first, (), None, key)
    away = others.days(clinic.zone)
    wishes = replace(wishes, not_before=None, not_on=wishes.not_on | away)  # no step is before the start
    stock = await stock_for(clinic.id, offer.protocol, first, last, now, but_for=but_for)
    found = others.leave(windows(offer.protocol, wishes, first, last, stock))
    none = None if found else await _why(clinic, offer, wishes, first, last, now=now, but_for=but_for)
    elsewhere = not away.isdisjoint(days_between(first, last))
    return Dates(clinic, offer, first, last, found, none, key, elsewhere=elsewhere)


async def find_dates(
    viewer: Viewer,
    code: str,
    first: date,
    last: date,
    *,
    interpreter: str | None,
    unsuited: Unsuited | None = None,
    order: Order = Order.EARLIEST,
    key: bytes,
    now: datetime,
) -> tuple[Case, Dates]:
    """The free dates of a case, the best first; with the interpreter that was wished before, if none is named.

    What a hold has that may move counts as free, for it would be given up. `interpreter` "" wishes for none. Raises NotFound, and NoConsent: dates are chosen after consent.
    """
    case = await cases.get(viewer, code)
    cases.require_to_book(viewer, case)
    agreement = await require_agreement(case)
    clinic, offer = await clinic_of(case), await offer_of(case.version_id)
    start = await first_day_known(viewer, case, clinic, offer, agreement, now=now)
    horizon = in_zone(now, clinic.zone).date() + AHEAD + timedelta(days=offer.protocol.days)
    not_on = unsuited.days(first, horizon) if unsuited else frozenset()
    spoken = (await wished_interpreter(case) if interpreter is None else interpreter) or None
    wishes = wishes_of(spoken, not_before=start.day if start else None, not_on=not_on)
    held = await live_of(case.id, now=now)
    may_move = held is not None and held.status is BookingStatus.HELD and not await is_offered(held.id)
    own = held.id if held and may_move else None
    others = await OtherStays.of(case, now=now)
    dates = await free_dates(clinic, offer, wishes, first, last, key=key, now=now, others=others, but_for=own)
    return case, replace(
        dates,
        windows=ranked(dates.windows, order),
        held=held,
        may_move=may_move,
        interpreter=spoken,
        interpreters=await skills_of(clinic.id, "interpreter"),
        first_day=start,
    )


async def nearest_dates(
    clinic: Clinic,
    offer: Offer,
    wanted: Window,
    *,
    key: bytes,
    now: datetime,
    wishes: Wishes | None = None,
    others: OtherStays = NOWHERE,
    but_for: int | None = None,
) -> list[tuple[Window, str]]:
    """The closest free windows to one that is gone, each with its token."""
    around = timedelta(days=60)
    first, last = wanted.start - around, wanted.start + around
    wishes = wishes or Wishes()
    dates = await free_dates(clinic, offer, wishes, first, last, key=key, now=now, others=others, but_for=but_for)
    return [(window, dates.token(window)) for window in nearest(dates.windows, wanted.start)]


async def _why(
    clinic: Clinic, offer: Offer, wishes: Wishes, first: date, last: date, *, now: datetime, but_for: int | None
) -> NoDates | None:
    horizon = in_zone(now, clinic.zone).date() + AHEAD
    stock = await stock_for(clinic.id, offer.protocol, first, horizon, now, but_for=but_for)
    return why_none(offer.protocol, wishes, first, last, stock)
