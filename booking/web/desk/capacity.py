"""What the clinic could still take on in a month, as a picture and a table, and what is short."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from urllib.parse import urlencode

from babel.numbers import format_decimal
from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.read_capacity import Capacity, read_capacity
from booking.kit.times import show_month
from booking.kit.words import Text
from booking.slots.capacity import Gain
from booking.slots.free_time import Free
from booking.web.asked import month_in
from booking.web.desk.kinds import kind_name, one_more, one_more_lot
from booking.web.pages import page
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, viewer_of

LEVELS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of resource: on each day the hours left of those that it opens, and how full of them the picture is."""

    name: Text | str
    days: list[Free]

    def level(self, day: Free) -> int:
        """0 for nothing left to 4 for nearly all of it."""
        return -(-LEVELS * day.left // day.opens) if day.opens else 0


async def capacity(request: Request) -> Response:
    asked = request.query_params
    month = month_in(asked.get("month", "")) or now_of(request).date()
    found = await read_capacity(viewer_of(request), month, asked.get("programme", ""), now=now_of(request))
    return page(
        request,
        "desk/capacity.html",
        found=found,
        clinic=found.clinic,
        month=show_month(found.first, language_of(request)),
        days=list(found.starts.items()),
        most=max(found.starts.values()),
        rows=[Row(kind_name(kind), list(days)) for kind, days in found.free.items()],
        one_more=_one_more(found.gain) if found.gain else None,
        hours=partial(_hours, language=language_of(request)),
        earlier=_address(request, found, found.first - timedelta(days=1)),
        later=_address(request, found, found.last + timedelta(days=1)),
    )


def _hours(minutes: int, language: str) -> str:
    """`9.5`, and where they are written so `9,5`."""
    return str(format_decimal(minutes / 60, "0.##", locale=language))


def _one_more(gain: Gain) -> Text:
    return one_more_lot(gain.what) if gain.is_lot else one_more(gain.what)


def _address(request: Request, found: Capacity, day: date) -> str:
    asked = {"month": f"{day:%Y-%m}", "programme": found.programme}
    return f"{request.app.state.urls('desk:capacity')}?{urlencode(asked)}"


ROUTES = [route("/desk/capacity", capacity, name="desk:capacity", who=Who.STAFF)]
