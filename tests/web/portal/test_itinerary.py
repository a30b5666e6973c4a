from datetime import datetime

from icalendar import Calendar

from booking.demo.world import World
from booking.services import Services
from tests.journeys.travel import whole_trip
from tests.journeys.trips import a_case, a_confirmed, a_hold, patient_of
from tests.web.conftest import Visit
from tests.web.portal.pages import text_of


async def test_the_trip_is_told_day_by_day_in_both_clocks_with_what_does_not_fit_on_its_leg(
    world: World, services: Services, visit: Visit, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    await whole_trip(await patient_of(case), booking, now=now)

    page = await (await visit.as_("samuel")).get(f"/portal/bookings/{booking.code}/itinerary")

    words = text_of(page)
    assert page.status_code == 200
    assert [part in words for part in ("Your trip to Antigua", "Day 1 of 5 at the clinic", "Example data")] == [
        True
    ] * 3
    # 11:05 in London is 11:05 in Lagos while London has its summer time; Antigua is five hours behind Lagos.
    assert "15:20 20:20 for you" in words
    assert "needs the airline's medical form (MEDIF)" in words
    assert "Who says so: airlines' MEDIF rules differ" in words


async def test_the_letter_and_the_calendar_are_files_to_keep(
    world: World, services: Services, visit: Visit, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    await whole_trip(await patient_of(case), booking, now=now)
    samuel = await visit.as_("samuel")

    paper = await samuel.get(f"/portal/bookings/{booking.code}/itinerary.pdf")
    file = await samuel.get(f"/portal/bookings/{booking.code}/itinerary.ics")

    assert (paper.status_code, paper.content[:5], paper.headers["content-type"]) == (200, b"%PDF-", "application/pdf")
    assert paper.headers["content-disposition"] == f'attachment; filename="trip-{booking.code}.pdf"'
    assert [paper.headers[name] for name in ("cache-control", "x-content-type-options")] == [
        "private, no-store",
        "nosniff",
    ]
    events = Calendar.from_ical(file.content).walk("VEVENT")
    assert {(event["SEQUENCE"], str(event["UID"]).rpartition("@")[2]) for event in events} == {(7, "leeward.test")}
    assert "The cells" not in file.text


async def test_a_stranger_finds_no_trip_and_a_hold_has_none(
    world: World, services: Services, visit: Visit, now: datetime
) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    held = await a_hold(await a_case(world, who="helene", now=now), services)
    ways = ("itinerary", "itinerary.pdf", "itinerary.ics", "travel")

    helene = await visit.as_("helene")

    assert [(await helene.get(f"/portal/bookings/{booking.code}/{way}")).status_code for way in ways] == [404] * 4
    assert [(await helene.get(f"/portal/bookings/{held.code}/{way}")).status_code for way in ways] == [409] * 4
    assert (await visit.anonymous.get(f"/portal/bookings/{booking.code}/itinerary")).status_code == 303
