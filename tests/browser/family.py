"""What the family does, a page at a time: a daughter in Lagos, for her father."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from booking.demo.clinic.load import programme_content
from tests.browser.running_demo import Demo
from tests.browser.visitor import Visitor
from tests.documents.samples import pdf

DAYLIGHT: Final = ("Africa/Lagos", "Asia/Tokyo", "Pacific/Honolulu")
DECLINED: Final = "4000 0000 0000 0002"
ASKS_THE_BANK: Final = "4000 0025 0000 3155"
PAPERS: Final = 3_000_000  # bytes: large enough to be under way for a moment
REMEMBER_WHAT_THE_PROGRESS_SAYS: Final = """() => {
    const said = document.querySelector(".upload-said");
    new MutationObserver(() => { sessionStorage.progress = said.textContent }).observe(said, {childList: true});
}"""


@dataclass(slots=True)
class Family:
    """The daughter at her browser. The codes are known once there is a case, and a booking."""

    daughter: Visitor
    demo: Demo
    zone: str
    name: str = "Ngozi Eze"
    email: str = "ngozi.eze@example.com"
    father: str = "Chike Eze"
    case: str = ""
    booking: str = ""


def where_it_is_day() -> str:
    """Lagos, or another place where the sun is up: no mail that can wait is sent at night, and the test does not wait for morning."""
    return next(zone for zone in DAYLIGHT if 9 <= datetime.now(ZoneInfo(zone)).hour < 19)


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


async def signs_in_by_mail(family: Family) -> None:
    """With a link that works once; opening it signs nobody in, pressing its button does."""
    she = family.daughter
    await she.follows("Sign in")
    await she.types("Your e-mail address", family.email)
    await she.presses("Mail me the link")
    await she.is_at("Now look in your mail")
    mail = await family.demo.mail(family.email, "Your sign-in link")
    link = next(link for link in mail["links"] if "/sign-in/" in link)
    await she.goes_to(link)
    await she.presses("Sign in")
    await she.page.wait_for_url(re.compile("/portal"))


async def sees_where_it_stands(family: Family, step: str, who: str) -> None:
    """What comes next and who does it, on the case's page."""
    she = family.daughter
    await she.goes_to("/portal")
    await she.sees(f"You help {family.father}")
    await she.page.locator(".windows a").first.click()
    family.case = she.path.rsplit("/", 1)[-1]
    await she.sees(step)
    await she.sees(who)


async def asks_and_reads_the_answer(family: Family, *, after: Callable[[], Awaitable[None]]) -> None:
    """The plan and its price are read, a question is asked, and answered by whoever `after` is."""
    she = family.daughter
    mail = await family.demo.mail(family.email, "Your plan is ready")
    await she.goes_to(next(link for link in mail["links"] if f"/portal/cases/{family.case}" in link))
    await she.goes_to(f"/portal/cases/{family.case}/plan")
    await she.sees("USD 17,000.00")
    await she.follows("Ask a question first")
    await she.types("Your question", "May I stay with him at night?")
    await she.presses("Send the question")
    await she.sees("We have not answered yet")
    await after()
    await family.demo.mail(family.email, "answer")
    await she.page.reload()
    await she.sees("Yes, there is a second bed.")


async def accepts_the_plan(family: Family) -> None:
    she = family.daughter
    await she.goes_to(f"/portal/cases/{family.case}/plan")
    await she.follows("Accept this plan")
    await she.presses("Yes, I accept this plan")
    await she.sees("Read what you should know, and decide")


async def gives_consent(family: Family) -> None:
    """Everything is read, the questions answered, one of them wrongly first, and signed for the father by law."""
    she = family.daughter
    await she.follows("Start reading")
    for _page in range(20):
        if await she.page.locator("h1").first.inner_text() == "Did we say it clearly?":
            break
        await she.follows("I have read this")
    questions = programme_content()["consent"]["questions"]
    for question in questions:
        await she.answers(question["question"]["en"], question["choices"][question["right"]]["en"])
    wrong = questions[0]
    await she.answers(wrong["question"]["en"], wrong["choices"][wrong["right"] - 1]["en"])
    await she.types("By what right do you decide?", "Daughter, with a power of attorney")
    await she.types("Your full name", family.name)
    await she.presses("I agree and sign")
    await she.sees(wrong["explanation"]["en"])
    await she.answers(wrong["question"]["en"], wrong["choices"][wrong["right"]]["en"])
    await she.presses("I agree and sign")
    await she.sees("You have time to think")
    await family.demo.mail(family.email, "copy")


async def holds_dates(family: Family) -> None:
    """Of the dates that are really free, in both clocks; the time left is counted down."""
    she = family.daughter
    await she.follows("See free dates")
    far = await she.page.get_by_label("Month").locator("option").nth(4).get_attribute("value")
    assert far
    await she.picks("Month", far)
    await she.presses("Show dates")
    await she.sees(re.compile(r"First visit: .+ in St\. John.s \(.+ for you\)|First visit: .+ in .+ \(.+ for you\)"))
    await she.presses("Keep these dates for me")
    await she.is_at("Your dates are kept for you")
    family.booking = she.path.rsplit("/", 1)[-1]
    await she.sees(re.compile(r"About \d+ hours? .*left\."))


async def cannot_pay_while_there_is_time_to_think(family: Family) -> None:
    she = family.daughter
    await she.sees("Take your time to think")
    await expect(she.page.get_by_role("button", name="Go to the payment page")).to_have_count(0)
    answer = await she.page.request.post(
        f"{she.home}/portal/bookings/{family.booking}/deposit", headers={"Origin": she.home}, max_redirects=0
    )
    assert answer.status == 409
    assert "You have time to think until" in await answer.text()
    for _day in range(3):
        family.demo.let_pass("day")
    await she.page.reload()


async def pays_the_deposit(family: Family) -> None:
    """On Stripe's hosted page: a card that is declined, then one whose bank asks first; and back to a confirmed booking."""
    she = family.daughter
    await she.presses("Go to the payment page")
    await she.sees("USD 3,400.00", within="body")
    await she.pays_with(DECLINED)
    await she.sees("You have not paid yet.", within="[role=alert]")
    await she.pays_with(ASKS_THE_BANK)
    await she.presses("Complete: yes, it is me")
    await she.is_at("Your dates are confirmed")
    await she.follows("Your receipt, to print or keep")
    await she.sees("USD 3,400.00")
    await family.demo.mail(family.email, "Your dates are confirmed")
    await family.demo.mail(family.email, "receipt")
