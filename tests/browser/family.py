"""What the family does, a page at a time: a daughter in Lagos, for her father."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar
from playwright.async_api import expect

from booking.demo.clinic.load import programme_content
from booking.demo.mailbox.reading import calendar_methods
from tests.browser.running_demo import Demo
from tests.browser.visitor import Visitor
from tests.documents.samples import pdf

DAY: Final = timedelta(days=1)
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
    """The daughter at her browser. What is empty here is known once there is a case, and a booking."""

    daughter: Visitor
    demo: Demo
    zone: str
    name: str = "Ngozi Eze"
    email: str = "ngozi.eze@example.com"
    father: str = "Chike Eze"
    case: str = ""
    booking: str = ""
    first_day: date = date.min


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


async def tells_how_they_travel(family: Family) -> None:
    """Legs that do not fit are said plainly, each with its reason, and put right where it is said."""
    she = family.daughter
    first, last = await _days_of_the_stay(family)
    family.first_day = first
    await she.goes_to(f"/portal/bookings/{family.booking}")
    await she.follows("Enter your journey")
    await _adds_the_father(family, passport_until=first + timedelta(days=60))
    await _adds_herself(family, passport_until=first + timedelta(days=900))
    await _adds_the_flight_there(family, lands=first + DAY)
    await _adds_the_flight_home(family, leaves=last + DAY)
    await _adds_a_bed(family, first, last)
    for said in (
        "Your first appointment is on",
        "After your treatment it is safe to fly from",
        "For this trip it must be valid until",
        "There is no bed yet for",
    ):
        await she.sees(said)
    await _puts_it_right(family, first, last)


async def _days_of_the_stay(family: Family) -> tuple[date, date]:
    """The first and the last day, as their calendar has them."""
    _kind, file = await family.daughter.downloads(f"/portal/bookings/{family.booking}/itinerary.ics")
    starts = [event.decoded("DTSTART") for event in Calendar.from_ical(file).walk("VEVENT")]
    days = [start.date() if isinstance(start, datetime) else start for start in starts]
    return min(days), max(days)


async def _adds_the_father(family: Family, *, passport_until: date) -> None:
    she = family.daughter
    await she.follows("Add a person")
    await she.chooses("Patient")
    await she.types("Family name", "EZE")
    await she.types("Given names", "CHIKE")
    await she.dates("Date of birth", date(1955, 11, 3))
    await she.dates("Passport valid until", passport_until)
    await she.presses("Save")


async def _adds_herself(family: Family, *, passport_until: date) -> None:
    she = family.daughter
    await she.follows("Add a person")
    await she.chooses("Companion")
    await she.types("Family name", "EZE")
    await she.types("Given names", "NGOZI")
    await she.dates("Passport valid until", passport_until)
    await she.presses("Save")


async def _adds_the_flight_there(family: Family, *, lands: date) -> None:
    she = family.daughter
    await she.follows(re.compile("Add (a|your) flight there"))
    await she.chooses("To the clinic")
    await she.types("Flight number", "BA2157")
    await _fills_a_flight(family, "LOS", "ANU", lands)


async def _adds_the_flight_home(family: Family, *, leaves: date) -> None:
    she = family.daughter
    await she.follows(re.compile("Add (a|your) flight home"))
    await she.chooses("Home")
    await she.types("Flight number", "BA2156")
    await _fills_a_flight(family, "ANU", "LOS", leaves)


async def _fills_a_flight(family: Family, leaves_from: str, lands_at: str, day: date) -> None:
    she = family.daughter
    await she.types("From which airport?", leaves_from)
    await she.dates("On which day?", day)
    await she.types("At what time?", "07:10")
    await she.types("At which airport?", lands_at)
    await she.dates("On which day does it land?", day)
    await she.types("At what time does it land?", "21:40")
    await she.types("Name on the ticket of CHIKE EZE", "EZE/CHIKE MR")
    await she.types("Name on the ticket of NGOZI EZE", "EZE/NGOZI MS")
    await she.presses("Save")


async def _adds_a_bed(family: Family, first_night: date, leaves_on: date) -> None:
    she = family.daughter
    await she.follows("Add a place to stay")
    await she.types("What is it called?", "Siboney House")
    await she.dates("First night", first_night)
    await she.dates("The day on which you leave", leaves_on)
    await she.types("For how many people are there beds?", "2")
    await she.presses("Save")


async def _puts_it_right(family: Family, first: date, last: date) -> None:
    """A day earlier there, two days of rest before flying home, a longer passport, a bed for every night."""
    she = family.daughter
    there, home = first - DAY, last + 3 * DAY
    await she.page.locator("#there").get_by_role("link", name="Change this flight").first.click()
    await she.dates("On which day?", there)
    await she.dates("On which day does it land?", there)
    await she.presses("Save")
    await she.page.locator("#back").get_by_role("link", name="Change this flight").first.click()
    await she.dates("On which day?", home)
    await she.dates("On which day does it land?", home)
    await she.presses("Save")
    await she.page.locator("#travellers").get_by_role("link", name="Change this person's details").first.click()
    await she.dates("Passport valid until", last + timedelta(days=900))
    await she.presses("Save")
    await she.does_not_see("For this trip it must be valid until")
    await she.does_not_see("Your first appointment is on")
    await she.does_not_see("it is safe to fly from")
    while await she.page.locator("#stays").get_by_text("There is no bed yet").count():
        await she.page.locator("#stays").get_by_role("link", name="Add a place to stay").first.click()
        await she.types("What is it called?", "Siboney House")
        await she.types("For how many people are there beds?", "2")
        await she.presses("Save")
    await she.does_not_see("There is no bed yet")


async def takes_the_itinerary_along(family: Family) -> None:
    """Day by day in both clocks; on paper; in their own calendar."""
    she = family.daughter
    await she.follows("See the trip day by day")
    await she.is_at("Your trip to")
    await she.sees("BA2157")
    await she.sees("Siboney House")
    await she.sees(re.compile(r"\d\d:\d\d.* for you"))
    here = f"/portal/bookings/{family.booking}"
    media_type, paper = await she.downloads(f"{here}/itinerary.pdf")
    assert (media_type, paper[:5]) == ("application/pdf", b"%PDF-")
    media_type, file = await she.downloads(f"{here}/itinerary.ics")
    assert media_type.startswith("text/calendar")
    assert len(Calendar.from_ical(file).walk("VEVENT")) >= 8


async def hears_of_the_new_dates(family: Family, first_day: str) -> None:
    """By mail, with the calendar file that moves the entry; and flights that no longer fit are said so."""
    she = family.daughter
    mail = await family.demo.mail(family.email, "Your new dates")
    assert first_day in " ".join(mail["text"].split())
    await she.goes_to(f"/portal/bookings/{family.booking}")
    await she.sees(first_day)
    await she.goes_to(f"/portal/bookings/{family.booking}/travel")
    await she.sees("Does not fit")


async def has_mails_that_look_right(family: Family) -> None:
    """Every mail is there as HTML and as text; those about dates carry the calendar file, as what it is."""
    methods = {}
    for mail in family.demo.mailbox(family.email):
        letter = message_from_string(family.demo.source(mail), policy=default)
        assert isinstance(letter, EmailMessage)
        html, text = letter.get_body(("html",)), letter.get_body(("plain",))
        assert html is not None, mail["subject"]
        assert text is not None, mail["subject"]
        assert "<table" in html.get_content()
        assert "<" not in text.get_content()
        methods[mail["subject"]] = calendar_methods(letter)
    assert {subject: found for subject, found in methods.items() if found} == {
        "Your dates are confirmed": ["REQUEST"],
        "Your new dates": ["REQUEST"],
        "Your stay is cancelled": ["CANCEL"],
    }
    await family.daughter.goes_to(f"/simulated/mailbox/?to={family.email}")
    await family.daughter.follows(re.compile("Your dates are confirmed"), within="body")
    frame = family.daughter.page.frame_locator("iframe")
    await expect(frame.get_by_role("link").first).to_be_visible()


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
