"""A booking was moved and its family not told: the coordinator sees which these are, and says when they are told."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings import booking as bookings
from booking.bookings.dates import move_dates
from booking.bookings.models import Booking
from booking.consultations import cases
from booking.journeys.links import Links
from booking.journeys.preview_mail import Letter, preview_about_booking
from booking.journeys.reschedule import follow
from booking.journeys.who_booked import Booked, own_clinic, who_booked
from booking.kit.db import transaction
from booking.kit.errors import WrongMoment
from booking.kit.times import UTC
from booking.kit.words import _
from booking.messages.compose import Composer
from booking.programmes.models import Clinic
from booking.slots.claims import WindowPassed
from booking.slots.windows import Window


class NothingToTell(WrongMoment):
    say = _("This family knows the dates that the booking has.")


@dataclass(frozen=True, slots=True)
class Untold:
    """A booking that was moved at `since`: the dates that its family knows, and those that it has."""

    booking: str
    booked: Booked
    known: Window
    has: Window
    since: datetime


@dataclass(frozen=True, slots=True)
class NotTold:
    """Every booking of a clinic whose family is still to be told, the first moved first."""

    clinic: Clinic
    untold: Sequence[Untold]


@dataclass(frozen=True, slots=True)
class ToTell:
    """One of them, with the mails that everyone on the case would get."""

    clinic: Clinic
    untold: Untold
    letters: Sequence[Letter]


async def not_told(viewer: Viewer, *, now: datetime) -> NotTold:
    """Who is still to be told at the viewer's clinic. It names patients, so it leaves an audit row."""
    async with transaction():
        clinic = await own_clinic(viewer)
        moved = await Booking.filter(case__clinic_id=clinic.id, aside_at__isnull=False).order_by("aside_at", "id")
        booked = await who_booked(clinic.id, (one.code for one in moved))
        await audit.record(viewer, "bookings.not_told", f"clinic {clinic.slug}", now=now)
        return NotTold(clinic, [_untold(one, booked[one.code]) for one in moved])


async def open_telling(viewer: Viewer, code: str, *, composer: Composer, now: datetime) -> ToTell:
    """What the family would be told: nothing is sent. Raises NotFound, NothingToTell."""
    booking = await _of_staff(viewer, code)
    if booking.aside is None:
        raise NothingToTell
    clinic = await own_clinic(viewer)
    [booked] = (await who_booked(clinic.id, [booking.code])).values()
    then = copy(booking)
    then.window = booking.aside
    letters = await preview_about_booking(viewer, then, "moved", link="portal:itinerary", composer=composer, now=now)
    return ToTell(clinic, _untold(booking, booked), letters)


async def tell_family(viewer: Viewer, code: str, *, links: Links, now: datetime) -> Booking:
    """The dates that were set aside become the booking's own in all that its family sees, and everyone is written to.

    Raises NotFound, NothingToTell, and WindowPassed for dates that have begun unknown to it: those need others first. Of a
    stay that begins as it knows, the rest can be told while it lasts.
    """
    seen = await _of_staff(viewer, code)
    async with transaction():
        booking = await bookings.locked_with_others(seen.id)
        if booking.aside is None:
            raise NothingToTell
        window = Window.from_json(booking.aside)
        if window.starts_at <= now and window.starts_at != booking.starts_at:
            raise WindowPassed
        dates = {"starts_at": window.starts_at, "ends_at": window.ends_at}
        await move_dates(booking, window.to_json(), **dates, by=viewer, now=now)
        await follow(booking, seen.case, window, links=links, now=now)
        await audit.record(viewer, "booking.tell", f"booking {booking.code}", now=now)
    return booking


async def _of_staff(viewer: Viewer, code: str) -> Booking:
    booking = await bookings.get(viewer, code)
    cases.require_staff(viewer, booking.case)
    return booking


def _untold(booking: Booking, booked: Booked) -> Untold:
    since = booking.aside_at or booking.held_at
    known, has = Window.from_json(booking.window), Window.from_json(booking.claimed)
    return Untold(booking.code, booked, known, has, since.astimezone(UTC))
