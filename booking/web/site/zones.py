"""Time zones as people look for theirs: by country, and by town where a country has several."""

import unicodedata
from collections import Counter
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from booking.kit.times import is_zone

NOWHERE = frozenset({"001", "ZZ"})


@cache
def zones_to_choose(language: str) -> list[tuple[str, str]]:
    """`("America/Antigua", "Antigua & Barbuda")`, in the order of the reader's alphabet, as far as accents go."""
    territories = {
        zone: territory
        for zone, territory in get_global("zone_territories").items()
        if territory not in NOWHERE and is_zone(zone)
    }
    many = Counter(territories.values())
    names = Locale.parse(language).territories
    told = []
    for zone, territory in territories.items():
        country = str(names.get(territory, territory))
        town = get_timezone_location(zone, locale=language, return_city=True).rpartition("/")[2]
        told.append((zone, f"{country}: {town}" if many[territory] > 1 else country))
    return sorted(told, key=lambda one: _plain(one[1]))


def _plain(text: str) -> str:
    return "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark)).casefold()
