"""One person at a browser of their own: what they press, type and read, in the words of the page."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, ViewportSize, expect

PHONE: Final = ViewportSize(width=390, height=844)
DESK: Final = ViewportSize(width=1280, height=900)
REFUSALS: Final = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


@dataclass(slots=True)
class Visitor:
    """Whatever goes wrong in their browser is kept in `complaints`; a test that ends with one has failed."""

    page: Page
    home: str
    complaints: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    async def goes_to(self, address: str) -> None:
        answer = await self.page.goto(address if "://" in address else self.home + address)
        assert answer, address
        assert answer.status < 400, f"{answer.status} at {address}"

    async def sends(self, address: str, **form: str) -> None:
        """A form's answers, from no page: what any page would send."""
        where = address if "://" in address else self.home + address
        answer = await self.page.request.post(where, form={**form}, headers={"Origin": self.home}, max_redirects=0)
        assert answer.status == httpx.codes.SEE_OTHER, f"{answer.status} at {address}"

    async def is_(self, key: str) -> None:
        """Sign in by the demo's one click, and see what is theirs."""
        await self.goes_to("/demo")
        await self.page.locator(f'form[action="/demo/sign-in/{key}"] button').click()
        await self.page.wait_for_url(re.compile("/(desk|portal)"))

    async def presses(self, name: str | re.Pattern[str], *, within: str = "main") -> None:
        await self._one("button", name, within).click()

    async def follows(self, name: str | re.Pattern[str], *, within: str = "main") -> None:
        await self._one("link", name, within).click()

    async def types(self, label: str | re.Pattern[str], text: str) -> None:
        await self.page.get_by_label(label).first.fill(text)

    async def chooses(self, label: str | re.Pattern[str]) -> None:
        """A round or square box, by its words."""
        await self.page.get_by_label(label).first.check(force=True)  # its words lie over the box

    async def picks(self, label: str, value: str) -> None:
        """One of a list that unfolds, by the value kept."""
        await self.page.get_by_label(label).first.select_option(value)

    async def dates(self, question: str, day: date) -> None:
        """The three boxes of a date."""
        boxes = self.page.get_by_role("group", name=question)
        for label, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            await boxes.get_by_label(label).fill(str(number))

    async def answers(self, question: str, choice: str) -> None:
        """One of the round boxes under a question."""
        box = self.page.get_by_role("group", name=question).get_by_label(choice, exact=True)
        await box.check(force=True)

    async def pays_with(self, card: str) -> None:
        """Fill in the hosted page and press its button."""
        for label, text in (("Card number", card), ("Expiry date", "04 / 40"), ("Security code", "123")):
            await self.types(label, text)
        await self.types("Name on the card", "N Eze")
        await self.presses(re.compile("^Pay "))

    async def sees(self, text: str | re.Pattern[str], *, within: str = "main") -> None:
        await expect(self.page.locator(within).first).to_contain_text(text, use_inner_text=True)

    async def finds(self, text: str, *, within: str = "main") -> None:
        """The same, be it folded away."""
        await expect(self.page.locator(within).first).to_contain_text(text)

    async def does_not_see(self, text: str | re.Pattern[str], *, within: str = "main") -> None:
        await expect(self.page.locator(within).first).not_to_contain_text(text, use_inner_text=True)

    async def is_at(self, heading: str | re.Pattern[str]) -> None:
        await expect(self.page.locator("h1").first).to_contain_text(heading)

    async def downloads(self, path: str) -> tuple[str, bytes]:
        """What a link of this page would save: its media type and its bytes."""
        answer = await self.page.request.get(path if "://" in path else self.home + path)
        assert answer.ok, f"{answer.status} at {path}"
        return answer.headers["content-type"], await answer.body()

    def _one(self, role: Any, name: str | re.Pattern[str], within: str) -> Locator:
        exact = isinstance(name, str)
        return self.page.locator(within).get_by_role(role, name=name, exact=exact).first


async def visitor(
    browser: Browser, home: str, *, zone: str = "America/Antigua", size: ViewportSize = DESK, **options: Any
) -> tuple[BrowserContext, Visitor]:
    """A browser with nothing in it, in that time zone, at that size."""
    context = await browser.new_context(timezone_id=zone, viewport=size, **options)
    context.set_default_timeout(10_000)
    page = await context.new_page()
    who = Visitor(page, home)
    page.on("pageerror", lambda fault: who.complaints.append(_told(fault)))
    page.on("console", lambda message: _listen(who, message))
    return context, who


def _told(fault: Error) -> str:
    return f"script: {fault.message}"


def _listen(who: Visitor, message: ConsoleMessage) -> None:
    if message.type == "error" and not REFUSALS.match(message.text):
        who.complaints.append(f"console at {who.path}: {message.text}")
