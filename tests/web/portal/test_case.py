from datetime import timedelta

from booking.accounts.viewers import Scope
from booking.consultations.models import Case, CaseStatus, Decision
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.services import Services
from tests.journeys.full_case import a_full_case, asked, reviewed, staff
from tests.journeys.trips import a_case, a_confirmed, a_hold, helper_of
from tests.statements import statements
from tests.web.conftest import Visit
from tests.web.portal.pages import text_of


async def test_home_shows_their_own_cases_and_those_they_help_with_and_whose_turn_it_is(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    await helper_of(case, world.people["folake"], Scope.READ, now=services.now())

    own = await (await visit.as_("samuel")).get("/portal")
    helped = await (await visit.as_("folake")).get("/portal")
    nothing = await (await visit.as_("helene")).get("/portal")

    assert "Now: Your plan and price" in text_of(own)
    assert "Waiting for you" in text_of(own)
    assert "You help Samuel Adeyemi" in text_of(helped)
    assert case.code not in nothing.text
    assert "You have no case here yet" in text_of(nothing)


async def test_home_with_three_cases_takes_no_more_statements_than_with_one(
    visit: Visit, world: World, services: Services
) -> None:
    browser = await visit.as_("samuel")
    counts = []
    for number in (1, 2):
        for _more in range(number):
            await a_case(world, now=services.now())
        with statements() as sent:
            assert (await browser.get("/portal")).status_code == 200
        counts.append(len(sent))

    assert counts[0] == counts[1]


async def test_a_case_says_what_happens_next_and_who_does_it_at_every_stage(
    visit: Visit, world: World, services: Services
) -> None:
    browser = await visit.as_("samuel")
    told = {
        Stage.REQUESTED: "A doctor reads your request",
        Stage.SUITABLE: "We write your plan and its price",
        Stage.PLANNED: "Read your plan and its price",
        Stage.ACCEPTED: "Read what you should know, and decide",
        Stage.CONSENTED: "Choose your dates",
        Stage.READY: "Choose your dates",
    }

    for stage, title in told.items():
        case = await a_case(world, stage, now=services.now())
        answer = await browser.get(f"/portal/cases/{case.code}")
        assert (answer.status_code, title in text_of(answer)) == (200, True), (stage, text_of(answer))


async def test_a_case_with_dates_leads_to_them_and_then_to_the_trip(
    visit: Visit, world: World, services: Services
) -> None:
    browser = await visit.as_("samuel")
    held, paid = await a_case(world, now=services.now()), await a_case(world, now=services.now())
    hold = await a_hold(held, services)
    trip = await a_confirmed(paid, services)

    to_pay = await browser.get(f"/portal/cases/{held.code}")
    to_travel = await browser.get(f"/portal/cases/{paid.code}")

    assert "Pay the deposit" in text_of(to_pay)
    assert f'href="/portal/bookings/{hold.code}"' in to_pay.text
    assert "Tell us how you travel" in text_of(to_travel)
    assert f'href="/portal/bookings/{trip.code}"' in to_travel.text


async def test_a_no_is_told_with_its_reasons_what_may_help_instead_and_what_comes_back(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_full_case(world, services, 1)
    await reviewed(world, case, Decision.NOT_SUITABLE, "A drip is **not safe** for your heart.", now=services.now())

    answer = await (await visit.as_("samuel")).get(f"/portal/cases/{case.code}")

    assert "A drip is not safe for your heart." in text_of(answer)
    assert "Therapy at home" in text_of(answer)
    assert "You get everything back" in text_of(answer)
    assert 'href="https://clinicaltrials.gov/search?' in answer.text


async def test_what_the_doctor_asks_for_is_answered_on_the_page_and_goes_back_to_them(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.REQUESTED, now=services.now())
    await reviewed(world, case, Decision.MORE_INFORMATION, "Which medicines do you take?", now=services.now())
    browser, more = await visit.as_("samuel"), f"/portal/cases/{case.code}/more"

    page = await browser.get(f"/portal/cases/{case.code}")
    empty = await browser.post(more, data={"more": " "})
    sent = await browser.post(more, data={"more": "Aspirin."})
    twice = await browser.post(more, data={"more": "Aspirin."})

    assert "Which medicines do you take?" in text_of(page)
    assert (empty.status_code, "Please write something" in text_of(empty)) == (422, True)
    assert (sent.status_code, twice.status_code) == (303, 409)
    assert (await Case.get(id=case.id)).status is CaseStatus.REQUESTED
    assert "Aspirin." in text_of(await browser.get(f"/portal/cases/{case.code}"))


async def test_a_supporter_who_may_only_read_is_told_so_and_cannot_answer(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.REQUESTED, now=services.now())
    await helper_of(case, world.people["folake"], Scope.READ, now=services.now())
    await reviewed(world, case, Decision.MORE_INFORMATION, "Which medicines?", now=services.now())
    browser = await visit.as_("folake")

    page = await browser.get(f"/portal/cases/{case.code}")
    refused = await browser.post(f"/portal/cases/{case.code}/more", data={"more": "Aspirin."})

    assert "has not allowed you to answer for them" in text_of(page)
    assert "Send to the doctor" not in text_of(page)
    assert (refused.status_code, "the patient has not allowed you" in text_of(refused)) == (403, True)
    assert (await Case.get(id=case.id)).status is CaseStatus.MORE_INFORMATION


async def test_questions_and_answers_stand_in_order_and_a_new_one_is_put(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    await asked(case, "Is it <b>safe</b>?", answer="Mostly.", by=staff(world), now=services.now())
    browser, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/questions"
    services.now.at += timedelta(hours=1)  # type: ignore[attr-defined]  # the tests' clock

    sent = await browser.post(address, data={"text": "May my wife come?"})
    nothing = await browser.post(address, data={"text": ""})
    page = await browser.get(address)

    assert (sent.status_code, nothing.status_code) == (303, 422)
    told = text_of(page)
    assert "<b>safe" not in page.text
    assert told.index("Is it <b>safe</b>?") < told.index("Mostly.") < told.index("May my wife come?")
    assert told.count("We have not answered yet") == 1


async def test_a_booking_says_what_to_watch_for_in_the_days_after(
    visit: Visit, world: World, services: Services
) -> None:
    """The mail of the first day after leads here."""
    booking = await a_confirmed(await a_case(world, now=services.now()), services)

    told = text_of(await (await visit.as_("samuel")).get(f"/portal/bookings/{booking.code}"))

    assert "days 1, 3, 7, 30, 90, 180 and 365" in told
    assert "call the local emergency number now" in told
