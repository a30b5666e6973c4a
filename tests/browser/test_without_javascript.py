"""Every page works without JavaScript: what a script does is only ever more comfortable."""

from typing import Final

from tests.browser.conftest import Comes
from tests.browser.running_demo import Demo
from tests.documents.samples import pdf

PROGRAMME: Final = "/programmes/stroke-recovery"
NOBODY: Final = "plain@example.com"


async def test_a_family_asks_and_sends_a_record(demo: Demo, comes: Comes) -> None:
    reader = await comes(java_script_enabled=False)

    await reader.goes_to(f"{PROGRAMME}/ask")
    await reader.presses("Start")
    await reader.presses("Save and go on")
    await reader.sees("There is a problem")
    await reader.chooses("I did")
    await reader.presses("Save and go on")
    await reader.types("What is your name?", "Plain Reader")
    await reader.presses("Save and go on")
    await reader.types("What is your e-mail address?", NOBODY)
    await reader.presses("Save and go on")
    await reader.goes_to("/ask/records")
    await reader.page.get_by_label("Choose files").set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    await reader.presses("Send these files")
    await reader.sees("letter.pdf")


async def test_a_patient_writes_changes_and_reads(demo: Demo, comes: Comes) -> None:
    patient = await comes(java_script_enabled=False)
    await patient.is_("abdullah")

    await patient.page.locator(".windows a").first.click()
    await patient.follows("Questions to us")
    await patient.types("Your question", "Is there a prayer room?")
    await patient.presses("Send the question")
    await patient.sees("Is there a prayer room?")
    await patient.goes_to("/portal")
    await patient.page.locator(".windows a").first.click()
    await patient.follows("Your flights and stay")
    await patient.page.locator("#stays").get_by_role("link", name="Change").first.click()
    await patient.types("For how many people are there beds?", "3")
    await patient.presses("Save")
    await patient.is_at("How you travel")
    await patient.follows("See the trip day by day")
    await patient.is_at("Your trip to")


async def test_the_desk_searches_and_looks_at_its_calendar(comes: Comes) -> None:
    coordinator = await comes(java_script_enabled=False)
    await coordinator.is_("nia")

    await coordinator.types("Code or name", "Abdullah")
    await coordinator.presses("Search")
    await coordinator.follows("Abdullah al-Harbi")
    await coordinator.sees("The request")
    await coordinator.follows("Calendar", within="header")
    await coordinator.follows("Month")
    await coordinator.follows("Later")
    await coordinator.sees("Recovery bed 1")
