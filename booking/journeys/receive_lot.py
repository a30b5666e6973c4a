"""Lots of cells as a coordinator handles them: they come in, are released, held back or recalled, and whom they are for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking
from booking.journeys.offer_freed import offer_freed
from booking.journeys.who_booked import Booked, own_clinic, who_booked
from booking.kit.db import transaction
from booking.kit.errors import Invalid, NotFound
from booking.kit.times import in_zone
from booking.kit.words import _
from booking.programmes.models import Clinic
from booking.slots import lots
from booking.slots.lots import Arrival, LotMoved, OnShelf, Promised
from booking.slots.models import LotState


@dataclass(frozen=True, slots=True)
class Shelf:
    """The clinic's lots, the first to expire first; and a booking's doses if they were asked for."""

    clinic: Clinic
    today: date
    lots: Sequence[OnShelf]
    asked: str
    found: Sequence[Promised]
    booked: Mapping[str, Booked]


@dataclass(frozen=True, slots=True)
class LotFile:
    """One lot: what it may become, what became of it, and everyone who has a dose of it."""

    clinic: Clinic
    today: date
    lot: OnShelf
    may_become: Sequence[LotState]
    story: Sequence[LotMoved]
    promised: Sequence[Promised]
    booked: Mapping[str, Booked]


async def open_shelf(viewer: Viewer, *, booking: str = "", now: datetime) -> Shelf:
    """The lots of the viewer's clinic. With a booking's code also where its doses come from: none, if there is none such."""
    async with transaction():
        clinic = await own_clinic(viewer)
        wanted = await Booking.get_or_none(code=booking, case__clinic_id=clinic.id) if booking else None
        found = await lots.promised(clinic.id, now=now, booking_id=wanted.id) if wanted else []
        if wanted:
            await audit.record(viewer, "doses.read", f"booking {wanted.code}", now=now)
        return Shelf(
            clinic,
            in_zone(now, clinic.zone).date(),
            await lots.shelf(clinic.id, now),
            booking,
            found,
            await who_booked(clinic.id, (one.booking for one in found)),
        )


async def open_lot(viewer: Viewer, code: str, *, now: datetime) -> LotFile:
    """One lot of the viewer's clinic with everyone it touches. Leaves an audit row. Raises NotFound."""
    async with transaction():
        clinic = await own_clinic(viewer)
        lot = await _lot(clinic, code, now)
        promised = await lots.promised(clinic.id, now=now, lot_id=lot.id)
        await audit.record(viewer, "lot.read", f"lot {lot.code}", now=now)
        return LotFile(
            clinic,
            in_zone(now, clinic.zone).date(),
            lot,
            [state for state in LotState if state in lots.NEXT[lot.state]],
            await lots.events_of(lot.id),
            promised,
            await who_booked(clinic.id, (one.booking for one in promised)),
        )


async def receive_lot(viewer: Viewer, arrival: Arrival, *, now: datetime) -> None:
    """A lot has come in; it is quarantined until it is released. Raises Invalid."""
    async with transaction():
        clinic = await own_clinic(viewer)
        await lots.receive(arrival, clinic.id, by=viewer.person_id, now=now)
        await audit.record(viewer, "lot.receive", f"lot {arrival.code}", now=now)


async def set_lot_state(viewer: Viewer, code: str, was: LotState, to: LotState, *, reason: str, now: datetime) -> None:
    """Release a lot, hold it back or recall it. Bookings keep their doses of it, and stay in sight, until they are moved.

    Raises Invalid without a reason, NotFound, and WrongMoment if it does not follow from where the lot stands.
    """
    if not reason:
        raise Invalid({"reason": _("Please say why: whoever looks at this lot later will ask.")})
    async with transaction():
        clinic = await own_clinic(viewer)
        lot = await _lot(clinic, code, now)
        await lots.set_state(clinic.id, lot.id, was, to, reason=reason, by=viewer.person_id, now=now)
        await audit.record(viewer, f"lot.{to}", f"lot {lot.code}", now=now)
    await offer_freed(clinic.id, now=now)


async def _lot(clinic: Clinic, code: str, now: datetime) -> OnShelf:
    for lot in await lots.shelf(clinic.id, now):
        if lot.code == code:
            return lot
    raise NotFound
