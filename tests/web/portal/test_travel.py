import html
import re
from datetime import datetime

import httpx
import pytest

from booking.accounts.viewers import Scope
from booking.bookings.models import Booking
from booking.demo.world import World
from booking.itineraries.models import Flight, Stay, Transfer, Traveller
from booking.services import Services
from tests.journeys.travel import day_of, whole_trip
from tests.journeys.trips import a_case, a_confirmed, helper_of, patient_of
from tests.web.conftest import Visit
from tests.web.portal.pages import text_of

LINK = re.compile(r'<a class="button[^"]*" href="([^"]*)"[^>]*>([^<]*)')
INPUT = re.compile(r'<input[^>]* name="([^"]*)"[^>]* value="([^"]*)"')


@pytest.fixture
async def booking(world: World, services: Services, now: datetime) -> Booking:
    return await a_confirmed(await a_case(world, now=now), services)


def buttons(page: httpx.Response) -> dict[str, str]:
    return {words.strip(): html.unescape(href) for href, words in LINK.findall(page.text)}


def typed(page: httpx.Response) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in INPUT.findall(page.text)}


def three(name: str, at: datetime) -> dict[str, str]:
    return {f"{name}-day": str(at.day), f"{name}-month": str(at.month), f"{name}-year": str(at.year)}


SAMUEL = {
    "travels_as": "patient",
    "surname": "Adeyemi",
    "given_names": "Samuel",
    "born_on-day": "21",
    "born_on-month": "3",
    "born_on-year": "1958",
    "passport_expires_on-day": "1",
    "passport_expires_on-month": "5",
    "passport_expires_on-year": "2030",
}


def a_flight(booking: Booking, **other: str) -> dict[str, str]:
    return {
        "way": "there",
        "number": "ba 2157",
        "departs_from": "lgw",
        **three("departs_day", day_of(booking, -2)),
        "departs_time": "11:05",
        "arrives_at": "ANU",
        **three("arrives_day", day_of(booking, -2)),
        "arrives_time": "15:20",
        **other,
    }


async def test_a_family_types_its_whole_way_in_and_is_told_what_is_still_missing(
    visit: Visit, booking: Booking
) -> None:
    samuel = await visit.as_("samuel")
    base = f"/portal/bookings/{booking.code}/travel"
    before = text_of(await samuel.get(base))

    first = await samuel.post(f"{base}/traveller", data=SAMUEL)
    key = (await Traveller.get(booking_id=booking.id)).id
    await samuel.post(f"{base}/flight", data=a_flight(booking, **{f"ticket_{key}": "ADEYEMI/SAMUEL MR"}))
    after = await samuel.get(base)

    assert (first.status_code, first.headers["location"]) == (303, base)
    assert before.count("To do") == 5
    assert text_of(after).count("To do") == 3
    assert "Gatwick" in text_of(after)
    assert "There is no flight home yet." in text_of(after)


async def test_a_fix_opens_its_form_with_what_is_known_filled_in(visit: Visit, booking: Booking) -> None:
    samuel = await visit.as_("samuel")
    base = f"/portal/bookings/{booking.code}/travel"
    await samuel.post(f"{base}/flight", data=a_flight(booking))

    page = await samuel.get(base)
    fixes = buttons(page)
    home = typed(await samuel.get(fixes["Add your flight home"]))
    bed = typed(await samuel.get(fixes["Add a place to stay"]))
    ride = await samuel.get(
        next(href for href in LINK.findall(page.text) if "pick_up=" in href[0])[0].replace("&amp;", "&")
    )

    assert home["departs_from"] == "ANU"
    assert (bed["first_night-day"], bed["sleeps"]) == (str(day_of(booking, -2).day), "1")
    assert (typed(ride)["pick_up_time"], "checked" in ride.text) == ("15:50", True)


