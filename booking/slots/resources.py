"""Resources come, change, get other hours, and are retired. Everything runs in the journey's transaction."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from booking.kit.db import Record, execute, run
from booking.kit.errors import Invalid, NotFound, Refusal
from booking.kit.times import in_zone
from booking.kit.words import Text, _
from booking.slots import closures
from booking.slots.changing import changing, held
from booking.slots.closures import Closing, Touched, touched_by
from booking.slots.grid import Grid, tick, tick_after
from booking.slots.hours import Hours, open_bits
from booking.slots.models import Resource
from booking.slots.protocol import is_word

MOST_IN_A_POOL: Final = 60
LONGEST_NAME: Final = 200
# As far as anyone may have claimed anything.
FAR: Final = timedelta(days=3 * 366)

ADD: Final = """
WITH told AS (
  SELECT * FROM jsonb_to_recordset($2::jsonb) AS told (kind text, name text, skills jsonb, hours jsonb)
), made AS (
  INSERT INTO resource (clinic_id, kind, name, skills, is_active) SELECT $1, kind, name, skills, true FROM told
  RETURNING id, name
)
INSERT INTO opening_hours (resource_id, weekday, opens, closes, from_day, until_day)
SELECT made.id, each.* FROM made JOIN told USING (name), jsonb_to_recordset(told.hours)
    AS each (weekday smallint, opens time, closes time, from_day date, until_day date)"""

NAMES: Final = "SELECT name FROM resource WHERE clinic_id = $1 AND is_active AND name = ANY($2) ORDER BY name"

RETIRE: Final = f"""
UPDATE resource SET is_active = false
 WHERE clinic_id = $1 AND id = ANY($2)
   AND NOT EXISTS (SELECT FROM claim c WHERE c.resource_id = resource.id AND c.ends_at > $3 AND {held("c", "$3")})"""  # noqa: S608 - our own texts

# What holds from that day on is replaced whole; what held before holds until the day before.
END_HOURS: Final = """
UPDATE opening_hours SET until_day = $2::date - 1
 WHERE resource_id = $1 AND from_day < $2 AND coalesce(until_day, $2) >= $2"""
DROP_HOURS: Final = "DELETE FROM opening_hours WHERE resource_id = $1 AND from_day >= $2"
ADD_HOURS: Final = """
INSERT INTO opening_hours (resource_id, weekday, opens, closes, from_day)
SELECT $1, * FROM unnest($2::smallint[], $3::time[], $4::time[], $5::date[])"""

LIKE: Final = """
SELECT weekday, opens, closes, from_day, until_day FROM opening_hours
 WHERE resource_id = $1 AND coalesce(until_day, $2) >= $2 ORDER BY from_day, weekday, opens, id"""


class StillBooked(Refusal):
    """A resource that is to be retired is kept for someone."""

    status = 409
    say = _("It cannot be retired yet: there are bookings on it. Please move those first.")

    def __init__(self, resources: Sequence[tuple[Resource, Sequence[Touched]]]) -> None:
        super().__init__()
        self.resources = resources


@dataclass(frozen=True, slots=True)
class Rostered:
    """A resource that is to be: what it can do, and its weekly hours."""

    kind: str
    name: str
    skills: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()


def numbered(name: str, count: int) -> list[str]:
    """The names of a pool, `Recovery bed 1` and on; of one alone, its own."""
    return [name] if count == 1 else [f"{name} {n}" for n in range(1, count + 1)]


def pool_of(name: str) -> tuple[str, int] | None:
    """The pool that a name belongs to and its number in it: `Recovery bed 3` is the third recovery bed."""
    found = re.fullmatch(r"(.+\S)\s+(\d{1,3})", name)
    return (found[1], int(found[2])) if found else None


async def add(clinic_id: int, resources: Iterable[Rostered]) -> None:
    """Add them all, in one statement. Raises Invalid if a name is taken, or cannot be one."""
    told = list(resources)
    for one in told:
        check(one.kind, one.name, one.skills)
    taken = await run(NAMES, clinic_id, [one.name for one in told])
    if taken:
        raise Invalid({"name": _("There is a %(name)s already.").with_facts(name=taken[0]["name"])})
    await run(ADD, clinic_id, json.dumps([_told(one) for one in told], default=str))


def check(kind: str, name: str, skills: Iterable[str]) -> None:
    """Raises Invalid with what is wrong beside its field."""
    errors: dict[str, Text] = {}
    if not 0 < len(name) <= LONGEST_NAME:
        errors["name"] = _("Please write the name.")
    if not is_word(kind):
        errors["kind"] = NOT_A_WORD
    if not all(is_word(skill) for skill in skills):
        errors["skills"] = NOT_A_WORD
    if errors:
        raise Invalid(errors)


NOT_A_WORD: Final = _("Please use small letters and figures only, words joined by hyphens: lumbar-puncture")


async def check_change(resource: Resource, name: str, skills: Iterable[str]) -> None:
    """Raises Invalid if it cannot be called so, or a skill is none."""
    check(resource.kind, name, skills)
    others = Resource.filter(clinic_id=resource.clinic_id, is_active=True, name=name).exclude(id=resource.id)
    if await others.exists():
        raise Invalid({"name": _("There is a %(name)s already.").with_facts(name=name)})


async def change(resource_id: int, name: str, skills: Iterable[str]) -> None:
    """Another name, other skills. Bookings keep what they have."""
    await Resource.filter(id=resource_id).update(name=name, skills=sorted(set(skills)))


async def of_clinic(clinic_id: int, resource_id: int) -> Resource:
    """An active resource of the clinic. Raises NotFound."""
    resource = await Resource.get_or_none(id=resource_id, clinic_id=clinic_id, is_active=True)
    if resource is None:
        raise NotFound
    return resource


async def retire(clinic_id: int, resources: Sequence[Resource], today: date, *, now: datetime) -> None:
    """Nothing is planned with them any more. Raises StillBooked, with what is, if one of them is kept for someone."""
    await changing(clinic_id, [one.id for one in resources])
    if await execute(RETIRE, clinic_id, [one.id for one in resources], now) < len(resources):
        booked = [(one, await booked_from(clinic_id, one.id, today, now=now)) for one in resources]
        raise StillBooked([(one, touched) for one, touched in booked if touched])


async def bring_back(clinic_id: int, resource_id: int, today: date, from_day: date) -> None:
    """It can be had again from that day on, with its name, skills and weekly hours from before; nothing else keeps it away.

    Raises NotFound if it is not retired, and Invalid if another has its name by now.
    """
    resource = await Resource.get_or_none(id=resource_id, clinic_id=clinic_id, is_active=False)
    if resource is None:
        raise NotFound
    if await Resource.exists(clinic_id=clinic_id, is_active=True, name=resource.name):
        taken = _("There is a %(name)s already. Please give that one another name first.")
        raise Invalid({"retired": taken.with_facts(name=resource.name)})
    await closures.end(resource_id, today)
    if from_day > today:
        await closures.add(clinic_id, Closing(resource_id, today, from_day - timedelta(days=1)))
    await Resource.filter(id=resource_id).update(is_active=True)


async def booked_from(clinic_id: int, resource_id: int, day: date, *, now: datetime) -> list[Touched]:
    """Every claim on it from that day on, kept or held, the first first."""
    return await touched_by(clinic_id, Closing(resource_id, day, day + FAR), now=now)


async def hours_like(resource_id: int, today: date) -> tuple[Hours, ...]:
    """A resource's weekly hours from today on, and those that come."""
    return tuple(_hours(row) for row in await run(LIKE, resource_id, today))


