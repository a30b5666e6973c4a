"""The patients of cases that may choose dates, at browsers of their own, signed in by the mailed link."""

import re
from dataclasses import dataclass

from tests.browser.conftest import Comes
from tests.browser.running_demo import Demo
from tests.browser.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Ready:
    case: str
    email: str
    page: Visitor


async def ready_to_choose(number: int, demo: Demo, comes: Comes) -> list[Ready]:
    """So many of them, new ones. The desk knows their addresses."""
    coordinator = await comes("nia")
    return [await _at_a_browser(case, coordinator, demo, comes) for case in demo.seed_ready(number)]


async def _at_a_browser(case: str, coordinator: Visitor, demo: Demo, comes: Comes) -> Ready:
    page = await (await coordinator.page.request.get(f"{coordinator.home}/desk/cases/{case}")).text()
    address = re.search(r"lw-[^\s<]+@example\.com", page)
    assert address
    patient = Ready(case, address[0], await comes())
    await patient.page.sends("/sign-in", email=patient.email)
    mail = await demo.mail(patient.email, "Your sign-in link")
    await patient.page.sends(next(link for link in mail["links"] if "/sign-in/" in link))
    return patient


async def signs_in(patient: Ready, demo: Demo) -> None:
    """From the page that asks for it, by the mailed link, and back to where they were going."""
    they, before = patient.page, len(demo.mailbox(patient.email))
    await they.types("Your e-mail address", patient.email)
    await they.presses("Mail me the link")
    await they.is_at("Now look in your mail")
    mail = await demo.mail(patient.email, "Your sign-in link", after=before)
    await they.goes_to(next(link for link in mail["links"] if "/sign-in/" in link))
    await they.presses("Sign in")
