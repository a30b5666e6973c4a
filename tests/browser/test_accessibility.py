"""Every kind of page, for everyone who may see it, by axe: wide and light, then as narrow and dark as a phone at night.

With LEEWARD_SCREENSHOTS=1 each is also photographed, into var/screenshots.
"""

import asyncio
import os
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.conftest import Comes
from tests.browser.contrast import too_faint
from tests.browser.page_kinds import kind_of, kinds_of_pages
from tests.browser.running_demo import ROOT
from tests.browser.visitor import DESK, PHONE

AXE: Final = Axe().axe_script
WCAG: Final = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# What narrowness can break; the rest was looked at before.
SEEN_ANEW: Final = {"resultTypes": ["violations"], "runOnly": ["target-size", "scrollable-region-focusable"]}
WIDER_THAN_THE_SCREEN: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PHOTOS: Final = ROOT / "var" / "screenshots"
AT_ONCE: Final = 2


@pytest.mark.parametrize(
    ("area", "people"),
    [("/", (None,)), ("/portal", ("abdullah", "samuel", "helene")), ("/desk", ("nia", "baptiste"))],
)
async def test_nothing_serious_stands_in_anyones_way(area: str, people: tuple[str | None, ...], comes: Comes) -> None:
    seen, faults = set[str](), dict[str, list[str]]()
    for who in people:
        visitor = await comes(who, reduced_motion="reduce")
        paths = await kinds_of_pages(visitor.page.request, visitor.home, area)
        paths += ["/demo", "/nothing-is-here"] if who is None else []
        waiting = iter([path for path in paths if kind_of(path) not in seen])
        seen |= {kind_of(path) for path in paths}
        pages = [visitor.page, *[await visitor.page.context.new_page() for _more in range(AT_ONCE - 1)]]
        looked = await asyncio.gather(*[_look(page, visitor.home, waiting, who or "anyone") for page in pages])
        for found in looked:
            faults |= found

    assert faults == {}


async def test_words_that_are_hard_to_see_are_found(comes: Comes) -> None:
    reader = await comes()
    await reader.page.set_content(
        "<body style='background: #fff; color: #777'><p>grey</p><h1>large</h1><b style='color: #767676'>just</b></body>"
    )

    assert await too_faint(reader.page) == ["4.48: <p>grey</p>"]


async def _look(page: Page, home: str, waiting: Iterator[str], who: str) -> dict[str, list[str]]:
    """What is wrong with the pages that this tab gets to, by path."""
    found = {path: await _looked_at(page, home + path, who) for path in waiting}
    return {path: faults for path, faults in found.items() if faults}


async def _looked_at(page: Page, address: str, who: str) -> list[str]:
    """What is wrong with one page, at both sizes and in both lights."""
    await page.set_viewport_size(DESK)
    await page.emulate_media(color_scheme="light")
    await page.goto(address)
    await page.evaluate(AXE)
    faults = await _faults(page, WCAG)
    await _photograph(page, who, "1280")
    await page.set_viewport_size(PHONE)
    await _photograph(page, who, "390")
    await page.emulate_media(color_scheme="dark")
    faults += await _faults(page, SEEN_ANEW)
    faults += await too_faint(page)
    too_wide = await page.evaluate(WIDER_THAN_THE_SCREEN)
    return [*faults, f"{too_wide} px wider than a phone"] if too_wide else faults


async def _faults(page: Page, options: dict[str, Any]) -> list[str]:
    results = await page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{fault['id']}: {node['html'][:200]}"
        for fault in results["violations"]
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]


async def _photograph(page: Page, who: str, width: str) -> None:
    if os.environ.get("LEEWARD_SCREENSHOTS") != "1":
        return
    PHOTOS.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", kind_of(re.sub(r"https?://[^/]+", "", page.url)).replace("*", "")).strip("-") or "home"
    await page.screenshot(path=PHOTOS / f"{name}-{who}-{width}.png", full_page=True)
