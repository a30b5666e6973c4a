"""Names as passports and tickets print them (ICAO Doc 9303, part 3, section 6; part 4, 4.2.2).

A passport's machine-readable line has the letters A to Z only: Müller is MUELLER, Muñoz MUNOZ, Þór THOR.
Airlines print tickets the same way, and check them against that line.
"""

import unicodedata
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from booking.kit.errors import Refusal
from booking.kit.words import _

LINE: Final = 39

# Where 9303 offers several, the one recommended; what is missing here loses its marks and no more.
_LATIN: Final = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Ö": "OE", "Ø": "OE", "Œ": "OE", "Ü": "UE", "ẞ": "SS", "Þ": "TH",
    "Ð": "D", "Đ": "D", "Ħ": "H", "Ĳ": "IJ", "ĸ": "Q", "Ł": "L", "Ŋ": "N", "Ŧ": "T", "Ə": "E",
}  # fmt: skip
_CYRILLIC: Final = dict(
    zip(
        "АБВГДЕЁЖЗИІЙКЛМНОПРСТУФХЦЧШЩЫЪЭЮЯѴҐЎЃЂЅЈЌЉЊЏЄЇ",
        ["A", "B", "V", "G", "D", "E", "E", "ZH", "Z", "I", "I", "I", "K", "L", "M", "N", "O", "P", "R", "S", "T", "U", "F", "KH", "TS", "CH", "SH", "SHCH", "Y", "IE", "E", "IU", "IA", "Y", "G", "U", "G", "D", "DZ", "J", "K", "LJ", "NJ", "DZ", "IE", "I"],
        strict=True,
    )
) | {"Ь": ""}  # fmt: skip

TITLES: Final = frozenset({"MR", "MRS", "MS", "MISS", "MSTR", "DR", "PROF"})
# What airlines print for a person who has one name.
NO_GIVEN_NAME: Final = frozenset({"FNU", "NFN", "LNU", "XXX", "MR", "MRS", "MS"})


class CannotSpell(Refusal):
    """9303 has no single spelling for this script; the passport itself shows the right one."""

    status = 422
    say = _(
        "Please write the name in the letters A to Z, as in the two lines at the foot of the passport's photo page."
    )


class Match(StrEnum):
    SAME = "same"
    CLOSE = "close"  # an airline usually takes it; better asked
    DIFFERENT = "different"


def spelled(name: str) -> str:
    """The name in A to Z and single spaces, as a machine-readable line spells it.

    Raises:
        CannotSpell: it has letters that the table has none for.
    """
    return " ".join("".join(_latin(letter) for letter in unicodedata.normalize("NFC", name.upper())).split())


def bare(name: str) -> str:
    """The name with its marks simply dropped, as many airline systems do it: MULLER for Müller."""
    return spelled("".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one)))


def _latin(letter: str) -> str:
    known = _LATIN.get(letter, _CYRILLIC.get(letter))
    if known is not None:
        return known
    base = unicodedata.normalize("NFKD", letter)[0]
    if "A" <= base <= "Z":
        return base
    if base.isalpha():
        raise CannotSpell
    # An apostrophe is left out and a hyphen is a space (9303-3, 4.6).
    return "" if base in "'\u2019\u02bc`." or unicodedata.combining(base) else " "


def line(surname: str, given_names: str) -> str:
    """The 39 characters of the names in the machine-readable line, shortened where they are too long.

    A surname is cut so that at least one letter of the given names is kept, and a cut name ends in a letter.
    """
    first, rest = (spelled(part).replace(" ", "<") for part in (surname, given_names))
    room = LINE - len("<<") - 1 if rest else LINE
    whole = f"{first[:room].rstrip('<')}<<{rest}" if rest else first
    return whole[:LINE].rstrip("<").ljust(LINE, "<")


def match(ticket: str, surname: str, given_names: str) -> Match:
    """How well a ticket's name, `MUNOZ/ANA MARIA MRS` or `Ana Maria Munoz`, fits the passport's.

    CLOSE when only marks are spelled another way, or later given names are missing.
    """
    first_given = " ".join(given_names.split()[:1])
    if _fits(_readings(ticket, spelled), spelled(surname), spelled(given_names)):
        return Match.SAME
    close = (
        _fits(_readings(ticket, read), spell(surname), spell(given))
        for read in (spelled, bare)
        for spell in (spelled, bare)
        for given in (given_names, first_given)
    )
    return Match.CLOSE if any(close) else Match.DIFFERENT


def _fits(readings: set[tuple[str, str]], surname: str, given_names: str) -> bool:
    surname, given = surname.replace(" ", ""), given_names.replace(" ", "")
    if given:
        return (surname, given) in readings
    return any(
        (surname, filler) in readings or (filler, surname) in readings for filler in ("", surname, *NO_GIVEN_NAME)
    )


def _readings(ticket: str, spell: Callable[[str], str]) -> set[tuple[str, str]]:
    """Every (surname, given names) that a ticket's name may stand for, without spaces and titles."""
    if "/" in ticket:
        surname, _slash, given = ticket.partition("/")
        return {(spell(surname).replace(" ", ""), form) for form in _untitled(spell(given).split())}
    words = [word for word in spell(ticket).split() if word not in TITLES]
    halves = [("".join(words[:at]), "".join(words[at:])) for at in range(len(words) + 1)]
    return {*halves, *((last, first) for first, last in halves)}


def _untitled(words: list[str]) -> set[str]:
    """The given names as one word, with and without a title, which airlines also glue on: ANAMRS."""
    whole = "".join(words)
    return {whole, *(whole.removesuffix(title) for title in TITLES)}
