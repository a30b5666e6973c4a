"""What the family does about the plan, a page at a time: they ask, agree, choose dates, pay, and think again."""

import re
from collections.abc import Awaitable, Callable
from typing import Final

from playwright.async_api import expect

from booking.demo.clinic.load import programme_content
from tests.browser.family import Family

DECLINED: Final = "4000 0000 0000 0002"
ASKS_THE_BANK: Final = "4000 0025 0000 3155"


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
    await family.demo.mail(family.email, "Your dates are held")


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


async def cancels(family: Family) -> None:
    """The refund is seen before anything is done, and then it comes."""
    she = family.daughter
    await she.goes_to(f"/portal/bookings/{family.booking}")
    await she.follows("Look at what cancelling would mean")
    await she.sees("What comes back to you")
    await she.sees("USD 3,400.00")
    await she.presses("Cancel the trip")
    await she.is_at("This trip is cancelled")
    await family.demo.mail(family.email, "Your stay is cancelled")
    await family.demo.mail(family.email, "Your refund is on its way")
    await she.page.reload()
    await she.sees("Your refund was sent")
