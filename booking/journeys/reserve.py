"""Someone chooses dates: every resource of the window is held for them, or none is."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from booking.accounts import audit
from booking.accounts.support import Addressee
from booking.accounts.viewers import Viewer
from booking.bookings.elsewhere import Elsewhere, OtherStays
from booking.bookings.models import Booking
from booking.bookings.opening import open_held
from booking.consultations import cases
from booking.consultations.drafts import Told
from booking.consultations.footing import footing_of, last_word
from booking.consultations.models import Case
from booking.consultations.requests import old_enough
from booking.journeys.agreement import AGREED, Agreement, agreement_in
from booking.journeys.find_dates import nearest_dates, wishes_of
from booking.journeys.first_day import FirstDay, as_of_now, first_day, require_not_too_soon
from booking.journeys.offer import Offer, offer_of
from booking.journeys.say import people_of, saying_about_booking
from booking.journeys.wished_interpreter import interpreter_in
from booking.kit.db import Statement, run_together, transaction
from booking.kit.errors import Refusal, WrongMoment
from booking.kit.words import Text, _
from booking.messages import facts
from booking.programmes.models import Clinic
from booking.slots import claims
from booking.slots.claims import WindowTaken
from booking.slots.substitutes import other_ways
from booking.slots.tokens import read_window_token
from booking.slots.windows import Window


class DatesGone(WindowTaken):
    """Someone else has them. `nearest` are the closest free windows with their tokens."""

    def __init__(self, clinic: Clinic, offer: Offer, nearest: Sequence[tuple[Window, str]]) -> None:
        super().__init__()
        self.clinic = clinic
        self.offer = offer
        self.nearest = nearest


class DatesElsewhere(DatesGone):
    """The patient has other dates then, and says or hears so in their own words: `why`. `nearest` are the closest that meet none."""

    def __init__(self, why: Elsewhere, clinic: Clinic, offer: Offer, nearest: Sequence[tuple[Window, str]]) -> None:
        super().__init__(clinic, offer, nearest)
        self._why = why

    @property
    def text(self) -> Text:
        return self._why.text


class TooYoungThen(Refusal):
    """Later dates may do."""

    status = 422
    say = _(
        "On these dates the patient is not %(age)s years old yet, so the treatment cannot be given. Please choose later ones."
    )


@dataclass(frozen=True, slots=True)
class Ticket:
    """What else is written in the very transaction that holds the dates. Where it writes no row, `unless` is raised and nothing is held."""

    written: Callable[[Booking], Statement]
    unless: type[Refusal]


# The mail about a hold, to everyone who is written to.
Tell = Callable[[Booking, Sequence[Addressee]], Statement]


async def reserve(
    viewer: Viewer,
    code: str,
    token: str,
    *,
    interpreter: str | None = None,
    ticket: Ticket | None = None,
    key: bytes,
    now: datetime,
) -> Booking:
    """Hold everything that the window of `token` needs for the case, or raise and hold nothing.

    The dates stay as chosen; where one resource of the window has just gone, another that serves the
    same steps at the same times takes its place.

    Raises:
        NotFound, NoConsent: this viewer may not choose dates for this case, or not yet.
        WindowUnreadable, WindowOutdated, WindowPassed: the token does not stand for dates that can be had.
        OtherDatesHeld: the case has dates already.
        TooSoon: for this case the treatment cannot start then yet.
        TooYoungThen: the patient does not have the programme's age on the first day.
        WrongMoment: the clinic said no, or the consent was taken back, while the dates were taken.
        DatesGone: someone was faster; it names the closest free dates.
        DatesElsewhere: the patient has other dates then; so does it.
    """
    try:
        with suppress(WindowTaken):
            async with transaction():
                # Also what the dates stand on is read here: a second connection would cost a hold more than its whole search.
                choice = await _choice(viewer, code, token, key=key, now=now)
                return await _held(choice, choice.window, viewer, ticket, now=now)
        interpreter = interpreter or await interpreter_in(choice.window, choice.case)
        async for candidate in other_ways(choice.window, choice.offer.protocol, wishes_of(interpreter), now=now):
            with suppress(WindowTaken):
                async with transaction():
                    return await _held(choice, candidate, viewer, ticket, now=now)
    except Elsewhere as why:
        interpreter = interpreter or await interpreter_in(choice.window, choice.case)
        nearest = await _nearest(choice, interpreter, key=key, now=now)
        raise DatesElsewhere(why, choice.clinic, choice.offer, nearest) from None
    raise DatesGone(choice.clinic, choice.offer, await _nearest(choice, interpreter, key=key, now=now))


@dataclass(frozen=True, slots=True)
class _Choice:
    """A window that someone may choose, and what it stands on."""

    case: Case
    clinic: Clinic
    offer: Offer
    agreement: Agreement
    window: Window
    first: FirstDay
    lapses_at: datetime


async def _choice(viewer: Viewer, code: str, token: str, *, key: bytes, now: datetime) -> _Choice:
    """The window of the token for the case of the code. Raises what `reserve` does before it tries."""
    footing = await footing_of(viewer, code)
    case, clinic = footing.case, footing.clinic
    cases.require_to_book(viewer, case)
    agreement, offer = agreement_in(case, footing.standing), await offer_of(case.version_id)
    window = read_window_token(token, key, protocol=offer.protocol, clinic_id=clinic.id, zone=clinic.zone)
    first = first_day(case, clinic, offer, agreement, now)
    require_not_too_soon(viewer, case, window.start, first)
    # The deposit cannot be taken before the time to think is over, so the dates wait for it.
    lapses_at = max(now, agreement.cooling_off_until) + offer.hold_for
    return _Choice(case, clinic, offer, agreement, window, first, lapses_at)


async def _held(choice: _Choice, window: Window, viewer: Viewer, ticket: Ticket | None, *, now: datetime) -> Booking:
    tell = partial(saying_held, clinic=choice.clinic, agreement=choice.agreement, lapses_at=choice.lapses_at, now=now)
    return await hold_window(
        choice.case,
        window,
        choice.offer,
        first=choice.first,
        lapses_at=choice.lapses_at,
        viewer=viewer,
        now=now,
        tell=tell,
        ticket=ticket,
    )


async def hold_window(
    case: Case,
    window: Window,
    offer: Offer,
    *,
    first: FirstDay,
    lapses_at: datetime,
    viewer: Viewer,
    now: datetime,
    tell: Tell | None = None,
    ticket: Ticket | None = None,
) -> Booking:
    """Everything that the window needs is the case's until `lapses_at`, in the caller's transaction.

    Whoever chose, the family is told by `tell`: a hold that nobody knows of lapses unpaid. `first` is the case's first day
    as far as it was known before; what staff have set meanwhile, and what the records say, is looked at here.

    Raises TooSoon, TooYoungThen, OtherDatesHeld, Elsewhere, WindowTaken, WindowPassed, WrongMoment (the case is no longer agreed, and will not be
    until the commit: G5), and what the ticket says: then the transaction, or the savepoint around this, must roll back.
    """
    booking = await open_held(case, window, lapses_at=lapses_at, by=viewer, now=now)
    await claims.take(window, booking.id, now=now, lapses_at=lapses_at)
    word = await last_word(case)
    if word.status not in AGREED:
        raise WrongMoment
    require_not_too_soon(viewer, case, window.start, as_of_now(first, word, offer))
    require_age(word.told, window.start, offer)
    deeds = [*word.read, ("booking.hold", f"booking {booking.code}")]
    told = [tell(booking, word.family)] if tell else []
    promised = [ticket.written(booking)] if ticket else []
    written = await run_together(audit.rows(viewer, deeds, now=now), *told, *promised)
    if ticket and not written[-1]:
        raise ticket.unless
    return booking


def require_age(told: Told, day: date, offer: Offer) -> None:
    """The programme's age counts on the `day` on which the treatment starts. Raises TooYoungThen."""
    least = offer.content.terms.minimum_age
    if told.born is not None and not old_enough(told.born, on=day, minimum_age=least):
        raise TooYoungThen(age=least)


