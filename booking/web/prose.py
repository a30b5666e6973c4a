"""What the clinic wrote, on a page: in the reader's language, with **key words** bold and blank lines between paragraphs.

Everything else in the text is shown as it stands: it is data, and never markup.
"""

import re
from collections.abc import Mapping

from babel.numbers import format_decimal
from markupsafe import Markup, escape

from booking.kit.words import SOURCE_LANGUAGE, Text, language
from booking.programmes.parts import in_language

KEY_WORD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
BLANK_LINES = re.compile(r"\n\s*\n")


def told(words: Mapping[str, str] | Text | str) -> Markup:
    """A text within a line or a paragraph; marked as English where the clinic wrote it in no other language."""
    if isinstance(words, Text | str):
        return _bold(str(words))
    said = _bold(in_language(words, language()))
    return said if language() in words else Markup('<span lang="{}">{}</span>').format(SOURCE_LANGUAGE, said)


def prose(words: Mapping[str, str]) -> Markup:
    """A longer text as paragraphs."""
    spoken = "" if language() in words else Markup(' lang="{}"').format(SOURCE_LANGUAGE)
    paragraphs = BLANK_LINES.split(in_language(words, language()).strip())
    return Markup("\n").join(Markup("<p{}>{}</p>").format(spoken, _bold(part)) for part in paragraphs)


def figure(value: float) -> str:
    """Two digits after the point, as the reader's language writes them, with a real minus sign."""
    return format_decimal(value, format="0.00", locale=language()).replace("-", "\N{MINUS SIGN}")


def _bold(text: str) -> Markup:
    return Markup(KEY_WORD.sub(r"<strong>\1</strong>", str(escape(text))))  # noqa: S704 - escaped before it is marked
