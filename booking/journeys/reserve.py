"""Someone chooses dates: every resource of the window is held for them, or none is."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Protocol

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking
from booking.bookings.opening import open_held
from booking.consultations import cases, drafts
from booking.consultations.models import Case
from booking.consultations.requests import old_enough
from booking.journeys.agreement import Agreement, require_agreement, require_still_agreed
from booking.journeys.find_dates import nearest_dates, wishes_of
from booking.journeys.offer import Offer, clinic_of, offer_of
from booking.journeys.say import say_about_booking
from booking.kit.db import transaction
from booking.kit.errors import Refusal
from booking.kit.words import _
from booking.messages import facts
from booking.programmes.models import Clinic
from booking.slots import claims
from booking.slots.claims import WindowTaken
from booking.slots.substitutes import ways_to_take
from booking.slots.tokens import read_window_token
from booking.slots.windows import Window


class DatesGone(WindowTaken):
    """Someone else has them. `nearest` are the closest free windows with their tokens."""

    def __init__(self, clinic: Clinic, offer: Offer, nearest: Sequence[tuple[Window, str]]) -> None:
        super().__init__()
        self.clinic = clinic
        self.offer = offer
        self.nearest = nearest


class TooYoungThen(Refusal):
    """Later dates may do."""

    status = 422
    say = _(
        "On these dates the patient is not %(age)s years old yet, so the treatment cannot be given. Please choose later ones."
    )


class Ticket(Protocol):
    """What else must be true, and written, in the very transaction that holds the dates."""

    async def done(self, booking: Booking) -> None:
        """Said last, with everything held. What it raises ends the transaction, and nothing is held."""
        ...


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
        TooYoungThen: the patient does not have the programme's age on the first day.
        WrongMoment: the clinic said no, or the consent was taken back, while the dates were taken.
        DatesGone: someone was faster; it names the closest free dates.
    """
    case = await cases.get(viewer, code)
    cases.require_to_book(viewer, case)
    agreement = await require_agreement(case)
    clinic, offer = await clinic_of(case), await offer_of(case.version_id)
    window = read_window_token(token, key, protocol=offer.protocol, clinic_id=clinic.id, zone=clinic.zone)
    async for candidate in ways_to_take(window, offer.protocol, wishes_of(interpreter), now=now):
        with suppress(WindowTaken):
            return await _hold(case, candidate, agreement, clinic, offer, ticket=ticket, viewer=viewer, now=now)
    raise DatesGone(clinic, offer, await _nearest(clinic, offer, window, interpreter, key=key, now=now))


async def _hold(
    case: Case,
    window: Window,
    agreement: Agreement,
    clinic: Clinic,
    offer: Offer,
    *,
    ticket: Ticket | None,
    viewer: Viewer,
    now: datetime,
) -> Booking:
    # The deposit cannot be taken before the time to think is over, so the dates wait for it.
    lapses_at = max(now, agreement.cooling_off_until) + offer.hold_for
    async with transaction():
        booking = await hold_window(case, window, offer, lapses_at=lapses_at, viewer=viewer, now=now)
        await say_held(booking, case, clinic, agreement, lapses_at, now=now)
        if ticket is not None:
            await ticket.done(booking)
        await require_still_agreed(case)
    return booking


async def hold_window(
    case: Case, window: Window, offer: Offer, *, lapses_at: datetime, viewer: Viewer, now: datetime
) -> Booking:
    """Everything that the window needs is the case's until `lapses_at`, in the caller's transaction.

    The caller tells the family, and says `require_still_agreed` last. Raises TooYoungThen, OtherDatesHeld, WindowTaken and
    WindowPassed: then the transaction, or the savepoint around this, must roll back.
    """
    await require_old_enough(case, window.start, offer, viewer=viewer, now=now)
    booking = await open_held(
        case.id,
        window.to_json(),
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        lapses_at=lapses_at,
        by=viewer,
        now=now,
    )
    await claims.take(window, booking.id, now=now, lapses_at=lapses_at)
    await audit.record(viewer, "booking.hold", f"booking {booking.code}", now=now)
    return booking


async def require_old_enough(case: Case, day: date, offer: Offer, *, viewer: Viewer, now: datetime) -> None:
    """The programme's age counts on the `day` on which the treatment starts. Raises TooYoungThen. Leaves an audit row."""
    least = offer.content.terms.minimum_age
    born = await drafts.birth_date_of(case, viewer=viewer, now=now)
    if born is not None and not old_enough(born, on=day, minimum_age=least):
        raise TooYoungThen(age=least)


async def say_held(
    booking: Booking, case: Case, clinic: Clinic, agreement: Agreement, lapses_at: datetime, *, now: datetime
) -> None:
    """Whoever chose, the family is told until when: a hold that nobody knows of lapses unpaid."""
    await say_about_booking(
        booking,
        "dates-held",
        now=now,
        known=(case, clinic),
        about=booking.code,
        held_until=facts.moment(lapses_at, clinic.zone),
        deposit=facts.money(agreement.terms.deposit_of(agreement.total)),
    )


async def _nearest(
    clinic: Clinic, offer: Offer, window: Window, interpreter: str | None, *, key: bytes, now: datetime
) -> list[tuple[Window, str]]:
    return await nearest_dates(clinic, offer, window, key=key, now=now, wishes=wishes_of(interpreter))
