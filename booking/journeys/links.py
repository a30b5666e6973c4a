"""Absolute addresses of pages, for mails and for Stripe. The paths are the web's; a test holds the two together."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

PATHS: Final[dict[str, str]] = {
    "site:sign-in-link": "/sign-in/{token}",
    "ask:resume": "/ask/resume/{token}",
    "portal:case": "/portal/cases/{code}",
    "portal:plan": "/portal/cases/{code}/plan",
    "portal:questions": "/portal/cases/{code}/questions",
    "portal:consent": "/portal/cases/{code}/consent",
    "portal:records": "/portal/cases/{code}/records",
    "portal:dates": "/portal/cases/{code}/dates",
    "portal:booking": "/portal/bookings/{code}",
    "portal:paid": "/portal/bookings/{code}/paid",
    "portal:receipt": "/portal/bookings/{code}/receipt",
    "portal:travel": "/portal/bookings/{code}/travel",
    "portal:itinerary": "/portal/bookings/{code}/itinerary",
    "portal:check-in": "/portal/check-ins/{code}",
    "desk:case": "/desk/cases/{code}",
    "feeds:calendar": "/feeds/{token}.ics",
}


@dataclass(frozen=True, slots=True)
class Links:
    """`Links(public_url).to("portal:case", code=…)`. `base` has no slash at its end."""

    base: str

    def to(self, name: str, **values: str) -> str:
        return self.base + PATHS[name].format(**{key: quote(value, safe="") for key, value in values.items()})

    @property
    def host(self) -> str:
        """What makes the UIDs of calendar events the world's own."""
        return urlsplit(self.base).hostname or ""
