"""The family: a daughter in Lagos, for her father. Who they are, how she comes in, what she sees and gets."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Final
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from booking.demo.mailbox.reading import calendar_methods
from tests.browser.running_demo import Demo
from tests.browser.visitor import Visitor

# At every hour of the day it is day in one of them, and in none of them is it ever as late as at the clinic.
DAYLIGHT: Final = ("Africa/Lagos", "America/Bogota", "Pacific/Honolulu", "Asia/Tokyo")


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
