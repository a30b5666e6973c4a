"""The waiting list, for who found no dates that suit: which would do, the place in line, and leaving it."""

import calendar
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from booking.bookings.wishes import Wish
from booking.journeys.first_day import TooSoon
from booking.journeys.join_waitlist import FreeAlready, WaitFile, join_waitlist, leave_waitlist, open_wait
from booking.journeys.reserve import TooYoungThen
from booking.kit.errors import Invalid
from booking.kit.times import show_weekday
from booking.kit.words import _, language_name
from booking.web.asked import month_in
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.request import language_of, now_of, viewer_of

# How many stretches of days that do not suit the form has room for.
STRETCHES: Final = range(1, 4)


async def waiting(request: Request) -> Response:
    file = await _opened(request)
    return _show(request, file, _filled(file, request.query_params))


async def wait(request: Request) -> Response:
    """Join the line, or say anew which dates would do."""
    form, code = await Form.read(request), request.path_params["code"]
    file = await _opened(request)
    wish = _wish(form, file)
    if wish is not None:
        try:
            await join_waitlist(viewer_of(request), code, wish, now=now_of(request))
        except Invalid as invalid:
            form.refuse_all(invalid)
        except (TooSoon, TooYoungThen) as early:
            form.refuse("first_day", early.text)
        except FreeAlready as free:
            form.refuse("", free.text)
            return _show(request, file, form, free.status, free=_month_page(request, code, free.start, wish))
        else:
            return redirect(request, "portal:waitlist", code=code)
    return _show(request, file, form, 422)


async def leave(request: Request) -> Response:
    code = request.path_params["code"]
    await leave_waitlist(viewer_of(request), code, now=now_of(request))
    return redirect(request, "portal:waitlist", code=code)


async def _opened(request: Request) -> WaitFile:
    return await open_wait(viewer_of(request), request.path_params["code"], now=now_of(request))


def _show(request: Request, file: WaitFile, form: Form, status: int = 200, free: str = "") -> Response:
    language = language_of(request)
    return page(
        request,
        "portal/waitlist.html",
        status,
        file=file,
        wish=Wish.of(file.last) if file.last else None,
        form=form,
        stretches=STRETCHES,
        interpreter_options=[("", _("No")), *((each, language_name(each, language)) for each in file.interpreters)],
        weekdays=[(day, show_weekday(day, language)) for day in range(7)],
        free=free,
    )


def _filled(file: WaitFile, asked: QueryParams) -> Form:
    """What was said before, or else the month that the reader comes from, and the wishes that they made there."""
    if file.last is not None and (file.waits or not asked.get("month")):
        wish = Wish.of(file.last)
        first, last = wish.first_day, wish.last_day
        return _form({"first_day": first, "last_day": last, **_away(wish.away)}, wish.interpreter, wish.weekdays)
    interpreter = asked.get("interpreter", file.interpreter)
    if (month := month_in(asked.get("month", ""))) is None:
        return _form({}, interpreter)
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    first, last = max(month, file.earliest), min(last, file.horizon)
    days = {"first_day": first, "last_day": last} if first <= last else {}
    wished = Form(asked, {"off": asked.getlist("off")})
    away = wished.date("away_first", required=False), wished.date("away_last", required=False)
    weekdays = wished.weekdays("off")
    return _form({**days, **_away([(away[0], away[1] or away[0])] if away[0] else [])}, interpreter, weekdays)


def _away(stretches: Iterable[tuple[date, date]]) -> dict[str, date]:
    """Days that do not suit, by the names of their fields."""
    numbered = enumerate(stretches, 1)
    return {
        f"away_{number}_{end}": day
        for number, pair in numbered
        for end, day in zip(("first", "last"), pair, strict=True)
    }


def _form(days: dict[str, date], interpreter: str | None, weekdays: Iterable[int] = ()) -> Form:
    return Form({**_boxes(days), "interpreter": interpreter or ""}, {"off": [str(day) for day in weekdays]})


def _boxes(days: Mapping[str, date]) -> dict[str, str]:
    """Each date as the three boxes that it is typed into."""
    return {
        f"{name}-{part}": str(getattr(day, part)) for name, day in days.items() for part in ("day", "month", "year")
    }


def _wish(form: Form, file: WaitFile) -> Wish | None:
    first, last = form.date("first_day"), form.date("last_day")
    away = [stretch for number in STRETCHES if (stretch := _stretch(form, number))]
    interpreter = form.one_of("interpreter", file.interpreters, required=False)
    if not form.ok or first is None or last is None:
        return None
    # Without gaps: what is wrong with the second stretch is to stand beside the second.
    form.values.update(dict.fromkeys(_boxes(_away([(first, last)] * len(STRETCHES))), "") | _boxes(_away(away)))
    return Wish(first, last, tuple(away), interpreter, form.weekdays("off"))


def _stretch(form: Form, number: int) -> tuple[date, date] | None:
    """Days that do not suit; a single one if only the first is given."""
    first = form.date(f"away_{number}_first", required=False)
    last = form.date(f"away_{number}_last", required=False)
    if first is None and last is not None:
        form.refuse(f"away_{number}_first", _("Please give the first of these days too."))
    return (first, last or first) if first is not None else None


def _month_page(request: Request, code: str, day: date, wish: Wish) -> str:
    asked = {"month": f"{day:%Y-%m}", "interpreter": wish.interpreter or ""}
    return f"{request.app.state.urls('portal:dates', code=code)}?{urlencode(asked)}"


ROUTES = [
    route("/portal/cases/{code}/waitlist", waiting, name="portal:waitlist", who=Who.FAMILY),
    route("/portal/cases/{code}/waitlist", wait, name="portal:waitlist", who=Who.FAMILY, methods=["POST"]),
    route("/portal/cases/{code}/waitlist/leave", leave, name="portal:leave-waitlist", who=Who.FAMILY, methods=["POST"]),
]
