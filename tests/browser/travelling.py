"""What the family tells of its journey, a page at a time, and takes along."""

import re
from datetime import date, datetime, timedelta
from typing import Final

from icalendar import Calendar

from tests.browser.family import Family

DAY: Final = timedelta(days=1)


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
