"""A trip day by day, for a page and for paper: each thing by the clock of the place where it happens."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from booking.itineraries.airports import NoSuchAirport, airport, airport_name
from booking.itineraries.trip import Appointment, Flight, Itinerary, Leg, Stay, Transfer
from booking.kit.times import in_zone
from booking.kit.words import Text, _

AS_WRITTEN = Text("%(title)s")  # the clinic wrote it, in the reader's language
# When in its day a thing that has no hour is told.
MORNING, EVENING = time(0, 1), time(23, 59)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on one day. `at` is None for what has no hour, such as coming to a place to stay.

    `zone` is the place's own and is told first; the reader's clock goes beside it.
    """

    leg: Leg
    day: date
    zone: str
    say: Text
    at: datetime | None = None
    until: datetime | None = None
    place: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    untimed: time = EVENING

    def text(self, language: str) -> str:
        return self.say.into(language, **self.facts)

    @property
    def clock(self) -> str:
        """`10:00` or `10:00-11:30`, as the place's own clock shows it; empty if it has no hour."""
        return self.clock_in(self.zone)

    def clock_in(self, zone: str) -> str:
        """The same by another clock, with how many days that is off: `01:00 +1`."""
        if self.at is None:
            return ""
        begins = in_zone(self.at, zone)
        shown = (
            f"{begins:%H:%M}" if self.until is None else f"{begins:%H:%M}\N{EN DASH}{in_zone(self.until, zone):%H:%M}"
        )
        off = (begins.date() - self.day).days
        return f"{shown} {off:+d}" if off else shown


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the trip, by the clock of the place where the travellers are."""

    day: date
    entries: tuple[Entry, ...]


def days(trip: Itinerary) -> list[Day]:
    """The whole trip in order. Over the date line a date may come twice, as it does for who flies over it."""
    entries = sorted(_entries(trip), key=_moment)
    return [Day(day, tuple(group)) for day, group in groupby(entries, key=lambda one: one.day)]


def _moment(entry: Entry) -> datetime:
    return entry.at or datetime.combine(entry.day, entry.untimed, ZoneInfo(entry.zone))


def _entries(trip: Itinerary) -> Iterator[Entry]:
    for flight in trip.flights:
        yield from _flight(flight)
    for ride in trip.transfers:
        yield _ride(ride)
    for appointment in trip.appointments:
        yield _appointment(appointment, trip.clinic_zone)
    for stay in trip.stays:
        yield from _stay(stay, trip.clinic_zone)


def _flight(flight: Flight) -> Iterator[Entry]:
    facts = {"number": flight.number, "origin": _city(flight.departs_from), "goal": _city(flight.arrives_at)}
    yield Entry(
        flight.leg,
        flight.departs.day,
        flight.departs.zone,
        _("Flight %(number)s leaves %(origin)s for %(goal)s"),
        flight.departs.instant,
        place=airport_name(flight.departs_from),
        facts=facts,
    )
    yield Entry(
        flight.leg,
        flight.arrives.day,
        flight.arrives.zone,
        _("Flight %(number)s lands in %(goal)s"),
        flight.arrives.instant,
        place=airport_name(flight.arrives_at),
        facts=facts,
    )


def _ride(ride: Transfer) -> Entry:
    say = _("Ride from %(here)s to %(there)s")
    facts = {"here": ride.pick_up_place, "there": ride.drop_off_place}
    return Entry(ride.leg, ride.pick_up.day, ride.pick_up.zone, say, ride.pick_up.instant, facts=facts)


def _appointment(one: Appointment, zone: str) -> Entry:
    begins = in_zone(one.starts_at, zone).date()
    return Entry(one.leg, begins, zone, AS_WRITTEN, one.starts_at, one.ends_at, one.place, {"title": one.title})


def _stay(stay: Stay, zone: str) -> Iterator[Entry]:
    comes, goes = _("You stay at %(name)s from tonight"), _("You leave %(name)s in the morning")
    yield Entry(stay.leg, stay.first_night, zone, comes, place=stay.address, facts={"name": stay.name})
    yield Entry(stay.leg, stay.leaves_on, zone, goes, place=stay.address, facts={"name": stay.name}, untimed=MORNING)


def _city(code: str) -> str:
    try:
        return f"{airport(code).city} ({code})"
    except NoSuchAirport:
        return code