async def outside(
    clinic_id: int, zone: str, resource_id: int, hours: tuple[Hours, ...], from_day: date, *, now: datetime
) -> list[Touched]:
    """The claims on it from that day on that these hours would leave outside."""
    kept = await booked_from(clinic_id, resource_id, from_day, now=now)
    return [one for one in kept if not _covered(one, zone, hours)]


async def set_hours(resource_id: int, hours: Sequence[Hours], from_day: date) -> None:
    """These are its weekly hours from that day on, and those before end with the day before."""
    await execute(END_HOURS, resource_id, from_day)
    await execute(DROP_HOURS, resource_id, from_day)
    columns = [
        list(column) for column in zip(*((h.weekday, h.opens, h.closes, h.from_day) for h in hours), strict=True)
    ]
    if columns:
        await execute(ADD_HOURS, resource_id, *columns)


def _covered(claim: Touched, zone: str, hours: tuple[Hours, ...]) -> bool:
    first, last = (in_zone(at, zone).date() for at in (claim.starts_at, claim.ends_at))
    grid = Grid(zone, first, last)
    start, end = tick(claim.starts_at) - grid.origin, tick_after(claim.ends_at) - grid.origin
    needed = (1 << end) - (1 << start)
    return open_bits(hours, grid) & needed == needed


def _told(one: Rostered) -> dict[str, object]:
    hours = [
        hour._asdict() | {"until_day": None if hour.until_day == date.max else hour.until_day} for hour in one.hours
    ]
    return {"kind": one.kind, "name": one.name, "skills": sorted(set(one.skills)), "hours": hours}


def _hours(row: Record) -> Hours:
    return Hours(row["weekday"], row["opens"], row["closes"], row["from_day"], row["until_day"] or date.max)
