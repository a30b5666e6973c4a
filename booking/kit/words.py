"""The product's words in the reader's language.

A sentence is marked where it is written, `_("You have %(days)s days.")`, and turned into a
language only where it is shown. Catalogues are plain `.po` files, compiled in memory when
first needed, so that nothing generated is kept.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"
CATALOGUES = Path(__file__).parent.parent / "locale"
LANGUAGES = (SOURCE_LANGUAGE, *sorted(path.stem for path in CATALOGUES.glob("*.po")))

_speaking: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence of the product, not yet in any language."""

    source: str
    plural: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def with_facts(self, **facts: Any) -> "Text":
        return Text(self.source, self.plural, {**self.facts, **facts})

    def into(self, language: str, **facts: Any) -> str:
        """The sentence in a language, its placeholders filled; a Text among the facts is translated too."""
        filled = {name: _spoken(value, language) for name, value in {**self.facts, **facts}.items()}
        words = catalogue(language)
        said = words.ngettext(self.source, self.plural, filled["num"]) if self.plural else words.gettext(self.source)
        return said % filled if filled else said.replace("%%", "%")

    def __str__(self) -> str:
        return self.into(language())

    def __hash__(self) -> int:
        return hash((self.source, self.plural))


def _(source: str) -> Text:
    """Mark a sentence for translation."""
    return Text(source)


def ngettext_(one: str, many: str) -> Text:
    """Mark a sentence that counts: `num` among its facts decides the form."""
    return Text(one, many)


def _spoken(value: Any, language: str) -> Any:
    return value.into(language) if isinstance(value, Text) else value


@cache
def catalogue(language: str) -> NullTranslations:
    """The translations of a language; the source language and unknown ones say the source."""
    path = CATALOGUES / f"{language}.po"
    if language not in LANGUAGES or not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def language() -> str:
    """The language being spoken in this task."""
    return _speaking.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within this block, sentences come out in `language`."""
    token = _speaking.set(language)
    try:
        yield
    finally:
        _speaking.reset(token)


def gettext(message: str) -> str:
    """For templates: the message in the language being spoken."""
    return catalogue(language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """For templates: the counted message in the language being spoken."""
    return catalogue(language()).ngettext(one, many, count)


def own_name(language: str) -> str:
    """A language's name in itself: "español"."""
    return str(Locale.parse(language).get_language_name(language) or language)


def language_name(named: str, language: str) -> str:
    """What a language is called in another: "French", "francés"; as it is written, if it is none that is known."""
    try:
        return str(Locale.parse(named).get_language_name(language) or named)
    except (UnknownLocaleError, ValueError):
        return named


def direction(language: str) -> str:
    """`ltr` or `rtl`."""
    return str(Locale.parse(language).text_direction)


def known_language(wanted: str | None) -> str | None:
    """The shipped language that serves a tag such as `es-MX`, or None."""
    base = (wanted or "").replace("_", "-").split("-")[0].lower()
    return base if base in LANGUAGES else None
