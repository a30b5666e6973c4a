"""A booking: where it stands, what is owed, and letting it go."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.open_booking import BookingFile, open_booking
from booking.journeys.release_hold import release_hold
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.portal.waymarks import waymarks
from booking.web.request import now_of, viewer_of


async def booking(request: Request) -> Response:
    file = await open_booking(viewer_of(request), request.path_params["code"], now=now_of(request))
    return show(request, "portal/booking.html", file)


async def release(request: Request) -> Response:
    """The dates are free again; the patient goes on to choose others."""
    released = await release_hold(viewer_of(request), request.path_params["code"], now=now_of(request))
    return redirect(request, "portal:booking", code=released.code)


def show(request: Request, template: str, file: BookingFile, **more: Any) -> Response:
    """A page about a booking, with its case's way beside it."""
    return page(request, template, file=file, clinic=file.case.clinic, steps=waymarks(request, file.case.way), **more)


ROUTES = [
    route("/portal/bookings/{code}", booking, name="portal:booking", who=Who.FAMILY),
    route("/portal/bookings/{code}/release", release, name="portal:release", who=Who.FAMILY, methods=["POST"]),
]
