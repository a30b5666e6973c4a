"""Choosing dates: what is free, month by month, and holding it."""

import calendar
from collections.abc import Container
from datetime import date
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from booking.journeys.find_dates import AHEAD, Dates, Unsuited, find_dates
from booking.journeys.first_day import Because
from booking.journeys.reschedule import hours, reschedule
from booking.journeys.reserve import DatesElsewhere, DatesGone, reserve
from booking.kit.times import in_zone, show_date, show_month, show_weekday
from booking.kit.words import Text, _, language_name
from booking.slots.explain import NoDates, Obstacle, Why
from booking.slots.ranking import Order
from booking.slots.windows import Window
from booking.web.asked import month_in
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import language_of, links_of, now_of, services_of, viewer_of

# What the clinic's kinds of resource are called to a patient.
KINDS: dict[str, Text] = {
    "clinician": _("Doctors"),
    "room": _("Rooms"),
    "infusion-chair": _("Chairs for the drip"),
    "bed": _("Beds"),
    "therapist": _("Therapists"),
    "interpreter": _("Interpreters"),
    "uc-msc": _("Doses of cells"),
}
REASONS: dict[Why, Text] = {
    Why.SHUT: _("The clinic is closed from %(first)s to %(last)s"),
    Why.CLOSED: _("%(what)s: closed or away from %(first)s to %(last)s"),
    Why.BOOKED: _("%(what)s: all booked"),
    Why.NO_DOSE: _("%(what)s: none left"),
    Why.WISHED: _("%(what)s: none as you wish"),
    Why.UNSUITED: _("The days on which you can come"),
    Why.TOO_FEW: _("%(what)s: too few at these times"),
}


# What can be said besides that nothing is as it is wished: with time it will be.
BEYOND_WISHES: Final = frozenset({Why.SHUT, Why.CLOSED, Why.BOOKED})
ORDERS: dict[Order, Text] = {
    Order.EARLIEST: _("The earliest first"),
    Order.FEWEST_NIGHTS: _("The fewest nights first"),
    Order.FEWEST_WEEKEND_DAYS: _("The fewest weekend days first"),
}
BECAUSE: dict[Because, Text] = {
    Because.NOTICE: _("We need that much time to get ready for you, and you need it for your trip."),
    Because.THINKING: _("Until then you have time to think."),
    Because.STAFF: _("The clinic has set this day for you. Please ask us if you do not know why."),
    Because.FLYING: _("So soon after a stroke, flying is not safe."),
}
WISHES: Final = ("interpreter", "away_first", "away_last", "order")
CARRIED: Final[tuple[str, ...]] = ("interpreter", "away_first", "away_last")


async def dates(request: Request) -> Response:
    """The free start dates of a month; without one, of the first month that has any."""
    language = language_of(request)
    code, asked = request.path_params["code"], month_in(request.query_params.get("month", ""))
    month = asked or in_zone(now_of(request), viewer_of(request).zone or "UTC").date().replace(day=1)
    form = Form(dict(request.query_params), {"off": request.query_params.getlist("off")})
    order, unsuited = _order(form), _unsuited(form)
    case, found = await find_dates(
        viewer_of(request),
        code,
        month,
        _last_of(month),
        interpreter=form.values.get("interpreter"),
        unsuited=unsuited,
        order=order,
        key=_key(request),
        now=now_of(request),
    )
    has = Window.from_json(found.held.claimed) if found.held else None
    first_free = found.none.first_free if found.none else None
    if found.first_day and found.first_day.day > _last_of(month) >= now_of(request).date():
        first_free = found.first_day.day
    later = _address(request, code, first_free, form) if first_free else None
    if asked is None and not found.windows and later:
        return RedirectResponse(later, status_code=303)
    return page(
        request,
        "portal/dates.html",
        case=case,
        dates=found,
        month=month,
        month_options=[(f"{each:%Y-%m}", _month_name(each, request)) for each in _months(found, month, request)],
        interpreter_options=[("", _("No")), *((each, language_name(each, language)) for each in found.interpreters)],
        offered=[(window, found.token(window)) for window in found.windows],
        has=has,
        mine=[window for window in found.windows if has and hours(window) == hours(has)],
        interpreter=found.interpreter,
        reasons=_reasons(found.none, set(Why), language),
        not_only_wished=_reasons(found.none, BEYOND_WISHES, language),
        later=later,
        anyone=_address(request, code, month, Form({"interpreter": ""})),
        form=form,
        picky=unsuited is not None,
        orders=list(ORDERS.items()),
        order=order,
        weekdays=[(day, show_weekday(day, language)) for day in range(7)],
        first_day=found.first_day and found.first_day.day,
        begins_later=found.first_day is not None and month < found.first_day.day <= _last_of(month),
        wait=_waiting_list(request, code, month, form),
        because=found.first_day and BECAUSE[found.first_day.because],
    )


