"""A trip as plain values: what findings, timelines, letters and calendar files are made from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from booking.itineraries.models import TravelsAs, Way
from booking.kit.times import in_zone, settle


class LegKind(StrEnum):
    TRIP = "trip"
    TRAVELLER = "traveller"
    FLIGHT = "flight"
    STAY = "stay"
    TRANSFER = "transfer"
    APPOINTMENT = "appointment"


@dataclass(frozen=True, slots=True)
class Leg:
    """Which part of a trip is meant. `key` is the row's id, or an appointment's step; empty for the trip itself."""

    kind: LegKind
    key: str = ""


WHOLE_TRIP = Leg(LegKind.TRIP)


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What the clock on the wall shows, and whose clock. Its instant follows the zone's rules of the day (G21)."""

    local: datetime
    zone: str

    @property
    def instant(self) -> datetime:
        return settle(self.local, self.zone)

    @property
    def day(self) -> date:
        return self.local.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Traveller:
    """Names as the passport prints them; a person with one name has it as surname."""

    key: int
    travels_as: TravelsAs
    surname: str
    given_names: str = ""
    born_on: date | None = None
    passport_expires_on: date | None = None

    @property
    def leg(self) -> Leg:
        return Leg(LegKind.TRAVELLER, str(self.key))

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.surname}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """One flight, and the name on each traveller's ticket for it by the traveller's key."""

    key: int
    way: Way
    number: str
    departs_from: str
    departs: LocalTime
    arrives_at: str
    arrives: LocalTime
    tickets: dict[int, str] = field(default_factory=dict)
    medical_form_on: date | None = None

    @property
    def leg(self) -> Leg:
        return Leg(LegKind.FLIGHT, str(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Beds from the night of `first_night` until the morning of `leaves_on`."""

    key: int
    name: str
    address: str = ""
    first_night: date
    leaves_on: date
    sleeps: int

    @property
    def leg(self) -> Leg:
        return Leg(LegKind.STAY, str(self.key))

    @property
    def nights(self) -> frozenset[date]:
        return frozenset(nights_between(self.first_night, self.leaves_on))


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A ride; `flight` is the key of the flight that it meets or takes people to."""

    key: int
    pick_up: LocalTime
    pick_up_place: str
    drop_off_place: str
    flight: int | None = None

    @property
    def leg(self) -> Leg:
        return Leg(LegKind.TRANSFER, str(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """One step of the treatment, in the clinic. `title` says nothing of a diagnosis: it goes into calendars."""

    key: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""

    @property
    def leg(self) -> Leg:
        return Leg(LegKind.APPOINTMENT, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Itinerary:
    """Everything about one booking's trip that a rule may ask for. Lists are in the order of time."""

    clinic_airport: str
    clinic_zone: str
    appointments: tuple[Appointment, ...]
    travellers: tuple[Traveller, ...] = ()
    flights: tuple[Flight, ...] = ()
    stays: tuple[Stay, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    stroke_on: date | None = None
    stroke_kind: str = "unknown"

    def __post_init__(self) -> None:
        if not self.appointments:
            raise ValueError("a trip is made around at least one appointment")
        # The one place where a frozen value is set: everything below may rely on the order.
        keep = object.__setattr__
        keep(self, "appointments", tuple(sorted(self.appointments, key=lambda one: one.starts_at)))
        keep(self, "flights", tuple(sorted(self.flights, key=lambda one: one.departs.instant)))
        keep(self, "stays", tuple(sorted(self.stays, key=lambda one: one.first_night)))
        keep(self, "transfers", tuple(sorted(self.transfers, key=lambda one: one.pick_up.instant)))

    @property
    def flights_there(self) -> tuple[Flight, ...]:
        return tuple(flight for flight in self.flights if flight.way is Way.THERE)

    @property
    def flights_back(self) -> tuple[Flight, ...]:
        return tuple(flight for flight in self.flights if flight.way is Way.BACK)

    @property
    def landing(self) -> Flight | None:
        """The flight that ends the way there."""
        return self.flights_there[-1] if self.flights_there else None

    @property
    def leaving(self) -> Flight | None:
        """The flight that begins the way back."""
        return self.flights_back[0] if self.flights_back else None

    @property
    def connections(self) -> Iterator[tuple[Flight, Flight]]:
        """Each flight with the one that follows it on the same way."""
        yield from pairwise(self.flights_there)
        yield from pairwise(self.flights_back)

    @property
    def treatment_starts(self) -> datetime:
        return self.appointments[0].starts_at

    @property
    def treatment_ends(self) -> datetime:
        return max(appointment.ends_at for appointment in self.appointments)

    @property
    def first_treatment_day(self) -> date:
        """By the clinic's clock."""
        return in_zone(self.treatment_starts, self.clinic_zone).date()

    @property
    def last_treatment_day(self) -> date:
        """By the clinic's clock."""
        return in_zone(self.treatment_ends, self.clinic_zone).date()

    @property
    def patient(self) -> Traveller | None:
        return next((one for one in self.travellers if one.travels_as is TravelsAs.PATIENT), None)


def nights_between(first: date, leaves_on: date) -> list[date]:
    """Each night, by the day on which it begins."""
    return [first + timedelta(days=n) for n in range((leaves_on - first).days)]
