"""A trip's mails come in their time, up to the first questions after it; and a warning sign is on the desk at once."""

from datetime import UTC, datetime, timedelta
from typing import Final

from tests.browser.conftest import Comes
from tests.browser.ready import Ready, ready_to_choose, signs_in
from tests.browser.running_demo import Demo
from tests.browser.visitor import Visitor

PAYS: Final = "4242 4242 4242 4242"
# Some days ahead, for there to be mails before it, and few, for the clock not to be put far: it is everyone's.
SOON, SURELY = timedelta(days=7), timedelta(days=12)
STAY: Final = timedelta(days=4)
# As the desk calls them, and their subjects, in the order in which they are due.
MAILS: Final = (
    ("What to bring", "What to bring"),
    ("Pick-up tomorrow", "Your arrival tomorrow"),
    ("The day after", "The first day after"),
    ("Check-in, day 1", "How are you today?"),
)


async def test_the_mails_of_a_trip_come_as_time_passes(demo: Demo, comes: Comes) -> None:
    (family,) = await ready_to_choose(1, demo, comes)
    await _books(family, demo.now())

    coordinator = await comes()
    for called, subject in MAILS:
        demo.let_pass_until(await _due(called, family, coordinator))
        last = await demo.mail(family.email, subject)

    await family.page.goes_to(next(link for link in last["links"] if "/portal/" in link))
    await signs_in(family, demo)  # it was a while
    await _tells_of_a_warning_sign(family)
    clinician = await comes("baptiste")
    await clinician.goes_to("/desk")
    await clinician.follows("Alerts", within="header")
    await clinician.sees("Check-in of day 1")


async def _books(family: Ready, now: datetime) -> None:
    they = family.page
    await they.goes_to(f"/portal/cases/{family.case}/dates?month={now + SURELY:%Y-%m}")
    for window in await they.page.locator(".window").all():
        _first, last = (await window.locator(".window-dates").inner_text()).split(" to ")
        if datetime.strptime(last, "%A %d %B %Y").replace(tzinfo=UTC).date() - STAY >= (now + SOON).date():
            await window.get_by_role("button", name="Keep these dates for me").click()
            break
    await they.presses("Go to the payment page")
    await they.pays_with(PAYS)
    await they.is_at("Your dates are confirmed")


async def _due(called: str, family: Ready, coordinator: Visitor) -> datetime:
    """When the desk says that this mail goes out."""
    await coordinator.sends("/demo/sign-in/nia")  # it was a while
    await coordinator.goes_to(f"/desk/cases/{family.case}/messages")
    row = coordinator.page.locator("tr").filter(has=coordinator.page.get_by_role("link", name=called, exact=True))
    moment = await row.locator("time").first.get_attribute("datetime")
    assert moment
    return datetime.fromisoformat(moment)


async def _tells_of_a_warning_sign(family: Ready) -> None:
    they = family.page
    await they.is_at("First: is one of these there now?")
    questions = they.page.get_by_role("radiogroup").or_(they.page.locator("fieldset"))
    for place in range(await questions.count()):
        await questions.nth(place).get_by_label("Yes" if place == 0 else "No", exact=True).check(force=True)
    await they.presses("Save and go on")
    await they.is_at("This needs help now")
    await they.sees("Call your local emergency number now")
