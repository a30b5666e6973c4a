"""What the clinic does with the same case, a page at a time: the clinician decides, the coordinator does the rest."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from icalendar import Calendar
from playwright.async_api import expect

from booking.demo.world import PASSWORD
from tests.browser.running_demo import Demo
from tests.browser.visitor import Visitor

CLINICIAN: Final = "ines.baptiste@example.com"
COORDINATOR: Final = "nia@example.com"


@dataclass(slots=True)
class Staff:
    """One member of staff at their browser."""

    page: Visitor
    demo: Demo
    email: str


async def is_refused_with_a_wrong_code(staff: Staff) -> None:
    they = staff.page
    await they.goes_to("/desk")
    await _says_who_they_are(staff, code="000000")
    await they.sees("There is a problem", within="[role=alert]")


async def comes_in_by_the_staff_door(staff: Staff) -> None:
    """With a password and the code of this moment."""
    await staff.page.goes_to("/desk")
    await _says_who_they_are(staff, code=staff.demo.code_now())
    await staff.page.is_at("Board")


async def _says_who_they_are(staff: Staff, *, code: str) -> None:
    they = staff.page
    await they.is_at("Staff sign-in")
    await they.types("E-mail address", staff.email)
    await they.types("Password", PASSWORD)
    await they.types("Code", code)
    await they.presses("Sign in")


async def decides_that_it_may_suit(staff: Staff, case: str, patient: str) -> None:
    """The whole request and the record are read first; the reasons are for the family."""
    they = staff.page
    await they.follows(patient)
    await they.sees("To speak with his grandchildren.")
    link = they.page.get_by_role("link", name="hospital letter.pdf")
    media_type, record = await they.downloads(await link.get_attribute("href") or "")
    assert (media_type, record[:5]) == ("application/pdf", b"%PDF-")
    await they.follows("Decide")
    await they.chooses(re.compile("^(It may suit|Suitable|May suit)"))
    await they.types("Why, for the family", "His heart allows it. **We do not know** whether it will help him.")
    await they.presses("Record this decision")
    await they.sees("We do not know")


async def writes_the_plan(staff: Staff, case: str) -> None:
    """The programme's prices are there already; a reduction is added, the whole looked over and sent."""
    they = staff.page
    await they.goes_to(f"/desk/cases/{case}")
    await they.follows("Write the plan")
    await they.types("The plan, for the patient", "Five days with us. On day 2 you get one dose of cells by drip.")
    await they.presses("Look it over")
    await they.is_at(re.compile("Send this plan to"))
    await they.presses("Send the plan")
    await they.sees("Plan 1")


async def answers_the_question(staff: Staff, case: str) -> None:
    they = staff.page
    await they.goes_to(f"/desk/cases/{case}")
    await they.sees("May I stay with him at night?")
    await they.follows("Answer this")
    await they.types("Your answer", "Yes, there is a second bed.")
    await they.presses("Send the answer")
    await they.sees("Yes, there is a second bed.")


async def finds_the_case_on_the_board(staff: Staff, case: str, patient: str) -> None:
    """Its whole story: request, records, review, plan, consent, booking, payment, travel, messages sent and planned."""
    they = staff.page
    await they.goes_to("/desk")
    await they.types("Code or name", case)
    await they.presses("Search")
    await they.follows(patient)
    for said in (
        "To speak with his grandchildren.",
        "hospital letter.pdf",
        "We do not know",
        "Plan 1: USD 17,000.00",
        "Daughter, with a power of attorney",
        "Deposit: USD 3,400.00",
        "Travellers: 2. Flights: 2.",
        "Your dates are confirmed",
        "Planned",
    ):
        await they.finds(said)


async def finds_the_booking_in_the_calendar(staff: Staff, day: date) -> None:
    """By the day, the week and the month; and as a private feed for a calendar program."""
    they = staff.page
    for span in ("day", "week", "month"):
        await they.goes_to(f"/desk/calendar?span={span}&day={day.isoformat()}")
        await expect(they.page.locator(".calendar .entry-booking").first).to_be_visible()
    await they.follows("In your own calendar")
    await they.presses("Make a feed")
    address = await they.page.get_by_label("Address of the calendar").input_value()
    media_type, feed = await they.downloads(address)
    assert media_type.startswith("text/calendar")
    assert any(event.decoded("DTSTART").date() == day for event in Calendar.from_ical(feed).walk("VEVENT"))


async def moves_the_dates(staff: Staff, booking: str) -> str:
    """What changes is seen first; then the booking and its mails move together. The new first day, as it is said."""
    they = staff.page
    await they.goes_to(f"/desk/bookings/{booking}/move")
    await they.page.locator(".move-dates a").last.click()
    await they.sees("These mails move with them:")
    asked = re.match(r"Move to (.+?) to .+\?", await they.page.locator("h1").inner_text())
    assert asked
    await they.presses("Move the booking")
    await they.sees(asked[1])
    return asked[1]


async def stops_and_resumes_the_messages(staff: Staff, case: str) -> None:
    they = staff.page
    await they.goes_to(f"/desk/cases/{case}")
    await they.follows("Messages")
    await they.chooses(re.compile("^The patient is worse"))
    await they.presses("See what would not be sent")
    await they.is_at("Stop all messages now?")
    await they.presses("Stop all messages")
    await they.sees("No message is sent about this case")
    await they.presses("Was this a mistake, or is it over?")
    await they.presses("Resume the messages")
    await they.does_not_see("No message is sent about this case")
    await they.goes_to("/desk/outbox")
    await they.is_at("Messages that need someone")
    await they.does_not_see(case)
