"""What one resource has on one day: what a number of the calendar from afar counts, each entry to be opened or moved."""

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.open_calendar import open_calendar
from booking.kit.errors import NotFound
from booking.kit.words import speaking
from booking.web.asked import day_in, number_in
from booking.web.desk.calendar import Span, addresses, calendar_address
from booking.web.desk.calendar_cells import groups
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, viewer_of


async def cell(request: Request) -> Response:
    """A small page, which the calendar also shows in a dialog. `on` and `kind` are of the calendar it was seen on."""
    asked, now = request.query_params, now_of(request)
    day, resource = day_in(asked.get("day", "")), number_in(asked.get("resource", ""))
    if day is None or resource is None:
        raise NotFound
    on, kind = asked.get("on", "")[:10] or str(day), asked.get("kind", "")[:64]
    with speaking(language_of(request)):
        found = await open_calendar(viewer_of(request), day, day, resource_id=resource, now=now)
        if not found.lines:
            raise NotFound
        [group] = groups(found, addresses(request, Span.QUARTER, on, kind), now=now)
        [row] = group.rows
        return page(
            request,
            "desk/calendar-cell.html",
            clinic=found.clinic,
            day=day,
            row=row,
            marks=row.cells[0].marks,
            holiday=found.holidays.get(day),
            week=calendar_address(request, span=Span.WEEK, day=day, kind=kind),
            back=calendar_address(request, span=Span.QUARTER, day=on, kind=kind),
        )


ROUTES = [route("/desk/calendar/cell", cell, name="desk:calendar-cell", who=Who.STAFF)]
