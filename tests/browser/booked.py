"""Families whose stays are booked and paid, each by what its own browser would send: quicker than one that is drawn."""

import re
from calendar import day_abbr
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Final

import httpx

from tests.browser.running_demo import Demo
from tests.outside import PLAIN

CARD: Final = {"number": "4242 4242 4242 4242", "expiry": "04 / 40", "cvc": "123", "name": "A FAMILY"}
WINDOW: Final = re.compile(
    r'class="window-dates"[^>]*>(?P<first>[^<]+?) to (?P<last>[^<]+)<.*?name="window" value="(?P<token>[^"]+)"',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Booked:
    """A family with the booking that it has."""

    browser: httpx.AsyncClient
    email: str
    case: str
    code: str

    async def reads(self, page: str) -> str:
        """One of the booking's pages: "", "/itinerary"."""
        answer = await self.browser.get(f"/portal/bookings/{self.code}{page}")
        return answer.raise_for_status().text


async def book(case: str, email: str, month: date, weekday: int, demo: Demo) -> Booked:
    """Sign in by the mailed link, hold the month's first free stay that begins on such a weekday, and pay for it."""
    browser = httpx.AsyncClient(verify=PLAIN, base_url=demo.address, headers={"Origin": demo.address}, timeout=20)
    await browser.post("/sign-in", data={"email": email})
    mail = await demo.mail(email, "Your sign-in link")
    await browser.post(next(link for link in mail["links"] if "/sign-in/" in link))
    while (held := await _hold(browser, case, month, weekday)).status_code == httpx.codes.CONFLICT:
        pass  # another family was faster: what is free now is looked at anew
    code = held.headers["location"].rsplit("/", 1)[1]
    page = await browser.post(f"/portal/bookings/{code}/deposit")
    back = await browser.post(page.headers["location"], data=CARD)
    paid = await browser.get(back.headers["location"])
    assert "Your dates are confirmed" in paid.text
    return Booked(browser, email, case, code)


async def _hold(browser: httpx.AsyncClient, case: str, month: date, weekday: int) -> httpx.Response:
    page = await browser.get(f"/portal/cases/{case}/dates?month={month:%Y-%m}")
    for found in WINDOW.finditer(page.text):
        if found["first"].strip().startswith(day_abbr[weekday]):
            return await browser.post(f"/portal/cases/{case}/hold", data={"window": unescape(found["token"])})
    raise AssertionError(f"no stay that begins on a {day_abbr[weekday]} in {month:%B %Y}")
