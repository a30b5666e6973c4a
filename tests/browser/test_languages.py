"""The same pages in another language, and for readers from right to left."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.visitor import PHONE

PROGRAMME = "/programmes/stroke-recovery"


async def test_a_reader_chooses_spanish_and_it_stays(comes: Comes) -> None:
    reader = await comes()
    await reader.goes_to("/")

    await reader.presses("español", within=".languages")

    await expect(reader.page.locator("html")).to_have_attribute("lang", "es")
    await reader.goes_to(PROGRAMME)
    await expect(reader.page.locator("html")).to_have_attribute("lang", "es")
    await reader.is_at(re.compile("ictus|derrame|ACV", re.IGNORECASE))
    await expect(reader.page.get_by_role("heading", name="Quién no debe venir")).to_be_visible()


async def test_a_spanish_browser_is_answered_in_spanish(comes: Comes) -> None:
    reader = await comes(locale="es-CO")

    await reader.goes_to("/")

    await expect(reader.page.locator("html")).to_have_attribute("lang", "es")


async def test_read_from_right_to_left_no_page_is_wider_than_the_phone(comes: Comes) -> None:
    """Styles are logical, so that a catalogue is all that Arabic needs."""
    reader = await comes(size=PHONE)
    for path in ("/", PROGRAMME, "/sign-in", "/demo"):
        await reader.goes_to(path)

        await reader.page.evaluate("document.documentElement.dir = 'rtl'")

        wordmark = await reader.page.locator(".wordmark").bounding_box()
        assert wordmark is not None
        assert wordmark["x"] > PHONE["width"] / 2, f"{path} still begins at the left"
        assert await reader.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
