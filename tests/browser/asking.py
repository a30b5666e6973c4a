"""What the family does before there is a plan, a page at a time: they read, ask, and send what they have."""

import re
from typing import Final

from playwright.async_api import expect

from tests.browser.family import Family
from tests.documents.samples import pdf

PAPERS: Final = 3_000_000  # bytes: large enough to be under way for a moment
REMEMBER_WHAT_THE_PROGRESS_SAYS: Final = """() => {
    const said = document.querySelector(".upload-said");
    new MutationObserver(() => { sessionStorage.progress = said.textContent }).observe(said, {childList: true});
}"""


async def reads_the_programme(family: Family) -> None:
    """What it is, what the evidence says with a table and a picture, risks, status, days, costs, who should not come."""
    she = family.daughter
    await she.goes_to("/")
    await she.follows(re.compile("stroke", re.IGNORECASE))
    for heading in (
        "What it is",
        "Who should not come",
        "What studies found",
        "What may go wrong",
        "Is it approved?",
        "Your stay, day by day",
        "What it costs",
    ):
        await expect(she.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    await expect(she.page.locator("#evidence svg[role=img]").first).to_be_visible()
    rows = she.page.locator("#evidence table tbody tr")
    assert await rows.count() >= 8


async def asks_for_a_consultation(family: Family) -> None:
    """One question a screen, without an account, stopped half-way and taken up again from the mailed link."""
    she = family.daughter
    await she.follows("Ask whether this could help")
    await she.presses("Start")
    await _answers_until_the_pause(family)
    await _stops_and_comes_back(family)
    await _answers_the_rest(family)


async def sends_a_record(family: Family) -> None:
    """A PDF, while its progress is shown; then the whole is looked over and sent."""
    she = family.daughter
    await she.is_at("Do you have medical papers or scans?")
    await she.page.get_by_label("Choose files").set_input_files(
        {"name": "hospital letter.pdf", "mimeType": "application/pdf", "buffer": pdf(filler=PAPERS)}
    )
    await she.page.evaluate(REMEMBER_WHAT_THE_PROGRESS_SAYS)
    await she.presses("Send these files")
    await she.sees("hospital letter.pdf")
    assert await she.page.evaluate("sessionStorage.progress")


async def _answers_until_the_pause(family: Family) -> None:
    she = family.daughter
    await she.is_at("Who had the stroke?")
    await she.presses("Save and go on")
    await she.sees("There is a problem", within="[role=alert]")
    await she.chooses("Someone else: I am writing for them")
    await she.presses("Save and go on")
    await she.types("What is your name?", family.name)
    await she.presses("Save and go on")
    await she.is_at("Who are you writing for?")
    await she.types("The name of the person who had the stroke", family.father)
    await she.chooses("Son or daughter")
    await she.chooses("They cannot decide. I may decide for them by law")
    await she.presses("Save and go on")
    await she.types("What is your e-mail address?", family.email)
    await she.presses("Stop for now")


async def _stops_and_comes_back(family: Family) -> None:
    she = family.daughter
    await she.is_at("Stop here and go on later")
    await she.presses("Mail me the link")
    await she.is_at("The link is on its way")
    await she.presses("Close my answers on this device")
    mail = await family.demo.mail(family.email, "Your saved answers")
    await she.goes_to(next(link for link in mail["links"] if "/ask/resume/" in link))
    await she.presses("Go on with my answers")


async def _answers_the_rest(family: Family) -> None:
    she = family.daughter
    await she.is_at("When was the person who had the stroke born?")
    for part, number in (("Day", "3"), ("Month", "11"), ("Year", "1955")):
        await she.types(part, number)
    await she.presses("Save and go on")
    await she.picks("Month", "09")
    await she.types("Year", "2025")
    await she.presses("Save and go on")
    await she.chooses("A blocked blood vessel (ischaemic)")
    await she.presses("Save and go on")
    await she.chooses(re.compile("^Some help is needed"))
    await she.presses("Save and go on")
    await she.chooses("Heart disease")
    await she.presses("Save and go on")
    await she.types("Which medicines are taken now?", "Clopidogrel, a statin.")
    await she.presses("Save and go on")
    await she.types("What would you most like to be able to do again?", "To speak with his grandchildren.")
    await she.presses("Save and go on")
    await she.chooses("English")
    await she.presses("Save and go on")
    await expect(she.page.get_by_label("Where do you live?")).to_have_value(family.zone)
    await she.presses("Save and go on")
    await she.types("May we call you?", "+234 700 000 0199")
    await she.presses("Save and go on")
    await she.is_at("Is there anything else that you want to tell us?")
    await she.presses("Save and go on")


async def sends_the_request(family: Family) -> None:
    she = family.daughter
    await she.follows("Go on")
    await she.is_at("Check your answers")
    await she.sees("To speak with his grandchildren.")
    await she.presses("Send my request")
    await she.is_at("Thank you. We have your request")
    await family.demo.mail(family.email, "We have your request")
