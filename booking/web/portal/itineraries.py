"""The itinerary: day by day on a page, on paper, and in the reader's own calendar."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from booking.itineraries.calendar_file import Method, Party, calendar_file, events_of
from booking.itineraries.letter import LetterHead, itinerary_letter
from booking.itineraries.trip import LegKind
from booking.journeys.open_itinerary import OpenItinerary, open_itinerary
from booking.kit.times import clock_name
from booking.kit.words import _
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.portal.trip_shown import Shown
from booking.web.request import language_of, links_of, now_of, viewer_of

YOUR_TRIP = _("Your trip to %(place)s")


async def itinerary(request: Request) -> Response:
    opened = await opened_itinerary(request)
    shown = Shown(request, opened)
    told = [entry.leg for day in opened.days for entry in day.entries]
    return page(
        request,
        "portal/itinerary.html",
        opened=opened,
        clinic=opened.clinic,
        days=shown.days(),
        others=shown.others(told),
        reader_clock=shown.clock(opened.reader_zone),
        has_flights=any(leg.kind is LegKind.FLIGHT for leg in told),
    )


async def pdf(request: Request) -> Response:
    """The letter, made in a thread: other requests go on meanwhile."""
    opened, language = await opened_itinerary(request), language_of(request)
    clinic = opened.clinic
    head = LetterHead(
        booking_code=opened.booking.code,
        clinic_name=clinic.name,
        clinic_address=opened.address,
        clinic_phone=clinic.phone,
        place=clinic.place_name,
        reader_place=clock_name(opened.reader_zone, language),
        reader_zone=opened.reader_zone,
        is_example=clinic.is_example,
    )
    made = await asyncio.to_thread(
        itinerary_letter, opened.trip, opened.findings, head, language=language, now=now_of(request)
    )
    return _file(made, "application/pdf", f"trip-{opened.booking.code}.pdf")


async def ics(request: Request) -> Response:
    """The trip's events. Read again after a change, a calendar moves them: their UIDs stay and their SEQUENCE goes up."""
    opened, language = await opened_itinerary(request), language_of(request)
    host = links_of(request).host
    made = calendar_file(
        events_of(opened.trip, booking_code=opened.booking.code, host=host, language=language),
        method=Method.PUBLISH,
        sequence=opened.sequence,
        now=now_of(request),
        organizer=Party(opened.clinic.name, opened.clinic.email),
        name=YOUR_TRIP.into(language, place=opened.clinic.place_name),
    )
    return _file(made, "text/calendar; charset=utf-8; method=PUBLISH", f"trip-{opened.booking.code}.ics")


async def opened_itinerary(request: Request) -> OpenItinerary:
    """The itinerary of the request's path, for whoever asks."""
    viewer, code = viewer_of(request), request.path_params["code"]
    return await open_itinerary(viewer, code, language=language_of(request), now=now_of(request))


def _file(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep. Its name is made from our own code alone, so it needs no quoting."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Type": media_type,
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, headers=headers)


ROUTES = [
    route("/portal/bookings/{code}/itinerary", itinerary, name="portal:itinerary", who=Who.SIGNED_IN),
    route("/portal/bookings/{code}/itinerary.pdf", pdf, name="portal:itinerary-pdf", who=Who.SIGNED_IN),
    route("/portal/bookings/{code}/itinerary.ics", ics, name="portal:itinerary-ics", who=Who.SIGNED_IN),
]