async def say_held(
    booking: Booking, case: Case, clinic: Clinic, agreement: Agreement, lapses_at: datetime, *, now: datetime
) -> None:
    """Tell everyone who is written to until when the dates are held."""
    family = await people_of(case.id)
    await saying_held(booking, family, clinic=clinic, agreement=agreement, lapses_at=lapses_at, now=now).write()


def saying_held(
    booking: Booking,
    family: Sequence[Addressee],
    *,
    clinic: Clinic,
    agreement: Agreement,
    lapses_at: datetime,
    now: datetime,
) -> Statement:
    """The mail that says until when, and how much the deposit is."""
    return saying_about_booking(
        booking,
        clinic,
        family,
        "dates-held",
        now=now,
        about=booking.code,
        held_until=facts.moment(lapses_at, clinic.zone),
        deposit=facts.money(agreement.terms.deposit_of(agreement.total)),
    )


async def _nearest(choice: _Choice, interpreter: str | None, *, key: bytes, now: datetime) -> list[tuple[Window, str]]:
    wishes = wishes_of(interpreter, not_before=choice.first.day)
    others = await OtherStays.of(choice.case, now=now)
    what = choice.clinic, choice.offer, choice.window
    return await nearest_dates(*what, key=key, now=now, wishes=wishes, others=others)
