"""How facts are said in a mail: the template environments and the few filters that mails have.

Each occasion has one template, rendered twice: with the layout and parts for HTML, escaped, and with those for text,
as it stands. So neither version can lag behind the other.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from booking.kit.money import Money, show
from booking.kit.times import in_zone, show_date, show_day, show_time
from booking.kit.words import _, direction, gettext, language, ngettext

TEMPLATES: Final = Path(__file__).parent.parent.parent / "templates"

Form = Literal["html", "txt"]

HERE: Final = _("%(day)s, %(time)s in %(place)s")
HERE_AND_FOR_YOU: Final = _("%(day)s, %(time)s in %(place)s (%(own)s for you)")


@cache
def environment(form: Form) -> Environment:
    """The templates as HTML or as text."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=form == "html",  # noqa: S701 - the other form is not HTML
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=form == "html",
        lstrip_blocks=True,
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    filters: Mapping[str, Callable[..., Any]] = {
        "money": say_money,
        "day": say_day,
        "clocks": say_moment,
        "strong": strong if form == "html" else plain,
        "words": say_words,
    }
    made.filters.update(filters)
    return made


def say_money(fact: Mapping[str, Any]) -> str:
    return show(Money(fact["amount"], fact["currency"]), language())


def say_day(fact: str) -> str:
    """`Tuesday 9 March 2027`."""
    return show_date(date.fromisoformat(fact), language())


def say_moment(fact: Mapping[str, str], own_zone: str) -> str:
    """`Tuesday 9 March 2027, 10:00 in Antigua (15:00 for you)`: where it happens first, then the reader's own clock."""
    at, zone = datetime.fromisoformat(fact["at"]), fact["zone"]
    here, own = in_zone(at, zone), in_zone(at, own_zone)
    said = {"day": show_date(here.date(), language()), "time": show_time(at, zone), "place": city(zone)}
    if here.utcoffset() == own.utcoffset():
        return HERE.into(language(), **said)
    own_said = show_time(at, own_zone)
    if own.date() != here.date():
        own_said = f"{show_day(own.date(), language())}, {own_said}"
    return HERE_AND_FOR_YOU.into(language(), **said, own=own_said)


def city(zone: str) -> str:
    """The place that a zone is named for, in the reader's language (CLDR)."""
    return get_timezone_location(ZoneInfo(zone), locale=language(), return_city=True)


def say_words(fact: str | Mapping[str, str]) -> str:
    """A clinic's own words, in the reader's language if it wrote them in it."""
    if isinstance(fact, str):
        return fact
    return fact.get(language()) or fact["en"]


def isolated(words: str, form: Form) -> str:
    """Words that keep their own direction within a sentence of another: a telephone number would else run backwards.

    As text they have marks for it only in a mail that runs from right to left.
    """
    if form == "html":
        return Markup("<bdi>{}</bdi>").format(words)
    if direction(language()) == "rtl":
        return f"\N{FIRST STRONG ISOLATE}{words}\N{POP DIRECTIONAL ISOLATE}"
    return words


def strong(sentence: str) -> Markup:
    """Key words, marked `**so**` in a sentence, in bold."""
    return Markup(re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(sentence))))  # noqa: S704 - escaped


def plain(sentence: str) -> str:
    """The same sentence for the text version."""
    return re.sub(r"\*\*(.+?)\*\*", r"\1", sentence)
