"""Calendar feeds, as calendar programs fetch them: every few minutes, for years."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.calendar_feed import read_feed
from booking.web.policy import Who, route
from booking.web.request import now_of


async def feed(request: Request) -> Response:
    """The file, or 304 for a program that has it as it is; 404 for an address that is not, or is no longer, one."""
    file = await read_feed(request.path_params["token"], now=now_of(request))
    # Weak: two files that tell the same differ in the moment at which they were written.
    tag = f'W/"{file.version}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
    if tag in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(file.text, headers=headers, media_type="text/calendar; charset=utf-8")


def _tags(header: str) -> set[str]:
    """The versions that a program has. Compared weakly (RFC 9110 13.1.2), so that one without `W/` counts too."""
    return {f"W/{tag.strip().removeprefix('W/')}" for tag in header.split(",")}


ROUTES = [route("/feeds/{token}.ics", feed, name="feeds:calendar", who=Who.SIGNED)]
