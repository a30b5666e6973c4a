"""What the clinic does with the same case, a page at a time: the clinician decides, the coordinator does the rest."""

import re
from dataclasses import dataclass
from typing import Final

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


async def comes_in_by_the_staff_door(staff: Staff) -> None:
    """With a password and the code of this moment: a wrong one is refused."""
    they = staff.page
    await they.goes_to("/desk")
    await they.is_at("Staff sign-in")
    await they.types("E-mail address", staff.email)
    await they.types("Password", staff.demo.password())
    await they.types("Code", "000000")
    await they.presses("Sign in")
    await they.sees("There is a problem", within="[role=alert]")
    await they.types("E-mail address", staff.email)
    await they.types("Password", staff.demo.password())
    await they.types("Code", staff.demo.code_now())
    await they.presses("Sign in")
    await they.is_at("Board")


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
