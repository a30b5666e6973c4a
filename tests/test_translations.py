"""Every sentence that the product can say exists in every language that it ships."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from booking.kit.words import CATALOGUES, LANGUAGES, SOURCE_LANGUAGE

HOUSE = Path(__file__).parent.parent
MAPPING = CATALOGUES / "babel.cfg"
KEYWORDS = {"_": None, "ngettext_": (1, 2), "gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")

Message = str | tuple[str, ...]


@cache
def said() -> dict[Message, str]:
    """Every message that is marked in the code, with one place where it is said."""
    with MAPPING.open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]  # babel says no types
    ours = (str(HOUSE / "booking"), str(HOUSE / "templates"))
    found = extract_from_dir(HOUSE, methods, options, KEYWORDS, directory_filter=lambda path: path.startswith(ours))
    return {message: f"{place}:{line}" for place, line, message, _comments, _context in found if message}


@cache
def catalogue(language: str) -> Catalog:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def texts(value: str | Sequence[str] | None) -> Iterator[str]:
    yield from [value] if isinstance(value, str) else value or [""]


def forms(source: str | Sequence[str], translated: str | Sequence[str] | None) -> Iterator[tuple[str, str]]:
    """Each form of a translation with the form of the source that it stands for: the first is for one, the others count."""
    sources = list(texts(source))
    yield from ((sources[min(place, len(sources) - 1)], text) for place, text in enumerate(texts(translated)))


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text)) - {"num"}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE_LANGUAGE])
def test_nothing_is_left_untranslated(language: str) -> None:
    known = catalogue(language)

    missing = {
        place: message
        for message, place in said().items()
        if (entry := known.get(message if isinstance(message, str) else message[0])) is None
        or entry.fuzzy
        or not all(texts(entry.string))
    }

    assert missing == {}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE_LANGUAGE])
def test_translations_keep_every_placeholder_and_invent_none(language: str) -> None:
    wrong = {
        str(entry.id): str(entry.string)
        for entry in catalogue(language)
        if entry.id
        for source, text in forms(entry.id, entry.string)
        if text  # what is missing is told by the test above
        if placeholders(source) != placeholders(text)
    }

    assert wrong == {}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE_LANGUAGE])
def test_the_catalogue_holds_nothing_that_is_no_longer_said(language: str) -> None:
    spoken = {message if isinstance(message, str) else message[0] for message in said()}

    stale = [
        next(iter(texts(entry.id)))
        for entry in catalogue(language)
        if entry.id and next(iter(texts(entry.id))) not in spoken
    ]

    assert stale == []
