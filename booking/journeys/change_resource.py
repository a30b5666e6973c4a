"""A coordinator changes one resource: what it is called and can do, its weekly hours; it is retired, or comes back.

What changes holds at once for new dates, and in sight of the old ones: bookings keep what they have until they are moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.journeys.offer_freed import offer_freed
from booking.journeys.who_booked import Booked, own_clinic, who_booked
from booking.kit.db import transaction
from booking.kit.errors import Invalid
from booking.kit.times import in_zone
from booking.kit.words import _
from booking.programmes.models import Clinic
from booking.slots import closures, resources
from booking.slots.changing import changing
from booking.slots.closures import Opening, Touched
from booking.slots.hours import Hours
from booking.slots.models import Resource
from booking.slots.unsuited import unsuited


@dataclass(frozen=True, slots=True)
class OneResource:
    """A resource, its weekly hours from today on, and the bookings that lie outside of them, or ask more than it can do."""

    clinic: Clinic
    today: date
    resource: Resource
    openings: Sequence[Opening]
    outside: Sequence[Touched]
    unable: Sequence[Touched]
    booked: Mapping[str, Booked]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change met. It waits for a word if the resource would no longer suit bookings that it has."""

    clinic: Clinic
    is_kept: bool
    touched: Sequence[Touched]
    booked: Mapping[str, Booked]


async def open_resource(viewer: Viewer, resource_id: int, *, now: datetime) -> OneResource:
    """One of the clinic's. It names patients, so it leaves an audit row. Raises NotFound."""
    async with transaction():
        clinic = await own_clinic(viewer)
        resource = await resources.of_clinic(clinic.id, resource_id)
        today = in_zone(now, clinic.zone).date()
        found = await unsuited(clinic.id, resource.id, now=now)
        booked = await who_booked(clinic.id, (one.touched.booking for one in found))
        openings = (await closures.opening_hours(clinic.id, today)).get(resource.id, [])
        await audit.record(viewer, "resource.read", f"resource {resource.id}", now=now)
    outside = [one.touched for one in found if one.is_outside]
    unable = [one.touched for one in found if one.is_unable]
    return OneResource(clinic, today, resource, openings, outside, unable, booked)


async def change_resource(
    viewer: Viewer, resource_id: int, *, name: str, skills: Sequence[str], anyway: bool = False, now: datetime
) -> Changed:
    """Another name, other skills, unless bookings ask for one that it would lose and `anyway` was not said.

    Bookings keep what they have. Raises NotFound, Invalid.
    """
    async with transaction():
        clinic = await own_clinic(viewer)
        await changing(clinic.id, [resource_id])
        resource = await resources.of_clinic(clinic.id, resource_id)
        await resources.check_change(resource, name, skills)
        loses = set(resource.skills) - set(skills)
        found = await unsuited(clinic.id, resource.id, skills=skills, now=now) if loses else []
        touched = [one.touched for one in found if one.is_unable]
        is_kept = anyway or not touched
        if is_kept:
            await resources.change(resource.id, name, skills)
        return await _changed(viewer, clinic, resource, "resource.change", touched, is_kept=is_kept, now=now)


async def set_hours(
    viewer: Viewer, resource_id: int, week: Sequence[Hours], from_day: date, *, anyway: bool, now: datetime
) -> Changed:
    """These weekly hours hold from that day on, unless that leaves bookings outside and `anyway` was not said.

    Bookings keep what they have. Raises NotFound, and Invalid for a day that has passed.
    """
    async with transaction():
        clinic = await own_clinic(viewer)
        resource = await resources.of_clinic(clinic.id, resource_id)
        _require_to_come(clinic, from_day, now=now)
        hours = tuple(one._replace(from_day=from_day) for one in week)
        await changing(clinic.id, [resource.id])
        outside = await resources.outside(clinic.id, clinic.zone, resource.id, hours, from_day, now=now)
        is_kept = anyway or not outside
        if is_kept:
            await resources.set_hours(resource.id, hours, from_day)
        return await _changed(viewer, clinic, resource, "resource.hours", outside, is_kept=is_kept, now=now)


async def retire_resource(viewer: Viewer, resource_id: int, *, now: datetime) -> None:
    """Nothing is planned with it any more. Raises NotFound, StillBooked."""
    async with transaction():
        clinic = await own_clinic(viewer)
        resource = await resources.of_clinic(clinic.id, resource_id)
        await resources.retire(clinic.id, [resource], in_zone(now, clinic.zone).date(), now=now)
        await audit.record(viewer, "resource.retire", f"resource {resource_id}", now=now)


async def bring_back_resource(viewer: Viewer, resource_id: int, from_day: date | None, *, now: datetime) -> None:
    """One that was retired can be had again, from that day on or from today; who waits for dates is offered what that frees.

    Raises NotFound if it is not retired, and Invalid for a day that has passed, or if another has its name by now.
    """
    async with transaction():
        clinic = await own_clinic(viewer)
        today = in_zone(now, clinic.zone).date()
        _require_to_come(clinic, from_day or today, now=now)
        await changing(clinic.id, [resource_id])
        await resources.bring_back(clinic.id, resource_id, today, from_day or today)
        await audit.record(viewer, "resource.bring_back", f"resource {resource_id}", now=now)
    await offer_freed(clinic.id, now=now)


async def _changed(
    viewer: Viewer,
    clinic: Clinic,
    resource: Resource,
    deed: str,
    touched: Sequence[Touched],
    *,
    is_kept: bool,
    now: datetime,
) -> Changed:
    booked = await who_booked(clinic.id, (one.booking for one in touched))
    await audit.record(viewer, deed if is_kept else f"{deed}_preview", f"resource {resource.id}", now=now)
    return Changed(clinic, is_kept, touched, booked)


def _require_to_come(clinic: Clinic, day: date, *, now: datetime) -> None:
    if day < in_zone(now, clinic.zone).date():
        raise Invalid({"from_day": _("This day has passed. Please choose one that is still to come.")})
