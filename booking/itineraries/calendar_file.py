"""Calendar files (RFC 5545, RFC 5546): one UID for an event's whole life, and a SEQUENCE that only goes up.

Nothing in a calendar says what the treatment is for: calendars are shared, and shown on locked screens.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from icalendar import STATUS, Calendar, Event, vCalAddress, vText

from booking.itineraries.days import Entry, days
from booking.itineraries.trip import Itinerary, LegKind
from booking.kit.times import in_zone
from booking.kit.words import _
from booking.kit.zone_rules import add_zones

PRODUCT: Final = "-//Leeward//Itinerary//EN"
REFRESH: Final = timedelta(hours=4)
SHORTEST: Final = timedelta(minutes=30)
# A step's own title may say too much on a locked screen.
APPOINTMENT: Final = _("Appointment at the clinic")
VISIT: Final = _("Your days at the clinic")


class Method(StrEnum):
    """PUBLISH for a feed; REQUEST and CANCEL for a file in a mail. The mail's MIME part says the same word."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """One entry. `uid` stays the same for ever; starts and ends are instants, told in the place's zone."""

    uid: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    place: str = ""
    details: str = ""


def calendar_file(
    events: Iterable[CalendarEvent],
    *,
    method: Method,
    sequence: int,
    now: datetime,
    organizer: Party,
    attendee: Party | None = None,
    name: str = "",
) -> bytes:
    """The whole file, with the rules of every zone that it mentions.

    `sequence` must be higher than in any file sent before for the same events, for a cancellation too.
    A REQUEST or CANCEL is about one event, and a PUBLISH invites nobody (RFC 5546, 3.2.1, 3.2.2, 3.2.5).
    """
    told = list(events)
    if method is Method.PUBLISH:
        if attendee is not None:
            raise ValueError("a published calendar has no attendees")
    elif len(told) != 1:
        raise ValueError("a request or cancellation is about exactly one event")
    calendar = Calendar.new(
        prodid=PRODUCT, method=method, name=name or None, uid=f"calendar-{told[0].uid}" if told else None
    )
    if method is Method.PUBLISH:
        calendar.refresh_interval = REFRESH
    status = STATUS.CANCELLED if method is Method.CANCEL else STATUS.CONFIRMED
    for event in told:
        made = _event(event, sequence=sequence, now=now, status=status)
        made.add("organizer", _address(organizer))
        if attendee is not None:
            made.add("attendee", _address(attendee))
        calendar.add_component(made)
    if told:
        first, last = min(event.starts_at for event in told), max(event.ends_at for event in told)
        add_zones(calendar, first, last)
    return bytes(calendar.to_ical())


def visit_of(
    starts_at: datetime,
    ends_at: datetime,
    *,
    zone: str,
    booking_code: str,
    host: str,
    language: str,
    place: str = "",
) -> CalendarEvent:
    """The whole treatment as one event: what a mail requests, moves and cancels. Its SEQUENCE is the booking's own."""
    return CalendarEvent(
        uid=f"{booking_code}-visit@{host}".lower(),
        summary=VISIT.into(language),
        starts_at=starts_at,
        ends_at=ends_at,
        zone=zone,
        place=place,
    )


def events_of(trip: Itinerary, *, booking_code: str, host: str, language: str) -> list[CalendarEvent]:
    """Flights, rides and appointments of a trip; their UIDs outlive every change of date.

    Their SEQUENCE counts the booking's moves and the trip's own changes together, so that it only goes up.
    `host` is the public one: it makes the UIDs the world's own.
    """
    flights = {flight.leg: flight for flight in trip.flights}
    seen: set[str] = set()
    events = []
    for entry in (entry for day in days(trip) for entry in day.entries if entry.at is not None):
        uid = f"{booking_code}-{entry.leg.kind}-{entry.leg.key}@{host}".lower()
        if uid in seen:
            continue  # a flight is one event, though a day by day list tells it twice
        seen.add(uid)
        ends = flights[entry.leg].arrives.instant if entry.leg in flights else entry.until
        events.append(_of(entry, uid, ends, language))
    return events


def _of(entry: Entry, uid: str, ends: datetime | None, language: str) -> CalendarEvent:
    begins = entry.at
    if begins is None:
        raise ValueError("an entry without an hour is no calendar event")
    summary = APPOINTMENT.into(language) if entry.leg.kind is LegKind.APPOINTMENT else entry.text(language)
    return CalendarEvent(
        uid=uid,
        summary=summary,
        starts_at=begins,
        ends_at=max(ends or begins, begins + SHORTEST),
        zone=entry.zone,
        place=entry.place,
    )


def _event(event: CalendarEvent, *, sequence: int, now: datetime, status: STATUS) -> Event:
    return Event.new(
        uid=event.uid,
        sequence=sequence,
        stamp=now,
        start=in_zone(event.starts_at, event.zone),
        end=in_zone(event.ends_at, event.zone),
        summary=event.summary,
        location=event.place or None,
        description=event.details or None,
        status=status,
    )


def _address(party: Party) -> vCalAddress:
    address = vCalAddress(f"mailto:{party.email}")
    address.params["CN"] = vText(party.name)
    return address
