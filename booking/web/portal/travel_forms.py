"""The forms of a trip's legs: what a leg or a fix fills in, and what is read back."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Final, TypeVar

from booking.itineraries.airports import NoSuchAirport, airport, airports_like
from booking.itineraries.details import FlightDetails, StayDetails, TransferDetails, TravellerDetails
from booking.itineraries.models import TravelsAs, Way
from booking.itineraries.trip import Flight, Itinerary, Stay, Transfer, Traveller
from booking.journeys.open_itinerary import OpenItinerary
from booking.journeys.plan_travel import Details, LegIs
from booking.kit.errors import Invalid, NotFound
from booking.kit.words import Text, _
from booking.web.forms import Form

OneLeg = TypeVar("OneLeg", Traveller, Flight, Stay, Transfer)
DAYS: Final = ("born_on", "passport_expires_on", "departs_day", "arrives_day", "medical_form_on", "first_night", "leaves_on", "pick_up_day")  # fmt: skip
# What a link may fill in: anything else in an address is left alone.
KNOWN: Final[Mapping[LegIs, frozenset[str]]] = {
    LegIs.TRAVELLER: frozenset({"travels_as"}),
    LegIs.FLIGHT: frozenset({"way", "departs_from", "arrives_at", "departs_day"}),
    LegIs.STAY: frozenset({"first_night", "leaves_on", "name", "address", "sleeps"}),
    LegIs.RIDE: frozenset({"flight", "pick_up"}),
}
# Where the house and the form call a field by different names.
FIELDS: Final = {"departs_local": "departs_day", "arrives_local": "arrives_day", "pick_up_local": "pick_up_day"}

# What a leg cannot do without, in words that tell one field from another.
NEEDED: Final[Mapping[LegIs, Mapping[str, Text]]] = {
    LegIs.TRAVELLER: {"surname": _("Please write the family name.")},
    LegIs.FLIGHT: {
        "number": _("Please write the flight number."),
        "departs_from": _("Please say where the flight leaves from."),
        "departs_day": _("Please give the day on which the flight leaves."),
        "departs_time": _("Please give the time at which the flight leaves."),
        "arrives_at": _("Please say where the flight lands."),
        "arrives_day": _("Please give the day on which the flight lands."),
        "arrives_time": _("Please give the time at which the flight lands."),
    },
    LegIs.STAY: {
        "name": _("Please write what the place is called."),
        "first_night": _("Please give the first night."),
        "leaves_on": _("Please give the day on which you leave."),
        "sleeps": _("Please say for how many people there are beds."),
    },
    LegIs.RIDE: {
        "pick_up_place": _("Please say where the ride picks you up."),
        "drop_off_place": _("Please say where the ride brings you."),
        "pick_up_day": _("Please give the day of the ride."),
        "pick_up_time": _("Please give the time of the ride."),
    },
}
WHICH_AIRPORT: Final = _("Which of these is it? Please write its three letters: %(airports)s.")


def form_for(opened: OpenItinerary, leg: LegIs, key: int | None, known: Mapping[str, str]) -> Form:
    """The form with the leg of this key, or blank, and over it what a link fills in. Raises NotFound."""
    begun = _blank(opened, leg, known) if key is None else _of_leg(opened.trip, leg, key)
    over = {name: value for name, value in known.items() if name in KNOWN[leg]}
    if pick_up := over.pop("pick_up", ""):
        over["pick_up_day"], _t, over["pick_up_time"] = pick_up.partition("T")
    return Form(_in_boxes({**begun, **over}))


def read(form: Form, leg: LegIs) -> Details | None:
    """The details that were typed; None, with the errors in the form, where something is missing or unreadable."""
    for name, say in NEEDED[leg].items():
        boxes = (name, f"{name}-day", f"{name}-month", f"{name}-year")
        if not any(form.values.get(box, "").strip() for box in boxes):
            form.refuse(name, say)
    details = READERS[leg](form)
    return details if form.ok else None


def refuse(form: Form, invalid: Invalid) -> None:
    """Put each error beside the field that it is about."""
    form.refuse_all(Invalid({FIELDS.get(name, name): why for name, why in invalid.errors.items()}))


def _blank(opened: OpenItinerary, leg: LegIs, known: Mapping[str, str]) -> dict[str, str]:
    trip = opened.trip
    if leg is LegIs.TRAVELLER:
        return {"travels_as": TravelsAs.COMPANION if trip.patient else TravelsAs.PATIENT}
    if leg is LegIs.FLIGHT:
        home = known.get("way") == Way.BACK
        return {"way": Way.BACK if home else Way.THERE, "departs_from" if home else "arrives_at": trip.clinic_airport}
    if leg is LegIs.STAY:
        return {"sleeps": str(max(1, len(trip.travellers)))}
    return {"pick_up_zone": _ride_zone(trip, known.get("flight", ""))}


def _ride_zone(trip: Itinerary, flight: str) -> str:
    """The clock of the clinic's end of the flight that a ride meets; the clinic's own where there is none."""
    met = next((one for one in trip.flights if str(one.key) == flight), None)
    if met is None:
        return trip.clinic_zone
    return met.arrives.zone if met.way is Way.THERE else met.departs.zone


def _of_leg(trip: Itinerary, leg: LegIs, key: int) -> dict[str, str]:
    match leg:
        case LegIs.TRAVELLER:
            return _traveller_values(_one(trip.travellers, key))
        case LegIs.FLIGHT:
            return _flight_values(_one(trip.flights, key))
        case LegIs.STAY:
            return _stay_values(_one(trip.stays, key))
        case LegIs.RIDE:
            return _ride_values(_one(trip.transfers, key))


def _one(legs: Iterable[OneLeg], key: int) -> OneLeg:
    found = next((one for one in legs if one.key == key), None)
    if found is None:
        raise NotFound
    return found


def _traveller_values(one: Traveller) -> dict[str, str]:
    return {
        "travels_as": one.travels_as,
        "surname": one.surname,
        "given_names": one.given_names,
        "born_on": _iso(one.born_on),
        "passport_expires_on": _iso(one.passport_expires_on),
    }


def _flight_values(one: Flight) -> dict[str, str]:
    return {
        "way": one.way,
        "number": one.number,
        "departs_from": one.departs_from,
        "departs_day": one.departs.day.isoformat(),
        "departs_time": one.departs.local.strftime("%H:%M"),
        "arrives_at": one.arrives_at,
        "arrives_day": one.arrives.day.isoformat(),
        "arrives_time": one.arrives.local.strftime("%H:%M"),
        "medical_form_on": _iso(one.medical_form_on),
        **{f"ticket_{traveller}": name for traveller, name in one.tickets.items()},
    }


def _stay_values(one: Stay) -> dict[str, str]:
    return {
        "name": one.name,
        "address": one.address,
        "first_night": one.first_night.isoformat(),
        "leaves_on": one.leaves_on.isoformat(),
        "sleeps": str(one.sleeps),
    }


def _ride_values(one: Transfer) -> dict[str, str]:
    return {
        "flight": str(one.flight or ""),
        "pick_up_day": one.pick_up.day.isoformat(),
        "pick_up_time": one.pick_up.local.strftime("%H:%M"),
        "pick_up_zone": one.pick_up.zone,
        "pick_up_place": one.pick_up_place,
        "drop_off_place": one.drop_off_place,
    }


def _in_boxes(values: Mapping[str, str]) -> dict[str, str]:
    """Days as the three boxes that a form has for them; what is no day fills none."""
    boxes = {name: value for name, value in values.items() if name not in DAYS}
    for name in DAYS:
        if value := values.get(name):
            try:
                day = date.fromisoformat(value)
            except ValueError:
                continue
            boxes |= {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
    return boxes


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _traveller(form: Form) -> TravellerDetails | None:
    travels_as, surname = form.choice("travels_as", TravelsAs), form.text("surname", at_most=120)
    given_names = form.text("given_names", required=False, at_most=120)
    born_on, expires_on = form.date("born_on", required=False), form.date("passport_expires_on", required=False)
    if travels_as is None:
        return None
    return TravellerDetails(
        travels_as=travels_as,
        surname=surname,
        given_names=given_names,
        born_on=born_on,
        passport_expires_on=expires_on,
    )


def _flight(form: Form) -> FlightDetails | None:
    way, number = form.choice("way", Way), form.text("number", at_most=12)
    departs_from, departs = _airport(form, "departs_from"), _local(form, "departs_day", "departs_time")
    arrives_at, arrives = _airport(form, "arrives_at"), _local(form, "arrives_day", "arrives_time")
    signed_on = form.date("medical_form_on", required=False)
    tickets = {
        int(name.removeprefix("ticket_")): form.text(name, required=False, at_most=120)
        for name in form.values
        if name.startswith("ticket_") and name.removeprefix("ticket_").isdecimal()
    }
    if way is None or departs is None or arrives is None:
        return None
    return FlightDetails(
        way=way,
        number=number,
        departs_from=departs_from,
        departs_local=departs,
        arrives_at=arrives_at,
        arrives_local=arrives,
        tickets=tickets,
        medical_form_on=signed_on,
    )


def _stay(form: Form) -> StayDetails | None:
    name, address = form.text("name", at_most=160), form.text("address", required=False, at_most=300)
    first_night, leaves_on = form.date("first_night"), form.date("leaves_on")
    sleeps = form.number("sleeps", least=1, most=20)
    if first_night is None or leaves_on is None or sleeps is None:
        return None
    return StayDetails(name=name, address=address, first_night=first_night, leaves_on=leaves_on, sleeps=sleeps)


def _ride(form: Form) -> TransferDetails | None:
    flight, at = form.text("flight", required=False, at_most=20), _local(form, "pick_up_day", "pick_up_time")
    zone = form.text("pick_up_zone", at_most=64)
    here, there = form.text("pick_up_place", at_most=200), form.text("drop_off_place", at_most=200)
    if flight and not flight.isdecimal():
        raise NotFound
    if at is None:
        return None
    return TransferDetails(
        pick_up_local=at,
        pick_up_zone=zone,
        pick_up_place=here,
        drop_off_place=there,
        flight=int(flight) if flight else None,
    )


READERS: Final = {LegIs.TRAVELLER: _traveller, LegIs.FLIGHT: _flight, LegIs.STAY: _stay, LegIs.RIDE: _ride}


def _local(form: Form, day: str, clock: str) -> datetime | None:
    on, at = form.date(day), form.time(clock)
    return datetime.combine(on, at or time()) if on and at is not None else None


def _airport(form: Form, name: str) -> str:
    """The code of the airport that was meant: by its letters, or by its name or city where only one fits."""
    typed = form.text(name, at_most=80)
    if not typed:
        return ""
    try:
        return airport(typed).code
    except NoSuchAirport as unknown:
        like = airports_like(typed, most=6)
        if len(like) == 1:
            return like[0].code
        told = ", ".join(f"{one.code} ({one.name})" for one in like)
        form.refuse(name, WHICH_AIRPORT.with_facts(airports=told) if like else unknown.text)
        return ""
