"""A booking's trip, for a partner's system."""

from starlette.requests import Request
from starlette.responses import Response

from booking.bookings.booking import status_at
from booking.itineraries.days import Entry
from booking.itineraries.findings import Finding
from booking.journeys.open_itinerary import OpenItinerary, open_itinerary
from booking.kit.times import in_zone
from booking.web.api.bodies import answer
from booking.web.api.shapes import FindingShape, ItineraryShape, Leg
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, viewer_of


async def itinerary(request: Request) -> Response:
    """Appointments, flights, stays and rides in order, and what does not fit. A hold has its appointments only."""
    language, now = language_of(request), now_of(request)
    found = await open_itinerary(
        viewer_of(request), request.path_params["code"], language=language, now=now, tentative=True
    )
    return answer(
        ItineraryShape(
            booking=found.booking.code,
            status=status_at(found.booking, now).value,
            zone=found.clinic.zone,
            legs=[_leg(entry, language) for day in found.days for entry in day.entries],
            findings=[_finding(one, language) for one in _findings(found)],
        )
    )


def _findings(found: OpenItinerary) -> list[Finding]:
    """While dates are only held nobody has booked a flight: that there is none is no finding yet."""
    return found.findings if found.trip.flights or found.trip.stays else []


def _leg(entry: Entry, language: str) -> Leg:
    return Leg(
        kind=entry.leg.kind.value,
        day=entry.day,
        title=entry.text(language),
        starts_at=in_zone(entry.at, entry.zone) if entry.at else None,
        ends_at=in_zone(entry.until, entry.zone) if entry.until else None,
        zone=entry.zone,
        place=entry.place,
    )


def _finding(found: Finding, language: str) -> FindingShape:
    return FindingShape(kind=found.kind.value, severity=found.severity.value, text=found.text(language))


ROUTES = [route("/api/v1/bookings/{code}/itinerary", itinerary, name="api:itinerary", who=Who.PARTNER)]
