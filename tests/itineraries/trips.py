"""A trip that works, to be spoiled in one way at a time, and rules with a value for everything."""

from datetime import UTC, date, datetime

from booking.itineraries.models import TravelsAs, Way
from booking.itineraries.rules import TravelRules
from booking.itineraries.trip import Appointment, Flight, Itinerary, LocalTime, Stay, Transfer, Traveller

ANTIGUA, LONDON = "America/Antigua", "Europe/London"

SAID = {"source": "A rule for tests", "as_of": "2026-08-01"}
RULES = TravelRules.parse(
    {
        "rest_before_treatment": {"hours": 18, **SAID},
        "fly_after_treatment": {"days": 3, **SAID},
        "fly_after_stroke": {"days": {"ischaemic": 10, "haemorrhagic": 14, "unknown": 14}, **SAID},
        "passport_validity": {"months": 6, "counted_from": "arrival", **SAID},
        "onward_ticket": SAID,
        "connection": {"minutes": 90, **SAID},
        "medical_form": {"opens_days": 14, "closes_hours": 72, **SAID},
        "pick_up_after_landing": {"minutes": 30, "within_minutes": 150, **SAID},
        "pick_up_before_departure": {"minutes": 210, "within_minutes": 420, **SAID},
        "minimum_age": {"years": 18, **SAID},
    }
)


def at(text: str, zone: str) -> LocalTime:
    return LocalTime(datetime.fromisoformat(text), zone)


ANA = Traveller(
    key=1,
    travels_as=TravelsAs.PATIENT,
    surname="Muñoz",
    given_names="Ana María",
    born_on=date(1961, 4, 2),
    passport_expires_on=date(2030, 1, 1),
)
BEN = Traveller(
    key=2, travels_as=TravelsAs.COMPANION, surname="Hughes", given_names="Ben", passport_expires_on=date(2029, 5, 5)
)
TICKETS = {1: "MUNOZ/ANA MARIA MRS", 2: "HUGHES/BEN MR"}

OUT = Flight(
    key=11,
    way=Way.THERE,
    number="BA2157",
    departs_from="LGW",
    departs=at("2027-03-07T09:10", LONDON),
    arrives_at="ANU",
    arrives=at("2027-03-07T14:20", ANTIGUA),
    tickets=TICKETS,
    medical_form_on=date(2027, 3, 1),
)
HOME = Flight(
    key=12,
    way=Way.BACK,
    number="BA2156",
    departs_from="ANU",
    departs=at("2027-03-16T19:30", ANTIGUA),
    arrives_at="LGW",
    arrives=at("2027-03-17T07:25", LONDON),
    tickets=TICKETS,
    medical_form_on=date(2027, 3, 10),
)
HOTEL = Stay(
    key=21,
    name="Bay House",
    address="1 Bay Road",
    first_night=date(2027, 3, 7),
    leaves_on=date(2027, 3, 16),
    sleeps=2,
)
PICK_UP = Transfer(
    key=31, flight=11, pick_up=at("2027-03-07T15:20", ANTIGUA), pick_up_place="ANU", drop_off_place="Bay House"
)
DROP_OFF = Transfer(
    key=32, flight=12, pick_up=at("2027-03-16T15:30", ANTIGUA), pick_up_place="Bay House", drop_off_place="ANU"
)
FIRST = Appointment(
    key="assessment",
    title="Assessment",
    starts_at=datetime(2027, 3, 9, 14, 0, tzinfo=UTC),
    ends_at=datetime(2027, 3, 9, 15, 0, tzinfo=UTC),
    place="Room 2",
)
LAST = Appointment(
    key="second-visit",
    title="Second visit",
    starts_at=datetime(2027, 3, 12, 13, 0, tzinfo=UTC),
    ends_at=datetime(2027, 3, 12, 17, 0, tzinfo=UTC),
    place="Room 4",
)


def a_trip(**spoiled: object) -> Itinerary:
    """A trip in which nothing is amiss, but for what is given here."""
    whole: dict[str, object] = {
        "clinic_airport": "ANU",
        "clinic_zone": ANTIGUA,
        "appointments": (FIRST, LAST),
        "travellers": (ANA, BEN),
        "flights": (OUT, HOME),
        "stays": (HOTEL,),
        "transfers": (PICK_UP, DROP_OFF),
        "stroke_on": date(2026, 1, 20),
        "stroke_kind": "ischaemic",
    }
    return Itinerary(**{**whole, **spoiled})  # type: ignore[arg-type]
