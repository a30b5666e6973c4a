"""Whoever runs the product publishes a clinic as it is written down: its facts, a programme, and what can be booked there."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from booking.itineraries.rules import TravelRules
from booking.kit.db import transaction
from booking.kit.errors import Invalid
from booking.kit.times import in_zone
from booking.programmes.clinic_facts import ClinicFacts, facts_of
from booking.programmes.content import ContentInvalid, parse_content
from booking.programmes.models import Clinic, Programme
from booking.programmes.publishing import publish
from booking.programmes.written import Written, read_written
from booking.slots import holidays, resources
from booking.slots.models import Resource
from booking.slots.protocol import Protocol, ProtocolError
from booking.slots.roster import Roster, roster_of

# Bookings are kept in them: another one would move appointments, or change what is owed.
FOR_GOOD: Final = ("zone", "currency")


@dataclass(frozen=True, slots=True)
class Publication:
    """What is written, read and checked: nothing of it is stored yet."""

    written: Written
    facts: ClinicFacts
    slug: str
    content: Mapping[str, Any]
    protocol: Protocol
    roster: Roster


def read_publication(path: Path) -> Publication:
    """What stands there, checked whole. Raises WrittenWrong with the place of the first fault."""
    written = read_written(path)
    facts = facts_of(written)
    slug, content = written.programme()
    if not slug:
        raise written.wrong("programme", "slug", "is missing")
    try:
        parse_content(content)
        protocol = Protocol.parse(content["protocol"])
        TravelRules.parse(content["travel_rules"])
    except ContentInvalid as fault:
        place, what = next(iter(fault.errors.items()))
        raise written.wrong_in_content(place, what.into("en").removeprefix("Value error, ")) from fault
    except ProtocolError as fault:
        raise written.wrong("protocol", fault.where, fault.what) from fault
    except Invalid as fault:
        place, what = next(iter(fault.errors.items()))
        raise written.wrong("programme", f"travel_rules.{place}", what.into("en")) from fault
    return Publication(written, facts, slug, content, protocol, roster_of(written))


async def publish_clinic(publication: Publication, *, now: datetime) -> list[str]:
    """Store what is new of it; what changed, a line each. Kept bookings, and what the desk has changed, stay as they are.

    Raises WrittenWrong if the clinic's zone or currency are others than they were, or the programme is another clinic's.
    """
    async with transaction():
        return [line async for line in _changes(publication, now=now)]


async def _changes(publication: Publication, *, now: datetime) -> AsyncIterator[str]:
    told = publication.facts.model_dump(mode="json")
    clinic = await Clinic.select_for_update().get_or_none(slug=publication.facts.slug)
    if clinic is None:
        clinic = await Clinic.create(**told)
        yield f"clinic {clinic.slug}: new"
    else:
        changed = [name for name, value in told.items() if getattr(clinic, name) != value]
        for name in FOR_GOOD:
            if name in changed:
                raise publication.written.wrong(
                    "clinic", name, f"is {getattr(clinic, name)}, and bookings are kept in it"
                )
        await clinic.update_from_dict({name: told[name] for name in changed}).save()
        yield f"clinic {clinic.slug}: {', '.join(changed) if changed else 'as it was'}"
    today = in_zone(now, clinic.zone).date()
    await holidays.fill(clinic, today, anew=True)
    for shut in await holidays.holidays_of(clinic.id, today, now=now):
        if shut.touched and not shut.is_open:
            yield f"closed on {shut.day}, {shut.name}: {len(shut.touched)} appointments are in the way"
    yield await _programme(clinic, publication, now=now)
    known = {one.name for one in await Resource.filter(clinic_id=clinic.id)}
    fresh = [one for one in publication.roster.rostered(today) if one.name not in known]
    await resources.add(clinic.id, fresh)
    for one in fresh:
        yield f"resource {one.name}: new"
    for missing in await _missing(clinic, publication.protocol):
        yield missing


async def _programme(clinic: Clinic, publication: Publication, *, now: datetime) -> str:
    programme = await Programme.get_or_none(slug=publication.slug)
    if programme is None:
        programme = await Programme.create(clinic_id=clinic.id, slug=publication.slug)
    elif programme.clinic_id != clinic.id:
        raise publication.written.wrong("programme", "slug", f"'{programme.slug}' is another clinic's programme")
    was = programme.published_version_id
    version = await publish(programme, publication.content, now=now)
    return f"programme {programme.slug}: version {version.number}{' as it was' if version.id == was else ', published'}"


async def _missing(clinic: Clinic, protocol: Protocol) -> list[str]:
    """What the programme needs and the clinic does not have: no date can be offered before it does."""
    has = await Resource.filter(clinic_id=clinic.id, is_active=True)
    return [
        f"step {step.key}: needs {need.count} {need.kind}{' with ' if need.skills else ''}{', '.join(sorted(need.skills))},"
        f" and there are {able}"
        for step in protocol.steps
        for need in step.needs
        if not need.if_wished
        and (able := sum(one.kind == need.kind and need.skills <= set(one.skills) for one in has)) < need.count
    ]
