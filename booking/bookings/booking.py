"""Reading bookings: who may see which, and where one really stands at a moment."""

from datetime import datetime
from typing import Final

from tortoise.queryset import QuerySet

from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking, BookingEvent, BookingStatus
from booking.consultations import cases
from booking.consultations.cases import within
from booking.kit.db import run
from booking.kit.errors import NotFound, WrongMoment
from booking.kit.words import _

LIVE: Final = (BookingStatus.HELD, BookingStatus.CONFIRMED)
# There is a trip: a hold has none yet, and what is cancelled none any more.
TRAVELS: Final = frozenset({BookingStatus.CONFIRMED, BookingStatus.COMPLETED})


def visible_to(viewer: Viewer) -> QuerySet[Booking]:
    """The bookings of the cases that this viewer may see."""
    return Booking.filter(within(viewer, "case__"))


async def get(viewer: Viewer, code: str) -> Booking:
    """The booking of this code, with its case, if the viewer may see it. Raises NotFound, whoever's it is."""
    booking = await visible_to(viewer).select_related("case").get_or_none(code=code)
    if booking is None:
        raise NotFound
    return booking


def lapse_of(booking: Booking, now: datetime) -> datetime | None:
    """When its hold lapsed, or None if it did not: a hold past its time has lapsed, whether or not a worker ran."""
    over = booking.status is BookingStatus.LAPSED
    if booking.lapses_at is None or not (over or booking.status is BookingStatus.HELD):
        return None
    return booking.lapses_at if over or booking.lapses_at <= now else None


def status_at(booking: Booking, now: datetime) -> BookingStatus:
    """Where it really stands at this moment."""
    return BookingStatus.LAPSED if lapse_of(booking, now) is not None else booking.status


async def live_of(case_id: int, *, now: datetime) -> Booking | None:
    """The case's booking that is held or confirmed at this moment, or None."""
    booking = await Booking.get_or_none(case_id=case_id, status__in=LIVE)
    return booking if booking is not None and lapse_of(booking, now) is None else None


class DatesStand(WrongMoment):
    say = _("Dates are held or booked for this case. Cancel them first, so that nobody comes for nothing.")


async def require_no_dates(case_id: int, *, now: datetime) -> None:
    """Raises DatesStand while the case has a booking that is held or confirmed. None can be taken before the commit."""
    await cases.lock(case_id)
    if await live_of(case_id, now=now) is not None:
        raise DatesStand


async def latest_of(case_id: int) -> Booking | None:
    """The case's last booking, whatever became of it; None if it never had one."""
    return await Booking.filter(case_id=case_id).order_by("-held_at", "-id").first()


async def lapsed_holds(now: datetime, *, at_most: int = 100) -> list[Booking]:
    """Holds whose time is over and that still say held, the oldest first: the worker moves them to lapsed."""
    return (
        await Booking.filter(status=BookingStatus.HELD, lapses_at__lte=now).order_by("lapses_at", "id").limit(at_most)
    )


async def ended_stays(now: datetime, *, at_most: int = 100) -> list[Booking]:
    """Confirmed bookings whose last step has ended, the oldest first: when its day is over, the worker completes them.

    One that was moved before its family was told has another stay to come.
    """
    ended = Booking.filter(status=BookingStatus.CONFIRMED, ends_at__lte=now, aside_at=None)
    return await ended.order_by("ends_at", "id").limit(at_most)


async def story(booking: Booking) -> list[BookingEvent]:
    """Every move of a booking, the first first."""
    return await BookingEvent.filter(booking_id=booking.id).order_by("id")


# For a journey that reads before it writes: whoever else wants to move this booking waits.
LOCK: Final = "SELECT id FROM booking WHERE id = $1 FOR UPDATE"


# For one that gives a booking dates, or gives it back its own: of two who do so with one patient's, the second waits before it
# has written anything. If each had written, each would wait for the other to know whether the dates meet.
LOCK_PATIENTS: Final = """
    SELECT id FROM booking WHERE id = $1 OR patient_id = (SELECT patient_id FROM booking WHERE id = $1)
     ORDER BY id FOR UPDATE
"""


async def locked(booking_id: int) -> Booking:
    """The booking, locked until the transaction ends, and as it is now. Raises NotFound."""
    return await _locked(LOCK, booking_id)


async def locked_with_others(booking_id: int) -> Booking:
    """The same, and every other of its patient's is locked too: the first thing that the transaction locks. Raises NotFound."""
    return await _locked(LOCK_PATIENTS, booking_id)


async def _locked(statement: str, booking_id: int) -> Booking:
    if not await run(statement, booking_id):
        raise NotFound
    return await Booking.get(id=booking_id)
