from datetime import timedelta

import pytest

from booking.aftercare.models import Alert, CheckIn, CheckInStatus
from booking.bookings.models import Booking
from booking.demo.world import World
from booking.journeys.complete_stays import complete_stays
from booking.services import Services
from tests.journeys.test_answer_check_in import days_after
from tests.journeys.trips import a_case, a_confirmed
from tests.outside import Clock
from tests.web.conftest import Visit
from tests.web.portal.pages import text_of

FINE = {"sign-new_weakness": "no", "sign-fever": "no", "sign-seizure": "no", "sign-chest_pain": "no"}


@pytest.fixture
async def booking(world: World, services: Services, clock: Clock) -> Booking:
    return await a_confirmed(await a_case(world, now=services.now()), services)


@pytest.fixture
async def address(booking: Booking, clock: Clock) -> str:
    """The first check-in's page, on its day."""
    clock.at = days_after(booking, 1)
    return f"/portal/check-ins/{(await CheckIn.get(booking_id=booking.id, day=1)).code}"


async def test_warning_signs_come_first_and_then_a_few_questions_and_own_words(visit: Visit, address: str) -> None:
    samuel = await visit.as_("samuel")

    first = text_of(await samuel.get(address))
    second = await samuel.post(f"{address}?step=signs", data=FINE)
    answers = {"pain": "2", "mood": "1", "mobility": "3", "health_today": "60", "words": "I walk to the gate."}
    third = await samuel.post(second.headers["location"], data=answers)
    thanks = text_of(await samuel.get(third.headers["location"]))

    assert "Part 1 of 2 First: is one of these there now?" in first
    assert (second.headers["location"], third.headers["location"]) == (f"{address}?step=1", f"{address}?step=end")
    assert "Thank you. We have your answers." in thanks
    assert (await CheckIn.get(code=address.rsplit("/", 1)[1])).status is CheckInStatus.ANSWERED


async def test_a_warning_sign_is_answered_with_the_emergency_number_and_alerts_the_clinic(
    visit: Visit, address: str
) -> None:
    samuel = await visit.as_("samuel")

    answer = await samuel.post(f"{address}?step=signs", data={"sign-chest_pain": "yes"})
    page = text_of(await samuel.get(answer.headers["location"]))

    assert "Call your local emergency number now. Do not wait for us. We have told our clinician" in page
    assert await Alert.all().count() == 1
    assert "You told us of a warning sign" in text_of(await samuel.get(f"{address}?step=1"))


async def test_a_warning_sign_that_cannot_be_kept_still_says_to_call_and_claims_nothing(
    visit: Visit, address: str
) -> None:
    samuel = await visit.as_("samuel")
    await CheckIn.filter(code=address.rsplit("/", 1)[1]).update(status=CheckInStatus.CANCELLED)

    answer = await samuel.post(f"{address}?step=signs", data={"sign-seizure": "yes"})

    words = text_of(answer)
    assert (answer.status_code, "Call your local emergency number now" in words) == (409, True)
    assert "our clinician does not know of it yet" in words


async def test_what_is_left_out_may_be_answered_later_and_a_wrong_number_is_said_beside_it(
    visit: Visit, address: str
) -> None:
    samuel = await visit.as_("samuel")
    await samuel.post(f"{address}?step=signs", data={})

    wrong = await samuel.post(f"{address}?step=1", data={"pain": "2", "health_today": "200", "words": "Not well."})
    part = await samuel.post(f"{address}?step=1", data={"pain": "2"})
    end = text_of(await samuel.get(part.headers["location"]))

    assert (wrong.status_code, "Not well." in wrong.text) == (422, True)
    assert "Some questions are still open." in end
    assert "Part 1 of 2" in text_of(await samuel.get(address))


async def test_the_ninetieth_day_asks_for_more_a_few_at_a_time(visit: Visit, booking: Booking, clock: Clock) -> None:
    clock.at = days_after(booking, 90)
    code = (await CheckIn.get(booking_id=booking.id, day=90)).code
    samuel = await visit.as_("samuel")

    pages = [text_of(await samuel.get(f"/portal/check-ins/{code}?step={step}")) for step in ("signs", "1", "2", "3")]

    assert [f"Part {number} of 4" in page for number, page in enumerate(pages, start=1)] == [True] * 4
    assert ["own words" in page for page in pages] == [False, False, False, True]


async def test_before_its_day_it_says_when_and_others_find_nothing(
    visit: Visit, booking: Booking, clock: Clock, address: str
) -> None:
    clock.at = days_after(booking, 1) - timedelta(days=3)
    samuel, helene = await visit.as_("samuel"), await visit.as_("helene")

    assert "These questions are for later" in text_of(await samuel.get(address))
    assert [(await samuel.get(f"{address}?step={step}")).status_code for step in ("9", "x")] == [404, 404]
    assert "This needs help now" not in text_of(await samuel.get(f"{address}?step=help"))
    assert (await helene.get(address)).status_code == 404


async def test_what_waits_for_an_answer_is_found_from_the_booking_without_the_mail(
    visit: Visit, services: Services, booking: Booking, address: str
) -> None:
    samuel = await visit.as_("samuel")
    before = await samuel.get(f"/portal/bookings/{booking.code}")
    await complete_stays(now=services.now())

    after = await samuel.get(f"/portal/bookings/{booking.code}")

    assert [address in page.text for page in (before, after)] == [False, True]