async def test_what_is_wrong_is_said_beside_the_field_and_everything_typed_is_kept(
    visit: Visit, booking: Booking
) -> None:
    samuel = await visit.as_("samuel")
    base = f"/portal/bookings/{booking.code}/travel"

    wrong = a_flight(booking, number="seven", departs_from="London", arrives_time="25:00")
    page = await samuel.post(f"{base}/flight", data=wrong)
    early = await samuel.post(f"{base}/flight", data=a_flight(booking, **three("arrives_day", day_of(booking, -3))))

    assert (page.status_code, early.status_code) == (422, 422)
    assert "Which of these is it?" in text_of(page)
    assert "This is not a time of day." in text_of(page)
    assert (typed(page)["number"], typed(page)["departs_from"], typed(page)["arrives_time"]) == (
        "seven",
        "London",
        "25:00",
    )
    assert 'id="arrives_day-error"' in early.text
    assert await Flight.filter(booking_id=booking.id).count() == 0


async def test_an_airport_may_be_named_where_only_one_fits(visit: Visit, booking: Booking) -> None:
    samuel = await visit.as_("samuel")

    await samuel.post(
        f"/portal/bookings/{booking.code}/travel/flight", data=a_flight(booking, departs_from="London Gatwick")
    )

    assert (await Flight.get(booking_id=booking.id)).departs_from == "LGW"


async def test_a_leg_is_changed_and_removed_after_a_question(
    visit: Visit, booking: Booking, world: World, now: datetime
) -> None:
    case_patient = await patient_of(await booking.case)
    await whole_trip(case_patient, booking, now=now)
    samuel, bed = await visit.as_("samuel"), await Stay.get(booking_id=booking.id)
    base = f"/portal/bookings/{booking.code}/travel/stay/{bed.id}"

    kept = typed(await samuel.get(base))
    changed = await samuel.post(base, data={**kept, "name": "Reef House"})
    await bed.refresh_from_db()
    asked = await samuel.get(f"{base}/remove")
    there = await Stay.filter(booking_id=booking.id).count()
    await samuel.post(f"{base}/remove")

    assert (changed.status_code, bed.name) == (303, "Reef House")
    assert ("Remove this place from the trip?" in text_of(asked), there) == (True, 1)
    assert await Stay.filter(booking_id=booking.id).count() == 0
    assert (await samuel.get(base)).status_code == 404


async def test_a_ride_keeps_its_flight_and_its_clock(visit: Visit, booking: Booking, now: datetime) -> None:
    await whole_trip(await patient_of(await booking.case), booking, now=now)
    samuel = await visit.as_("samuel")
    ride = await Transfer.filter(booking_id=booking.id).order_by("id").first()
    assert ride is not None
    base = f"/portal/bookings/{booking.code}/travel/ride/{ride.id}"

    form = {
        **typed(await samuel.get(base)),
        "flight": str(ride.flight_id),
        "pick_up_zone": "America/Antigua",
        "pick_up_time": "16:30",
    }
    answer = await samuel.post(base, data=form)

    await ride.refresh_from_db()
    assert (answer.status_code, ride.pick_up_local, ride.pick_up_zone) == (
        303,
        day_of(booking, -2, "16:30"),
        "America/Antigua",
    )


async def test_staff_may_change_it_a_reader_only_reads_and_others_find_nothing(
    visit: Visit, booking: Booking, world: World, now: datetime
) -> None:
    base = f"/portal/bookings/{booking.code}/travel"
    await helper_of(await booking.case, world.people["folake"], Scope.READ, now=now)
    nia, folake, helene = [await visit.as_(who) for who in ("nia", "folake", "helene")]

    answers = [(await who.post(f"{base}/traveller", data=SAMUEL)).status_code for who in (folake, helene, nia)]

    assert answers == [403, 404, 303]
    reading = await folake.get(base)
    assert (reading.status_code, "Add a person" in reading.text) == (200, False)
    assert [(await who.get(base)).status_code for who in (nia, helene)] == [200, 404]
    assert [(await nia.get(f"{base}/{way}")).status_code for way in ("boat", "flight", "flight/999999")] == [
        404,
        200,
        404,
    ]
