"""Two families after the same dates: one gets them, the other the nearest that are free."""

import re
from typing import Final

from tests.browser.conftest import Comes
from tests.browser.running_demo import Demo
from tests.browser.visitor import Visitor

FAR_AHEAD: Final = 6  # months, where no other test looks
# There is one interpreter for Arabic: two families who wish for one cannot come on the same days.
WISH: Final = "interpreter=ar"


async def test_of_two_after_the_same_dates_one_gets_them_and_the_other_the_nearest(demo: Demo, comes: Comes) -> None:
    coordinator = await comes("nia")
    cases = demo.seed_ready(2)
    first, second = [await _family_of(case, coordinator, demo, comes) for case in cases]
    wanted = [await _looks_at_dates(family, case) for family, case in zip((first, second), cases, strict=True)]
    assert wanted[0] == wanted[1]

    await first.presses("Keep these dates for me")
    await second.presses("Keep these dates for me")

    await first.is_at("Your dates are kept for you")
    await second.is_at("Those dates are taken")
    nearest = await second.page.locator(".window-dates").first.inner_text()
    await second.presses("Keep these dates for me")
    await second.is_at("Your dates are kept for you")
    assert nearest not in {"", wanted[0]}


async def _family_of(case: str, coordinator: Visitor, demo: Demo, comes: Comes) -> Visitor:
    """The patient of a case at a browser of their own, signed in by the mailed link."""
    await coordinator.goes_to(f"/desk/cases/{case}")
    address = re.search(r"lw-\S+@example\.com", await coordinator.page.locator("main").inner_text())
    assert address
    patient = await comes()
    await patient.goes_to("/sign-in")
    await patient.types("Your e-mail address", address[0])
    await patient.presses("Mail me the link")
    mail = await demo.mail(address[0], "Your sign-in link")
    await patient.goes_to(next(link for link in mail["links"] if "/sign-in/" in link))
    await patient.presses("Sign in")
    await patient.is_at("Hello")
    return patient


async def _looks_at_dates(family: Visitor, case: str) -> str:
    """The first free dates of a month far ahead, as the page says them."""
    await family.goes_to(f"/portal/cases/{case}/dates?{WISH}")
    month = await family.page.get_by_label("Month").locator("option").nth(FAR_AHEAD).get_attribute("value")
    await family.goes_to(f"/portal/cases/{case}/dates?{WISH}&month={month}")
    return await family.page.locator(".window-dates").first.inner_text()
