"""Where a patient or supporter lands: their cases, what comes next in each, and who does it."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.list_cases import list_cases
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.request import now_of, viewer_of


async def home(request: Request) -> Response:
    return page(request, "portal/home.html", lines=await list_cases(viewer_of(request), now=now_of(request)))


ROUTES = [route("/portal", home, name="portal:home", who=Who.FAMILY)]
