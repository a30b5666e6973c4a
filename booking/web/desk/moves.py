"""Moving a booking to other dates: what is free, what would change, and the move."""

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.find_dates import window_key
from booking.journeys.find_other_dates import OtherDates, find_other_dates
from booking.journeys.first_day import BeforeFirstDay
from booking.journeys.preview_move import preview_move
from booking.journeys.reschedule import reschedule
from booking.journeys.reserve import DatesElsewhere, DatesGone
from booking.kit.times import show_month
from booking.kit.words import Text, _, language_name
from booking.slots.calendar import month_of
from booking.slots.ranking import Order, ranked
from booking.slots.windows import Window
from booking.web.asked import month_in
from booking.web.desk.kinds import doses_of, kind_name
from booking.web.desk.said import OCCASIONS
from booking.web.desk.touched import reasons
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import language_of, links_of, now_of, services_of, viewer_of

LONGEST_TOKEN = 4_000
ORDERS: dict[Order, Text] = {
    Order.EARLIEST: _("Earliest first"),
    Order.FEWEST_NIGHTS: _("Fewest nights first"),
    Order.FEWEST_WEEKEND_DAYS: _("Fewest weekend days first"),
}


async def move(request: Request) -> Response:
    """The free dates of a month; with a token, what moving to those dates would change."""
    token = request.query_params.get("window", "")
    return await _preview(request, token) if token else await _choose(request)


async def moved(request: Request) -> Response:
    form, code = await Form.read(request), request.path_params["code"]
    token = form.text("window", required=False, at_most=LONGEST_TOKEN)
    interpreter = form.text("interpreter", required=False, at_most=16)
    try:
        booking = await reschedule(
            viewer_of(request),
            code,
            token,
            interpreter=interpreter or None,
            tell=form.values.get("tell") != "later",
            anyway=form.ticked("anyway"),
            key=_key(request),
            links=links_of(request),
            now=now_of(request),
        )
    except DatesGone as gone:
        return await _choose(request, gone)
    except BeforeFirstDay as soon:
        return await _preview(request, token, soon.status)
    await booking.fetch_related("case")
    return redirect(request, "desk:case", code=booking.case.code)


async def _choose(request: Request, gone: DatesGone | None = None) -> Response:
    found = await _find(request)
    month = month_in(request.query_params.get("month", "")) or found.before.start.replace(day=1)
    first, last = month_of(month)
    sort = _order(request.query_params.get("sort", ""))
    address = partial(_address, request, month=f"{month:%Y-%m}", interpreter=found.interpreter, sort=sort)
    return page(
        request,
        "desk/move.html",
        gone.status if gone else 200,
        found=found,
        clinic=found.dates.clinic,
        gone=gone,
        elsewhere=isinstance(gone, DatesElsewhere),
        month=show_month(month, language_of(request)),
        asked_month=f"{month:%Y-%m}",
        offered=[(window, address(window=token)) for window, token in _offered(found, gone, sort)],
        sort=sort,
        orders=ORDERS,
        earlier=address(month=f"{first - timedelta(days=1):%Y-%m}"),
        later=address(month=f"{last + timedelta(days=1):%Y-%m}"),
        reasons=reasons(found.dates.none, language_of(request)) if found.dates.none else [],
        missing=_missing(found),
        free_from=_first_free(found, address),
        has=found.before,
        interpreters=[(each, language_name(each, language_of(request))) for each in found.dates.interpreters],
        hours_of=hours_of,
    )


async def _preview(request: Request, token: str, status: int = 200) -> Response:
    found = await _find(request)
    change = await preview_move(
        viewer_of(request),
        request.path_params["code"],
        token,
        language=language_of(request),
        key=_key(request),
        now=now_of(request),
    )
    known = Window.from_json(change.booking.window)  # by its family, be it set aside for other dates
    return page(
        request,
        "desk/move-look.html",
        status,
        found=found,
        change=change,
        clinic=change.clinic,
        token=token,
        pairs=list(zip(change.before.steps, change.after.steps, strict=True)),
        occasions=OCCASIONS,
        same_hours=hours_of(change.after) in (hours_of(change.before), hours_of(known)),
        back=_address(request, month=f"{change.after.start:%Y-%m}", interpreter=found.interpreter),
    )


async def _find(request: Request) -> OtherDates:
    asked = request.query_params
    interpreter = asked["interpreter"][:16] if "interpreter" in asked else None
    return await find_other_dates(
        viewer_of(request),
        request.path_params["code"],
        month_in(asked.get("month", "")),
        interpreter=interpreter,
        key=_key(request),
        now=now_of(request),
    )


def _offered(found: OtherDates, gone: DatesGone | None, sort: Order) -> list[tuple[Window, str]]:
    """The free windows but for its own, the best first, each with its token; after dates that were gone, the closest."""
    if gone:
        return list(gone.nearest)
    others = [window for window in found.dates.windows if window.steps != found.before.steps]
    return [(window, found.dates.token(window)) for window in ranked(others, sort)]


def hours_of(window: Window) -> list[tuple[date, time]]:
    """When the patient comes: the same for two windows that differ in people and rooms only."""
    return [(step.day, step.starts) for step in window.steps]


def _address(request: Request, **asked: Any) -> str:
    path = request.app.state.urls("desk:move", code=request.path_params["code"])
    return f"{path}?{urlencode(asked)}"


def _missing(found: OtherDates) -> list[Text | str]:
    """Each of which there would be dates if it were never short."""
    products = found.dates.offer.protocol.products
    missing = found.dates.none.missing if found.dates.none else ()
    return [doses_of(what) if what in products else kind_name(what) for what in missing]


def _first_free(found: OtherDates, address: Callable[..., str]) -> tuple[date, str] | None:
    """The first free date after a month without any, and where it is shown."""
    first = found.dates.none.first_free if found.dates.none else None
    return (first, address(month=f"{first:%Y-%m}")) if first else None


def _order(written: str) -> Order:
    return Order(written) if written in set(Order) else Order.EARLIEST


def _key(request: Request) -> bytes:
    return window_key(services_of(request).settings.secret_key)


ROUTES = [
    route("/desk/bookings/{code}/move", move, name="desk:move", who=Who.COORDINATOR),
    route("/desk/bookings/{code}/move", moved, name="desk:move", who=Who.COORDINATOR, methods=["POST"]),
]
