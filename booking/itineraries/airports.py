"""What an airport's three letters stand for (the `airportsdata` tables; nothing is asked of a network)."""

from dataclasses import dataclass
from functools import cache

import airportsdata

from booking.kit.errors import Refusal
from booking.kit.times import is_zone
from booking.kit.words import _


@dataclass(frozen=True, slots=True)
class Airport:
    """`country` is ISO 3166 alpha-2, `zone` IANA."""

    code: str
    name: str
    city: str
    country: str
    zone: str


class NoSuchAirport(Refusal):
    status = 422
    say = _("We do not know an airport with the code %(code)s. It is three letters, on your ticket: LHR, MIA, ANU.")


@cache
def _known() -> dict[str, Airport]:
    return {
        code: Airport(code, entry["name"], entry["city"], entry["country"], entry["tz"])
        for code, entry in airportsdata.load("IATA").items()
        if is_zone(entry["tz"])
    }


def airport(code: str) -> Airport:
    """The airport with this IATA code, in any case. Raises NoSuchAirport."""
    found = _known().get(code.strip().upper())
    if found is None:
        raise NoSuchAirport(code=code.strip().upper()[:8])
    return found


def airport_name(code: str) -> str:
    """The airport of a code as people know it; the code itself if we do not know it."""
    found = _known().get(code)
    return found.name if found else code


def airports_like(typed: str, most: int = 8) -> list[Airport]:
    """For a field that completes: by code first, then by the beginning of the city or of the name."""
    wanted = typed.strip().casefold()
    if len(wanted) < 2:  # noqa: PLR2004 - one letter is every tenth airport
        return []
    by_code = [one for one in _known().values() if one.code.casefold() == wanted]
    others = [
        one
        for one in _known().values()
        if one.city.casefold().startswith(wanted) or one.name.casefold().startswith(wanted)
    ]
    return [*by_code, *sorted((one for one in others if one not in by_code), key=lambda one: one.name)][:most]
