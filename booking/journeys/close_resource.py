"""A coordinator closes a resource for some days, or opens it again: at once for new dates, and in sight of the old ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.journeys.offer_freed import offer_freed
from booking.journeys.who_booked import Booked, own_clinic, who_booked
from booking.kit.db import transaction
from booking.kit.times import in_zone
from booking.programmes.models import Clinic
from booking.slots import closures
from booking.slots.changing import changing
from booking.slots.closures import Closing, Kept, Opening, Touched
from booking.slots.models import Resource
from booking.slots.unsuited import Unsuited, unsuited


@dataclass(frozen=True, slots=True)
class Hours:
    """The clinic's opening hours by resource, its closures from today on, and whose bookings these touch.

    `unsuited` are bookings whose resource has other hours by now, or has lost a skill that they ask for.
    """

    clinic: Clinic
    today: date
    resources: Sequence[Resource]
    openings: Mapping[int, Sequence[Opening]]
    closures: Sequence[Kept]
    unsuited: Sequence[Unsuited]
    booked: Mapping[str, Booked]


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing met. `closure` is its id, or None while it waits for a word about the bookings that it touches."""

    clinic: Clinic
    closure: int | None
    touched: Sequence[Touched]
    booked: Mapping[str, Booked]

    @property
    def is_kept(self) -> bool:
        return self.closure is not None


async def open_hours(viewer: Viewer, *, now: datetime) -> Hours:
    """Opening hours and closures of the viewer's clinic. It names patients, so it leaves an audit row."""
    async with transaction():
        clinic = await own_clinic(viewer)
        today = in_zone(now, clinic.zone).date()
        kept = await closures.closures_of(clinic.id, today, now=now)
        changed = await unsuited(clinic.id, now=now)
        touched = [*(one for closure in kept for one in closure.touched), *(one.touched for one in changed)]
        booked = await who_booked(clinic.id, (one.booking for one in touched))
        await audit.record(viewer, "closures.read", f"clinic {clinic.slug}", now=now)
        return Hours(
            clinic,
            today,
            await Resource.filter(clinic_id=clinic.id, is_active=True).order_by("kind", "name", "id"),
            await closures.opening_hours(clinic.id, today),
            kept,
            changed,
            booked,
        )


async def close_resource(viewer: Viewer, closing: Closing, *, anyway: bool, now: datetime) -> Closed:
    """Close the resource from now on, unless that touches bookings and `anyway` was not said: then they are named.

    Bookings keep what they have: nobody is moved, and nobody is told. Raises Invalid, and NotFound for a
    resource of another clinic.
    """
    closing.check()
    async with transaction():
        clinic = await own_clinic(viewer)
        await changing(clinic.id, [closing.resource_id])
        touched = await closures.touched_by(clinic.id, closing, now=now)
        booked = await who_booked(clinic.id, (one.booking for one in touched))
        closure = await closures.add(clinic.id, closing) if anyway or not touched else None
        await audit.record(
            viewer, "resource.close" if closure else "closure.preview", f"resource {closing.resource_id}", now=now
        )
    return Closed(clinic, closure, touched, booked)


async def open_again(viewer: Viewer, closure_ids: Sequence[int], *, now: datetime) -> None:
    """Take closures back, all or none. Raises NotFound if one of them is not the viewer's clinic's."""
    async with transaction():
        clinic = await own_clinic(viewer)
        for closure_id in closure_ids:
            await closures.remove(clinic.id, closure_id)
            await audit.record(viewer, "resource.open_again", f"closure {closure_id}", now=now)
    await offer_freed(clinic.id, now=now)
