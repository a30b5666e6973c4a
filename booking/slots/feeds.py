"""Private calendar feeds for staff: an address that only its owner knows, revocable, and without health data.

An event says which booking and which resource, and when. The step is left out on purpose: "infusion" beside a
clinic's name tells a phone's lock screen, and whoever hosts the calendar, more than they may know.
"""

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
from booking.slots.models import Feed

BACK: Final = timedelta(days=31)
AHEAD: Final = timedelta(days=400)

CLAIMS: Final = """
SELECT c.id, b.code, r.id AS resource_id, r.name, c.starts_at, c.ends_at, b.calendar_sequence
  FROM claim c JOIN resource r ON r.id = c.resource_id JOIN booking b ON b.id = c.booking_id
 WHERE r.clinic_id = $1 AND ($2::bigint IS NULL OR r.id = $2) AND c.ends_at > $3 AND c.starts_at < $4
   AND c.lapses_at IS NULL
 ORDER BY c.starts_at, r.id"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: the same UID for as long as the booking has that resource at that time."""

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


async def revoke_feeds(clinic_id: int, person_id: int, *, now: datetime) -> int:
    """Close every feed that a person has of a clinic: how many were open."""
    return await execute(
        "UPDATE feed SET revoked_at = $3 WHERE clinic_id = $1 AND person_id = $2 AND revoked_at IS NULL",
        clinic_id,
        person_id,
        now,
    )


async def read_feed(token: str, *, now: datetime) -> str:
    """The calendar file behind a token: kept bookings, from a month back to a year ahead.

    Raises:
        NotFound: no such feed, or revoked: the two look the same.
    """
    feed = await run_one(
        """SELECT f.clinic_id, f.resource_id, c.zone FROM feed f JOIN clinic c ON c.id = f.clinic_id
            WHERE f.token_hash = $1 AND f.revoked_at IS NULL""",
        token_hash(token),
    )
    if feed is None:
        raise NotFound
    rows = await run(CLAIMS, feed["clinic_id"], feed["resource_id"], now - BACK, now + AHEAD)
    entries = (
        Entry(
            f"{row['code']}-{row['resource_id']}-{row['starts_at']:%Y%m%dT%H%MZ}@leeward",
            f"{row['code']} {row['name']}",
            row["starts_at"],
            row["ends_at"],
            row["calendar_sequence"],
        )
        for row in rows
    )
    return calendar_file(entries, feed["zone"], now=now)


def calendar_file(entries: Iterable[Entry], zone: str, *, now: datetime) -> str:
    """The entries as one iCalendar file, told in the clinic's zone."""
    file = CalendarFile()
    file.add("prodid", "-//Leeward//Resources//EN")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("summary", entry.title)
        event.add("dtstamp", now)
        event.add("dtstart", in_zone(entry.starts_at, zone))
        event.add("dtend", in_zone(entry.ends_at, zone))
        event.add("sequence", entry.sequence)
        event.add("class", "PRIVATE")
        file.add_component(event)
    file.add_missing_timezones()
    return str(file.to_ical(), "utf-8")
