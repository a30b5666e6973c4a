"""Pages: templates, and what each of them can count on."""

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.units import format_unit
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from booking.kit import words
from booking.kit.money import Money, show
from booking.kit.times import in_zone, show_date, show_day, show_first, show_month, show_time, show_weekday
from booking.web.prose import figure, prose, told
from booking.web.request import language_of, viewer_of
from booking.web.tables import labelled

HOUSE = Path(__file__).parent.parent.parent
TEMPLATES = HOUSE / "templates"
STATIC = HOUSE / "static"
KILOBYTE, MEGABYTE = 1_000, 1_000_000


@cache
def environment() -> Environment:
    """The one template environment of the process."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html", "svg"), default_for_string=True),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.policies["ext.i18n.trimmed"] = True  # the catalogues are extracted that way
    env.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]  # the i18n extension adds it
    env.filters.update(
        money=_money,
        day=_day,
        short_day=_short_day,
        first_day=_first_day,
        month=_month,
        weekday=_weekday,
        language_name=_language_name,
        clock_time=show_time,
        on_day=_on_day,
        told=told,
        prose=prose,
        figure=figure,
        file_size=_file_size,
        labelled=labelled,
        isolated=_isolated,
    )
    env.globals.update(static=static, two_clocks=two_clocks, in_zone=in_zone)
    return env


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """The template as an HTML response, in the reader's language."""
    return HTMLResponse(render(request, template, **context), status_code=status)


def render(request: Request, template: str, **context: Any) -> str:
    language = language_of(request)
    with words.speaking(language):
        return (
            environment()
            .get_template(template)
            .render(
                request=request,
                viewer=viewer_of(request),
                language=language,
                languages=[(tag, words.own_name(tag)) for tag in words.LANGUAGES],
                direction=words.direction(language),
                url=request.app.state.urls,
                demo=request.app.state.services.settings.demo,
                now=request.state.now,
                **context,
            )
        )


def redirect(request: Request, name: str, **values: Any) -> Response:
    """303 See Other: after a POST the browser gets a page that can be reloaded."""
    return RedirectResponse(request.app.state.urls(name, **values), status_code=303)


@cache
def static(path: str) -> str:
    """The address of a static file, which changes with its content, so that it may be cached for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?v={digest}"


def _money(amount: Money) -> str:
    return show(amount, words.language())


def _file_size(size: int) -> str:
    """`1.2 MB`, `48 kB`: as large as it looks in the reader's own folders."""
    unit, of = ("megabyte", MEGABYTE) if size >= MEGABYTE else ("kilobyte", KILOBYTE)
    shown = round(max(size / of, 0.1), 1)
    return str(format_unit(shown, f"digital-{unit}", "short", locale=words.language()))


def _isolated(text: str | None) -> str:
    """A number or a name that keeps its own direction within a text that runs from right to left."""
    return Markup("<bdi>{}</bdi>").format(text) if text else ""


def _day(day: date) -> str:
    return show_date(day, words.language())


def _short_day(day: date) -> str:
    return show_day(day, words.language())


def _weekday(weekday: int) -> str:
    return show_weekday(weekday, words.language())


def _language_name(named: str) -> str:
    return words.language_name(named, words.language())


def _first_day(first: date, last: date) -> str:
    return show_first(first, last, words.language())


def _month(day: date) -> str:
    return show_month(day, words.language())


def _on_day(instant: datetime, zone: str) -> str:
    """The date of an instant in a zone: "Tuesday 9 March 2027"."""
    return show_date(in_zone(instant, zone).date(), words.language())


def two_clocks(instant: datetime, place: Any, reader_zone: str) -> str:
    """`Tue 9 March, 10:00 in Antigua (14:00 for you)`: clinic time first, the reader's own beside it.

    `place` has a `zone` and a `place_name`. The reader's day is told too where it differs, and
    nothing is repeated for a reader whose clock agrees.
    """
    there, here = in_zone(instant, place.zone), in_zone(instant, reader_zone)
    facts = {
        "day": _short_day(there.date()),
        "time": there.strftime("%H:%M"),
        "place": place.place_name,
        "your_time": here.strftime("%H:%M"),
        "your_day": _short_day(here.date()),
    }
    if there.replace(tzinfo=None) == here.replace(tzinfo=None):
        return words.gettext("%(day)s, %(time)s in %(place)s") % facts
    if there.date() == here.date():
        return words.gettext("%(day)s, %(time)s in %(place)s (%(your_time)s for you)") % facts
    return words.gettext("%(day)s, %(time)s in %(place)s (%(your_day)s, %(your_time)s for you)") % facts