async def hold(request: Request) -> Response:
    form, code = await Form.read(request), request.path_params["code"]
    token, interpreter = _chosen(form)
    try:
        booking = await reserve(
            viewer_of(request), code, token, interpreter=interpreter, key=_key(request), now=now_of(request)
        )
    except DatesGone as gone:
        return _gone(request, gone, interpreter, action="portal:hold", back="portal:dates")
    return redirect(request, "portal:booking", code=booking.code)


async def exchange(request: Request) -> Response:
    """Other dates in place of those that are held: these stay until the others are had."""
    form, code = await Form.read(request), request.path_params["code"]
    token, interpreter = _chosen(form)
    try:
        await reschedule(
            viewer_of(request),
            code,
            token,
            interpreter=interpreter,
            key=_key(request),
            links=links_of(request),
            now=now_of(request),
        )
    except DatesGone as gone:
        return _gone(request, gone, interpreter, action="portal:exchange", back="portal:booking")
    return redirect(request, "portal:booking", code=code)


def _chosen(form: Form) -> tuple[str, str | None]:
    """The window's token, and the interpreter that it is with."""
    token = form.text("window", required=False, at_most=4_000)
    return token, form.text("interpreter", required=False, at_most=64) or None


def _gone(request: Request, gone: DatesGone, interpreter: str | None, *, action: str, back: str) -> Response:
    urls, code = request.app.state.urls, request.path_params["code"]
    return page(
        request,
        "portal/dates-gone.html",
        gone.status,
        say=gone.text,
        elsewhere=isinstance(gone, DatesElsewhere),
        nearest=gone.nearest,
        clinic=gone.clinic,
        offer=gone.offer,
        interpreter=interpreter,
        action=urls(action, code=code),
        back=urls(back, code=code),
        keeps=action == "portal:exchange",
    )


def _key(request: Request) -> bytes:
    return services_of(request).window_key


def _last_of(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def _months(found: Dates, shown: date, request: Request) -> list[date]:
    """Every month in which dates are offered, and the one that is shown."""
    today = in_zone(now_of(request), found.clinic.zone).date()
    first, last = today.replace(day=1), (today + AHEAD).replace(day=1)
    counted = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return sorted({shown, *(date(month // 12, month % 12 + 1, 1) for month in counted)})


def _month_name(month: date, request: Request) -> str:
    return show_month(month, language_of(request))


def _reasons(none: NoDates | None, told: Container[Why], language: str) -> list[Text]:
    return [_reason(obstacle, language) for obstacle in none.obstacles if obstacle.why in told] if none else []


def _reason(obstacle: Obstacle, language: str) -> Text:
    # A clinic may have kinds that only it has: they are told in its own word.
    what = KINDS.get(obstacle.what) or obstacle.what.replace("-", " ").capitalize()
    days = {"first": obstacle.first, "last": obstacle.last}
    told = {name: show_date(day, language) for name, day in days.items() if day}
    return REASONS[obstacle.why].with_facts(what=what, **told)


def _address(request: Request, code: str, day: date, form: Form) -> str:
    """A month's dates, with the same wishes."""
    # An interpreter who is not wished is a word too, where one was wished before.
    wishes = {name: form.values[name] for name in WISHES if form.values.get(name)}
    wishes |= {"interpreter": form.values["interpreter"]} if "interpreter" in form.values else {}
    asked = {"month": f"{day:%Y-%m}", **wishes, "off": form.many.get("off", [])}
    return f"{request.app.state.urls('portal:dates', code=code)}?{urlencode(asked, doseq=True)}"


def _waiting_list(request: Request, code: str, month: date, form: Form) -> str:
    """The form to wait for dates, with the wishes that were made here."""
    wishes = {name: form.values[name] for name in CARRIED if name in form.values}
    asked = {"month": f"{month:%Y-%m}", **wishes, "off": form.many.get("off", [])}
    return f"{request.app.state.urls('portal:waitlist', code=code)}?{urlencode(asked, doseq=True)}"


def _order(form: Form) -> Order:
    written = form.values.get("order", "")
    return Order(written) if written in set(Order) else Order.EARLIEST


def _unsuited(form: Form) -> Unsuited | None:
    """The days that do not suit; what cannot be read is said beside its field, and not counted."""
    weekdays = form.weekdays("off")
    first = form.date("away_first", required=False)
    last = form.date("away_last", required=False) or first
    if first is None and last is not None:
        form.refuse("away_first", _("Please give the first of these days too."))
    if first and last and last < first:
        form.refuse("away_last", _("The last day is before the first."))
    away = (first, last) if first and last and form.ok else None
    return Unsuited(weekdays, away) if weekdays or away else None


ROUTES = [
    route("/portal/cases/{code}/dates", dates, name="portal:dates", who=Who.FAMILY),
    route("/portal/cases/{code}/hold", hold, name="portal:hold", who=Who.FAMILY, methods=["POST"]),
    route("/portal/bookings/{code}/dates", exchange, name="portal:exchange", who=Who.FAMILY, methods=["POST"]),
]
