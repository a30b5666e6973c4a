"""Two families after the same dates: one gets them, the other the nearest that are free."""

from typing import Final

from tests.browser.axe import faults_of
from tests.browser.conftest import Comes
from tests.browser.ready import Ready, ready_to_choose
from tests.browser.running_demo import Demo

FAR_AHEAD: Final = 6  # months, where no other test looks
# There is one interpreter for Arabic: two families who wish for one cannot come on the same days.
WISH: Final = "interpreter=ar"


async def test_of_two_after_the_same_dates_one_gets_them_and_the_other_the_nearest(demo: Demo, comes: Comes) -> None:
    first, second = await ready_to_choose(2, demo, comes)
    wanted = [await _looks_at_dates(family) for family in (first, second)]
    assert wanted[0] == wanted[1]

    await first.page.presses("Keep these dates for me")
    await first.page.is_at("Your dates are kept for you")
    await second.page.presses("Keep these dates for me")

    await second.page.is_at("Those dates are taken")
    assert await faults_of(second.page.page) == []
    nearest = await second.page.page.locator(".window-dates").first.inner_text()
    await second.page.presses("Keep these dates for me")
    await second.page.is_at("Your dates are kept for you")
    assert nearest not in {"", wanted[0]}


async def _looks_at_dates(family: Ready) -> str:
    """The first free dates of a month far ahead, as the page says them."""
    browser = family.page
    await browser.goes_to(f"/portal/cases/{family.case}/dates?{WISH}")
    month = await browser.page.get_by_label("Month").locator("option").nth(FAR_AHEAD).get_attribute("value")
    await browser.goes_to(f"/portal/cases/{family.case}/dates?{WISH}&month={month}")
    return await browser.page.locator(".window-dates").first.inner_text()
