"""A coordinator keeps the clinic's resources: new ones, more or fewer of a pool, the days on which all of it is closed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.journeys.who_booked import Booked, own_clinic, who_booked
from booking.kit.db import transaction
from booking.kit.errors import Invalid, NotFound
from booking.kit.times import in_zone
from booking.kit.words import _
from booking.programmes.models import Clinic
from booking.slots import holidays, resources
from booking.slots.changing import changing
from booking.slots.holidays import Shut
from booking.slots.hours import Hours
from booking.slots.models import Resource
from booking.slots.resources import MOST_IN_A_POOL, Rostered, StillBooked, pool_of


@dataclass(frozen=True, slots=True)
class Pool:
    """Resources of one kind that have one name but for their number: `Recovery bed`, of which there are three."""

    name: str
    kind: str
    members: Sequence[Resource]


@dataclass(frozen=True, slots=True)
class Resources:
    """All of the viewer's clinic, the pools among them, and what is retired."""

    clinic: Clinic
    every: Sequence[Resource]
    pools: Sequence[Pool]
    retired: Sequence[Resource]


@dataclass(frozen=True, slots=True)
class Holidays:
    """The days from today on when the clinic is closed, or would be, and whose bookings lie on them."""

    clinic: Clinic
    days: Sequence[Shut]
    booked: Mapping[str, Booked]


async def open_resources(viewer: Viewer) -> Resources:
    """The resources of the viewer's clinic, by kind and name."""
    clinic = await own_clinic(viewer)
    every = await _active(clinic)
    return Resources(clinic, every, _pools(every), await _all(clinic, is_active=False))


async def add_resource(viewer: Viewer, one: Rostered, *, count: int, like: int | None, now: datetime) -> None:
    """Add it, or a pool of so many, with the weekly hours of another; else with those that most of its kind keep.

    Raises Invalid, and NotFound if there is no such other.
    """
    async with transaction():
        clinic = await own_clinic(viewer)
        today = in_zone(now, clinic.zone).date()
        hours = await _hours_for(clinic, one.kind, like, today)
        fresh = [replace(one, name=name, hours=hours) for name in resources.numbered(one.name, count)]
        await resources.add(clinic.id, fresh)
        await audit.record(viewer, "resource.add", f"clinic {clinic.slug}", now=now)


async def set_capacity(viewer: Viewer, name: str, kind: str, capacity: int, *, now: datetime) -> None:
    """Let a pool have so many: the next numbers, with the first one's hours, or without the last that nobody has.

    Raises:
        NotFound: there is no such pool.
        StillBooked: too many of them are kept for someone.
    """
    if not 1 <= capacity <= MOST_IN_A_POOL:
        raise Invalid(
            {"capacity": _("Please give a number from %(least)s to %(most)s.").with_facts(least=1, most=MOST_IN_A_POOL)}
        )
    async with transaction():
        clinic = await own_clinic(viewer)
        pool = next((one for one in _pools(await _active(clinic)) if (one.name, one.kind) == (name, kind)), None)
        if pool is None:
            raise NotFound
        today = in_zone(now, clinic.zone).date()
        if capacity > len(pool.members):
            await _raise(clinic, pool, capacity, today)
        elif capacity < len(pool.members):
            await _lower(clinic, pool, len(pool.members) - capacity, today, now=now)
        await audit.record(viewer, "resource.capacity", f"clinic {clinic.slug}", now=now)


async def open_holidays(viewer: Viewer, *, now: datetime) -> Holidays:
    """The clinic's closed days. It names patients, so it leaves an audit row."""
    async with transaction():
        clinic = await own_clinic(viewer)
        days = await holidays.holidays_of(clinic.id, in_zone(now, clinic.zone).date(), now=now)
        closed = (one.booking for day in days if not day.is_open for one in day.touched)
        booked = await who_booked(clinic.id, closed)
        await audit.record(viewer, "holidays.read", f"clinic {clinic.slug}", now=now)
    return Holidays(clinic, days, booked)


async def set_holiday(viewer: Viewer, day: date, *, is_open: bool, now: datetime) -> None:
    """Open the clinic on a day on which it would be closed, or let it be closed after all. Raises NotFound."""
    async with transaction():
        clinic = await own_clinic(viewer)
        if not is_open:
            await changing(clinic.id)
        await holidays.set_open(clinic.id, day, is_open=is_open)
        await audit.record(viewer, "holiday.open" if is_open else "holiday.close", f"clinic {clinic.slug}", now=now)


async def _active(clinic: Clinic) -> Sequence[Resource]:
    return await _all(clinic, is_active=True)


async def _all(clinic: Clinic, *, is_active: bool) -> Sequence[Resource]:
    return await Resource.filter(clinic_id=clinic.id, is_active=is_active).order_by("kind", "name", "id")


def _pools(every: Sequence[Resource]) -> list[Pool]:
    members: dict[tuple[str, str], list[tuple[int, Resource]]] = {}
    for one in every:
        if found := pool_of(one.name):
            members.setdefault((found[0], one.kind), []).append((found[1], one))
    return [
        Pool(name, kind, [one for _number, one in sorted(numbered, key=lambda each: each[0])])
        for (name, kind), numbered in members.items()
    ]


async def _hours_for(clinic: Clinic, kind: str, like: int | None, today: date) -> tuple[Hours, ...]:
    if like is not None:
        return await resources.hours_like((await resources.of_clinic(clinic.id, like)).id, today)
    kept = Counter([await resources.hours_like(one.id, today) for one in await _active(clinic) if one.kind == kind])
    return kept.most_common(1)[0][0] if kept else ()


async def _raise(clinic: Clinic, pool: Pool, capacity: int, today: date) -> None:
    hours = await resources.hours_like(pool.members[0].id, today)
    taken = {one.name for one in pool.members}
    names = [name for name in resources.numbered(pool.name, MOST_IN_A_POOL + 1) if name not in taken]
    fresh = names[: capacity - len(pool.members)]
    await resources.add(clinic.id, [Rostered(pool.kind, name, (), hours) for name in fresh])


async def _lower(clinic: Clinic, pool: Pool, fewer: int, today: date, *, now: datetime) -> None:
    booked = [(one, await resources.booked_from(clinic.id, one.id, today, now=now)) for one in pool.members]
    free = [one for one, touched in booked if not touched][::-1]
    if len(free) < fewer:
        raise StillBooked([(one, touched) for one, touched in booked if touched])
    await resources.retire(clinic.id, free[:fewer], today, now=now)
