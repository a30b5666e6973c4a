from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar, Event

from booking.itineraries.calendar_file import Method, Party, calendar_file, events_of, visit_of
from booking.itineraries.trip import Itinerary
from tests.itineraries.trips import FIRST, LAST, a_trip

NOW = datetime(2027, 1, 12, 13, 0, tzinfo=UTC)
CLINIC, ANA = Party("Bay Clinic", "desk@example.test"), Party("Ana Muñoz", "ana@example.test")


def published(trip: Itinerary, sequence: int = 0) -> Calendar:
    events = events_of(trip, booking_code="LW-7K3M-2QXD", host="leeward.example", language="en")
    made = calendar_file(events, method=Method.PUBLISH, sequence=sequence, now=NOW, organizer=CLINIC, name="Your trip")
    return Calendar.from_ical(made)


def mailed(method: Method, trip: Itinerary, sequence: int) -> Event:
    visit = visit_of(
        trip.treatment_starts,
        trip.treatment_ends,
        zone=trip.clinic_zone,
        booking_code="LW-7K3M-2QXD",
        host="leeward.example",
        language="en",
        place="1 Bay Road",
    )
    made = calendar_file([visit], method=method, sequence=sequence, now=NOW, organizer=CLINIC, attendee=ANA)
    calendar = Calendar.from_ical(made)
    assert calendar["METHOD"] == method
    return calendar.events[0]


def moved(trip: Itinerary) -> Itinerary:
    later = timedelta(days=20)
    moving = [replace(one, starts_at=one.starts_at + later, ends_at=one.ends_at + later) for one in trip.appointments]
    return replace(trip, appointments=tuple(moving))


def test_every_flight_ride_and_appointment_is_one_event_in_its_places_own_time() -> None:
    calendar = published(a_trip())

    assert [
        (event["UID"], event.get("DTSTART").params["TZID"], event.start.isoformat(), event.end.isoformat())
        for event in calendar.events
    ] == [
        ("lw-7k3m-2qxd-flight-11@leeward.example", "Europe/London", "2027-03-07T09:10:00+00:00", "2027-03-07T18:20:00+00:00"),
        ("lw-7k3m-2qxd-transfer-31@leeward.example", "America/Antigua", "2027-03-07T15:20:00-04:00", "2027-03-07T15:50:00-04:00"),
        ("lw-7k3m-2qxd-appointment-assessment@leeward.example", "America/Antigua", "2027-03-09T10:00:00-04:00", "2027-03-09T11:00:00-04:00"),
        ("lw-7k3m-2qxd-appointment-second-visit@leeward.example", "America/Antigua", "2027-03-12T09:00:00-04:00", "2027-03-12T13:00:00-04:00"),
        ("lw-7k3m-2qxd-transfer-32@leeward.example", "America/Antigua", "2027-03-16T15:30:00-04:00", "2027-03-16T16:00:00-04:00"),
        ("lw-7k3m-2qxd-flight-12@leeward.example", "America/Antigua", "2027-03-16T19:30:00-04:00", "2027-03-17T03:25:00-04:00"),
    ]  # fmt: skip
    zones = sorted(str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE"))
    assert zones == ["America/Antigua", "Europe/London"]


def test_an_events_uid_outlives_every_move_and_its_sequence_goes_up() -> None:
    before, after = mailed(Method.REQUEST, a_trip(), 1), mailed(Method.REQUEST, moved(a_trip()), 2)

    assert (before["UID"], before["SEQUENCE"], after["SEQUENCE"]) == (after["UID"], 1, 2)
    assert before.start != after.start


def test_a_cancellation_is_about_the_same_event_with_a_higher_sequence() -> None:
    asked, cancelled = mailed(Method.REQUEST, a_trip(), 2), mailed(Method.CANCEL, a_trip(), 3)

    assert (cancelled["UID"], cancelled["SEQUENCE"], cancelled["STATUS"]) == (asked["UID"], 3, "CANCELLED")
    assert cancelled["ATTENDEE"] == "mailto:ana@example.test"


def test_no_calendar_says_what_the_treatment_is() -> None:
    telling = replace(FIRST, title="Stem cell infusion after stroke")

    text = published(a_trip(appointments=(telling, LAST))).to_ical().decode().lower()

    assert [word for word in ("stem", "stroke", "infusion") if word in text] == []


def test_the_same_trip_gives_the_same_file() -> None:
    assert published(a_trip()).to_ical() == published(a_trip()).to_ical()


def test_what_the_standard_forbids_is_refused() -> None:
    events = events_of(a_trip(), booking_code="LW-1", host="leeward.example", language="en")

    with pytest.raises(ValueError, match="exactly one event"):
        calendar_file(events, method=Method.REQUEST, sequence=1, now=NOW, organizer=CLINIC, attendee=ANA)
    with pytest.raises(ValueError, match="no attendees"):
        calendar_file(events, method=Method.PUBLISH, sequence=1, now=NOW, organizer=CLINIC, attendee=ANA)


def test_an_empty_feed_is_still_a_calendar() -> None:
    made = calendar_file([], method=Method.PUBLISH, sequence=0, now=NOW, organizer=CLINIC, name="Your trip")

    assert Calendar.from_ical(made).walk("VEVENT") == []
