"""Every kind of page, for everyone who may see it, by axe: wide and light, then as narrow and dark as a phone at night.

With LEEWARD_SCREENSHOTS=1 each is also drawn for axe, and photographed, into var/screenshots.
"""

import asyncio
import os
import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.async_api import Page

from tests.browser.axe import faults_at_night, faults_of
from tests.browser.conftest import Comes
from tests.browser.contrast import too_faint
from tests.browser.page_kinds import kind_of, kinds_of_pages, links_of
from tests.browser.running_demo import ROOT, Demo
from tests.browser.visitor import DESK, PHONE, Visitor

PHOTOS: Final = ROOT / "var" / "screenshots"
THOROUGH: Final = os.environ.get("LEEWARD_SCREENSHOTS") == "1"
AT_ONCE: Final = 2
SCRIPTS_OF_ALL: Final = 1  # it keeps a form from being sent twice
# One of each kind of question, and what comes after the last: all of them hang on an answer that was begun.
QUESTIONS: Final = ("who", "birth", "when", "conditions", "zone")
AROUND: Final = ("records", "review", "save")
# Whose pages say something that nobody else's do, and where it is said.
SAID_ONLY_TO: Final = {
    "colette": "/waitlist",  # she waits
    "ingrid": "/check-ins/",  # she was treated
    "ruth": "/portal/bookings/LW",  # she has a part still to pay
    "tomoko": "/portal/bookings/LW",  # dates are held for her, and she goes to pay
}


@pytest.mark.parametrize(
    ("area", "people"),
    [("/", (None,)), ("/portal", ("abdullah", "samuel", "helene")), ("/desk", ("nia", "baptiste"))],
)
async def test_nothing_serious_stands_in_anyones_way(area: str, people: tuple[str | None, ...], comes: Comes) -> None:
    seen, faults = set[str](), dict[str, list[str]]()
    for who in people:
        visitor = await comes(who, reduced_motion="reduce")
        pages = await kinds_of_pages(visitor.page.request, visitor.home, area)
        pages |= await _read(visitor, "/demo", "/nothing-is-here") if who is None else {}
        unseen = {path: html for path, html in pages.items() if kind_of(path) not in seen}
        seen |= {kind_of(path) for path in pages}
        faults |= await _all_looked_at(visitor, unseen, who or "anyone")

    assert faults == {}


async def test_nor_in_the_way_of_whoever_asks_for_a_consultation_or_reads_their_mail(demo: Demo, comes: Comes) -> None:
    family = await comes(reduced_motion="reduce")
    begun = await family.page.request.post(
        f"{family.home}/programmes/stroke-recovery/ask", headers={"Origin": family.home}
    )
    assert begun.ok
    mail = f"/simulated/mailbox/mails/{(await demo.mail('abdullah@example.com', 'Your dates are confirmed'))['id']}"
    pages = await _read(family, *(f"/ask/{each}" for each in (*QUESTIONS, *AROUND)), "/simulated/mailbox/", mail)

    assert await _all_looked_at(family, pages, "anyone") == {}


async def test_nor_in_the_way_of_those_who_wait_hold_dates_pay_or_were_treated(comes: Comes) -> None:
    faults = dict[str, list[str]]()
    for who, where in SAID_ONLY_TO.items():
        visitor = await comes(who, reduced_motion="reduce")
        faults |= await _all_looked_at(visitor, await _read(visitor, await _finds(visitor, where)), who)
    payer = visitor.page
    await payer.set_viewport_size(DESK)
    await visitor.presses(re.compile("payment page$"))
    faults["Stripe's page"] = await faults_of(payer) + await faults_at_night(payer)
    await visitor.pays_with("4000 0000 0000 0002")
    faults["Stripe's page, the card declined"] = await faults_of(payer) + await faults_at_night(payer)

    assert {page: found for page, found in faults.items() if found} == {}


async def test_words_that_are_hard_to_see_are_found(comes: Comes) -> None:
    reader = await comes()
    await reader.page.set_content(
        "<body style='background: #fff; color: #777'><p>grey</p><h1>large</h1><b style='color: #767676'>just</b></body>"
    )

    assert await too_faint(reader.page) == ["4.48: <p>grey</p>"]


async def test_each_page_that_is_written_over_another_is_looked_at_as_itself(comes: Comes) -> None:
    reader = await comes()
    await reader.goes_to("/demo")
    assert await faults_of(reader.page) == []

    await reader.page.set_content("<html lang=en><title>One</title><button></button>")
    assert await faults_of(reader.page) == ["button-name: <button></button>"]

    await reader.page.set_content("<html lang=en><title>Another</title><button>Go</button>")
    assert await faults_of(reader.page) == []


async def _finds(visitor: Visitor, where: str) -> str:
    """A page of theirs whose address has these words in it, by the links of their case."""
    requests, home = visitor.page.request, visitor.home
    case = next(link for link in await links_of(requests, home + "/portal") if "/portal/cases/LW" in link)
    known = await links_of(requests, home + case)
    if found := next((link for link in known if where in link), None):
        return found
    booking = next(link for link in known if "/portal/bookings/LW" in link)
    return next(link for link in await links_of(requests, home + booking) if where in link)


async def _read(visitor: Visitor, *paths: str) -> dict[str, str]:
    """These pages as they come, by their paths."""
    return {path: await (await visitor.page.request.get(visitor.home + path)).text() for path in paths}


async def _all_looked_at(visitor: Visitor, pages: dict[str, str], who: str) -> dict[str, list[str]]:
    """What is wrong with these pages, by path. Several tabs look at once."""
    waiting = iter(pages.items())
    more = min(AT_ONCE, len(pages)) - 1
    tabs = [visitor.page, *[await visitor.page.context.new_page() for _more in range(more)]]
    looked = await asyncio.gather(*[_look(tab, visitor.home, waiting, who) for tab in tabs])
    return {path: faults for found in looked for path, faults in found.items()}


async def _look(tab: Page, home: str, waiting: Iterator[tuple[str, str]], who: str) -> dict[str, list[str]]:
    """What is wrong with the pages that this tab gets to, by path."""
    found = {path: await _looked_at(tab, home, path, html, who) for path, html in waiting}
    return {path: faults for path, faults in found.items() if faults}


async def _looked_at(tab: Page, home: str, path: str, html: str, who: str) -> list[str]:
    """What is wrong with one page, at both sizes and in both lights."""
    await asyncio.gather(tab.set_viewport_size(DESK), tab.emulate_media(color_scheme="light"))
    await _show(tab, home, path, html)
    faults = await faults_of(tab, drawn=THOROUGH or who == "anyone")
    await _photograph(tab, path, who, "1280")
    await tab.set_viewport_size(PHONE)
    await _photograph(tab, path, who, "390")
    return faults + await faults_at_night(tab)


async def _show(tab: Page, home: str, path: str, html: str) -> None:
    """Go there; or write it over the page that is open, where no script makes it more than it is.

    Axe is at home there then, and quick: together a third of the time.
    """
    if tab.url.startswith(home) and html.count("<script") == SCRIPTS_OF_ALL:
        await tab.set_content(html)
    else:
        await tab.goto(home + path)


async def _photograph(tab: Page, path: str, who: str, width: str) -> None:
    if not THOROUGH:
        return
    PHOTOS.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", kind_of(path).replace("*", "")).strip("-") or "home"
    await tab.screenshot(path=PHOTOS / f"{name}-{who}-{width}.png", full_page=True)
