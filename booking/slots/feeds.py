"""Private calendar feeds for staff: an address that only its owner knows, revocable, and without health data.

An event says which booking and which resource, and when. The step is left out on purpose: "infusion" beside a
clinic's name tells a phone's lock screen, and whoever hosts the calendar, more than they may know.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar as CalendarFile
from icalendar import Event

from booking.kit.db import execute, run, run_one
from booking.kit.errors import NotFound
from booking.kit.ids import new_token, token_hash
from booking.kit.times import in_zone
from booking.kit.zone_rules import add_zones
from booking.slots.models import Feed

BACK: Final = timedelta(days=31)
AHEAD: Final = timedelta(days=400)

# An event is one place of one step of a booking, so that it keeps its UID when the booking moves.
CLAIMS: Final = """
SELECT b.code, coalesce(place.step, 0) AS step, coalesce(place.number, c.id) AS number, r.name,
       c.starts_at, c.ends_at, b.calendar_sequence
  FROM claim c JOIN resource r ON r.id = c.resource_id JOIN booking b ON b.id = c.booking_id
  LEFT JOIN LATERAL (
       SELECT s.n AS step, t.n AS number
         FROM jsonb_array_elements(coalesce(b.aside, b."window") -> 'steps') WITH ORDINALITY AS s (told, n),
              jsonb_array_elements_text(s.told -> 'resources') WITH ORDINALITY AS t (resource, n)
        WHERE s.told ->> 'key' = c.step AND t.resource::bigint = c.resource_id LIMIT 1
       ) place ON true
 WHERE r.clinic_id = $1 AND ($2::bigint IS NULL OR r.id = $2) AND c.ends_at > $3 AND c.starts_at < $4
   AND c.lapses_at IS NULL
 ORDER BY c.starts_at, r.id"""

# Who no longer works at the clinic has no feed of it.
OPEN: Final = """
SELECT f.clinic_id, f.resource_id, c.zone FROM feed f JOIN clinic c ON c.id = f.clinic_id
 WHERE f.token_hash = $1 AND f.revoked_at IS NULL
   AND EXISTS (SELECT FROM staff s WHERE s.person_id = f.person_id AND s.clinic_id = f.clinic_id AND s.is_active)"""

MINE: Final = """
SELECT f.id, r.name AS resource, f.created_at
  FROM feed f LEFT JOIN resource r ON r.id = f.resource_id
 WHERE f.clinic_id = $1 AND f.person_id = $2 AND f.revoked_at IS NULL
 ORDER BY f.created_at, f.id"""


@dataclass(frozen=True, slots=True)
class OpenFeed:
    """A feed that someone has; `resource` is None for the whole clinic's."""

    id: int
    resource: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A calendar file as text. `version` stays the same for as long as the same is to be told."""

    text: str
    version: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. Its UID is the same for as long as the booking lives; `sequence` counts the booking's moves."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    sequence: int


async def open_feed(clinic_id: int, person_id: int, *, now: datetime, resource_id: int | None = None) -> str:
    """A new feed of the clinic, or of one resource. The token is told once and only its hash kept."""
    token = new_token()
    await Feed.create(
        clinic_id=clinic_id,
        person_id=person_id,
        resource_id=resource_id,
        token_hash=token_hash(token),
        created_at=now,
    )
    return token


async def feeds_of(clinic_id: int, person_id: int) -> list[OpenFeed]:
    """The feeds that a person has of a clinic, the first made first."""
    return [OpenFeed(**row) for row in await run(MINE, clinic_id, person_id)]


async def revoke_feed(clinic_id: int, person_id: int, feed_id: int, *, now: datetime) -> None:
    """Close one of a person's own feeds. Raises NotFound if it is not theirs, or closed already."""
    closed = await execute(
        "UPDATE feed SET revoked_at = $4 WHERE id = $3 AND clinic_id = $1 AND person_id = $2 AND revoked_at IS NULL",
        clinic_id,
        person_id,
        feed_id,
        now,
    )
    if not closed:
        raise NotFound


async def read_feed(token: str, *, now: datetime) -> FeedFile:
    """The calendar file behind a token: kept bookings, from a month back to a year ahead.

    Raises:
        NotFound: no such feed, or revoked, or its owner has left: they look the same.
    """
    feed = await run_one(OPEN, token_hash(token))
    if feed is None:
        raise NotFound
    rows = await run(CLAIMS, feed["clinic_id"], feed["resource_id"], now - BACK, now + AHEAD)
    entries = [
        Entry(
            f"{row['code']}-{row['step']}-{row['number']}@leeward",
            f"{row['code']} {row['name']}",
            row["starts_at"],
            row["ends_at"],
            row["calendar_sequence"],
        )
        for row in rows
    ]
    return FeedFile(calendar_file(entries, feed["zone"], now=now), version_of(entries, feed["zone"]))


def version_of(entries: Iterable[Entry], zone: str) -> str:
    """A digest of what the file tells; the moment at which it was asked for is no part of that."""
    return hashlib.sha256(repr((zone, list(entries))).encode()).hexdigest()[:32]


def calendar_file(entries: Iterable[Entry], zone: str, *, now: datetime) -> str:
    """The entries as one iCalendar file, told in the clinic's zone."""
    file = CalendarFile()
    file.add("prodid", "-//Leeward//Resources//EN")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    told = list(entries)
    for entry in told:
        event = Event()
        event.add("uid", entry.uid)
        event.add("summary", entry.title)
        event.add("dtstamp", now)
        event.add("dtstart", in_zone(entry.starts_at, zone))
        event.add("dtend", in_zone(entry.ends_at, zone))
        event.add("sequence", entry.sequence)
        event.add("class", "PRIVATE")
        file.add_component(event)
    if told:
        add_zones(file, min(entry.starts_at for entry in told), max(entry.ends_at for entry in told))
    return str(file.to_ical(), "utf-8")
