"""What axe, and our own look at colours and widths, find wrong with the page that a browser shows."""

import asyncio
from typing import Any, Final

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.contrast import too_faint
from tests.browser.visitor import PHONE

AXE: Final = Axe().axe_script
# A mail in its frame runs no script, so that nobody can look into it from here.
WCAG: Final = {
    "iframes": False,
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
# What narrowness can break; the rest was looked at before.
SEEN_ANEW: Final = {"resultTypes": ["violations"], "runOnly": ["target-size", "scrollable-region-focusable"]}
WIDER_THAN_THE_SCREEN: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def faults_of(page: Page, *, drawn: bool = False) -> list[str]:
    """Everything serious about the page as it stands.

    What words stand on, axe knows only of a page that is `drawn` for it; else their computed colours tell, in a tenth of the time.
    """
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    faults = await _faults(page, {**WCAG, "rules": {"color-contrast": {"enabled": drawn}}})
    return faults + await too_faint(page)


async def faults_at_night(page: Page) -> list[str]:
    """What a phone's width and a dark screen add, on a page that axe has looked at."""
    await asyncio.gather(page.set_viewport_size(PHONE), page.emulate_media(color_scheme="dark"))
    faults = await _faults(page, SEEN_ANEW)
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
