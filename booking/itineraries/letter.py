"""The itinerary on paper: an A4 PDF to read at 14 points, tagged for screen readers (PDF/UA-1)."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import typst

from booking.itineraries.days import Day, Entry, days
from booking.itineraries.findings import Finding
from booking.itineraries.trip import Itinerary
from booking.kit.errors import Refusal
from booking.kit.times import show_date
from booking.kit.words import Text, _, direction

TEMPLATES: Final = Path(__file__).parents[2] / "templates" / "letters"

# typst draws a box for a letter that no font has, and says nothing: so it is found out beforehand.
# The first font comes inside typst's own wheel; the others are used where a machine has them.
FONTS: Final[Mapping[str, tuple[str, ...]]] = {
    "LATIN": ("Libertinus Serif",),
    "GREEK": ("Libertinus Serif",),
    "CYRILLIC": ("Libertinus Serif",),
    "HEBREW": ("Libertinus Serif",),
    "ARABIC": ("Noto Naskh Arabic", "Noto Sans Arabic"),
    "DEVANAGARI": ("Noto Sans Devanagari", "Noto Serif Devanagari"),
    "BENGALI": ("Noto Sans Bengali", "Noto Serif Bengali"),
    "THAI": ("Noto Sans Thai", "Noto Serif Thai"),
    "CJK": ("Noto Sans CJK SC", "Noto Serif CJK SC"),
    "HIRAGANA": ("Noto Sans CJK JP", "Noto Serif CJK JP"),
    "KATAKANA": ("Noto Sans CJK JP", "Noto Serif CJK JP"),
    "HANGUL": ("Noto Sans CJK KR", "Noto Serif CJK KR"),
}


class NoFontFor(Refusal):
    """The letter has letters that no font on this machine draws. Nothing is printed rather than boxes."""

    status = 422
    say = _(
        "We cannot put this into a PDF yet: it has letters that we have no font for. Please print the page instead."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterHead:
    """Who writes to whom. `place` is how the clinic's clock is called, `reader_place` the reader's."""

    booking_code: str
    clinic_name: str
    clinic_address: str
    clinic_phone: str
    place: str
    reader_place: str
    reader_zone: str
    is_example: bool


def itinerary_letter(
    trip: Itinerary, found: Iterable[Finding], head: LetterHead, *, language: str, now: datetime
) -> bytes:
    """The trip as a PDF in this language, times by the place's clock first and the reader's beside them.

    Takes some milliseconds of one processor: call it in a thread.

    Raises:
        NoFontFor: a name or the language needs a font that is not there.
    """
    content = _content(trip, found, head, language)
    content["fonts"] = fonts_for(_words(content))
    with _one_at_a_time:
        made = _compiler().compile(
            format="pdf",
            sys_inputs={"letter": json.dumps(content)},
            pdf_standards="ua-1",
            timestamp=int(now.timestamp()),
        )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no PDF")
    return made


def fonts_for(words: str) -> list[str]:
    """The fonts that draw all of these words. Raises NoFontFor."""
    there = _families()
    chosen: list[str] = list(FONTS["LATIN"])
    for script in sorted(_scripts(words)):
        font = next((font for font in FONTS.get(script, ()) if font.casefold() in there), None)
        if font is None:
            raise NoFontFor
        if font not in chosen:
            chosen.append(font)
    return chosen


def _scripts(words: str) -> set[str]:
    letters = {letter for letter in words if letter.isalpha()}
    return {unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0] for letter in letters}


# A compiler keeps its fonts and its parsed template: a letter then takes milliseconds. It is not for two at once.
_one_at_a_time = Lock()


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(TEMPLATES / "itinerary.typ", root=TEMPLATES, font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    """Looking through a machine's fonts is the slow part: it is done once, when the first letter is made."""
    return typst.Fonts()


@cache
def _families() -> frozenset[str]:
    return frozenset(name.casefold() for name in _fonts().families())


def _content(trip: Itinerary, found: Iterable[Finding], head: LetterHead, language: str) -> dict[str, Any]:
    def said(text: Text, **facts: Any) -> str:
        return text.into(language, **facts)

    return {
        "language": language.split("-", maxsplit=1)[0],
        "direction": direction(language),
        "title": said(_("Your trip to %(place)s"), place=head.place),
        "travellers": ", ".join(one.name for one in trip.travellers),
        "clocks": said(CLOCKS, reader=head.reader_place),
        "example": said(EXAMPLE) if head.is_example else None,
        "clinic": {"name": head.clinic_name, "phone": head.clinic_phone, "address": head.clinic_address},
        "findings_title": said(_("Please look at this before you travel")),
        "findings": [one.text(language) for one in found],
        "days": [_day(day, head, language) for day in days(trip)],
        "help_title": said(_("If something goes wrong")),
        "help": said(_("Call us. In an emergency, first call the emergency number of the place where you are.")),
        "footer": said(_("Booking %(code)s"), code=head.booking_code),
    }


CLOCKS: Final = _(
    "Each time is by the clock of the place where it happens. Below it, in grey, is the time in %(reader)s."
    " +1 or -1 beside it means the day after or before."
)
FOR_YOU: Final = _("%(clock)s in %(reader)s")
EXAMPLE: Final = _("Example data: this clinic, its people and its prices are invented.")


def _day(day: Day, head: LetterHead, language: str) -> dict[str, Any]:
    entries = [_entry(entry, head, language) for entry in day.entries]
    return {"title": show_date(day.day, language), "entries": entries}


def _entry(entry: Entry, head: LetterHead, language: str) -> dict[str, str]:
    theirs = entry.clock_in(head.reader_zone)
    return {
        "clock": entry.clock,
        "reader": "" if theirs == entry.clock else FOR_YOU.into(language, clock=theirs, reader=head.reader_place),
        "text": entry.text(language),
        "place": entry.place,
    }


def _words(content: Any) -> str:
    return "".join(_strings(content))


def _strings(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _strings(value)
    elif isinstance(content, list):
        for value in content:
            yield from _strings(value)
