from datetime import date
from decimal import Decimal

from booking.accounts.viewers import Scope
from booking.consultations.models import Case, CaseStatus, Plan
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.kit.money import Money
from booking.payments.terms import Terms
from booking.services import Services
from booking.web.portal.plans import RefundRow, refund_rows
from tests.journeys.full_case import planned
from tests.journeys.trips import a_case, a_hold, helper_of
from tests.web.conftest import Visit
from tests.web.portal.pages import forms_of, text_of

STEPS = [{"days": 30, "percent": 100}, {"days": 14, "percent": 50}, {"days": 0, "percent": 0}]
TERMS = Terms.parse({"deposit": 10_000, "balance_due_days": 30, "refund_steps": STEPS}, "USD")
WHOLE, HALF, NOTHING = Money(100_000, "USD"), Money(50_000, "USD"), Money(0, "USD")


def test_what_comes_back_is_told_in_days_until_dates_are_chosen_and_then_in_dates() -> None:
    undated = refund_rows(TERMS, WHOLE, None)
    dated = refund_rows(TERMS, WHOLE, date(2027, 4, 1))

    assert undated == (
        RefundRow(None, 30, Decimal(100), WHOLE),
        RefundRow(29, 14, Decimal(50), HALF),
        RefundRow(13, 0, Decimal(0), NOTHING),
    )
    assert dated == (
        RefundRow(None, 30, Decimal(100), WHOLE, None, date(2027, 3, 2)),
        RefundRow(29, 14, Decimal(50), HALF, date(2027, 3, 3), date(2027, 3, 18)),
        RefundRow(13, 0, Decimal(0), NOTHING, date(2027, 3, 19), date(2027, 4, 1)),
    )


async def test_the_plan_tells_its_text_each_price_the_deposit_the_rest_and_what_comes_back(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())

    page = await (await visit.as_("samuel")).get(f"/portal/cases/{case.code}/plan")

    told = text_of(page)
    for sentence in (
        "You come for five days.",
        "In all USD",
        "Deposit When you have chosen your dates",
        "30 days before you arrive.",
        "30 days before, or more 100% USD",
        "Less than 7 days before 0% USD 0.00",
        "you get everything back, on any day",
    ):
        assert sentence in told.replace("\N{NO-BREAK SPACE}", " ")
    assert "Accept this plan" in told


async def test_with_dates_the_plan_names_the_days(visit: Visit, world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_hold(case, services)

    told = text_of(await (await visit.as_("samuel")).get(f"/portal/cases/{case.code}/plan"))

    assert booking.window["start"] == "2027-04-05"
    assert "By Saturday 6 March 2027." in told
    assert "Until Saturday 6 March 2027 100%" in told
    assert "Sunday 7 March to Monday 22 March 2027 50%" in told
    assert "Counted for your arrival on Monday 5 April 2027." in told


async def test_accepting_is_asked_once_more_and_then_done(visit: Visit, world: World, services: Services) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    browser, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/plan/accept"

    [asked] = forms_of(await browser.get(address), address)
    done = await browser.post(address, data=asked)
    again = await browser.post(address, data=asked)
    afterwards = await browser.get(address)

    assert asked == {"number": "1"}
    assert (done.status_code, done.headers["location"]) == (303, f"/portal/cases/{case.code}")
    assert again.status_code == 409
    assert (afterwards.status_code, afterwards.headers["location"]) == (303, f"/portal/cases/{case.code}/plan")
    assert (await Case.get(id=case.id)).status is CaseStatus.ACCEPTED


async def test_a_replaced_plan_stays_readable_and_cannot_be_accepted(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    await planned(world, case, "You come for six days.", now=services.now())
    browser, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/plan"

    new, old = await browser.get(address), await browser.get(f"{address}?number=1")
    refused = await browser.post(f"{address}/accept", data={"number": "1"})
    none = await browser.get(f"{address}?number=7")

    assert "six days" in text_of(new)
    assert "Plan 1, sent on" in text_of(new)
    assert "five days" in text_of(old)
    assert "This plan no longer counts" in text_of(old)
    assert "Accept this plan" not in text_of(old)
    assert (refused.status_code, none.status_code) == (409, 404)


async def test_who_may_not_act_reads_the_plan_and_is_refused_kindly(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    await helper_of(case, world.people["folake"], Scope.READ, now=services.now())
    address = f"/portal/cases/{case.code}/plan"
    browser = await visit.as_("folake")

    page, last_look = await browser.get(address), await browser.get(f"{address}/accept")
    refused = await browser.post(f"{address}/accept", data={"number": "1"})
    strangers = await (await visit.as_("helene")).post(f"{address}/accept", data={"number": "1"})

    assert "has not allowed you to accept for them" in text_of(page)
    assert forms_of(last_look, f"{address}/accept") == []
    assert (refused.status_code, strangers.status_code) == (403, 404)
    assert (await Plan.get(case_id=case.id)).accepted_at is None


async def test_before_there_is_a_plan_its_page_says_when_there_will_be(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.REQUESTED, now=services.now())

    page = await (await visit.as_("samuel")).get(f"/portal/cases/{case.code}/plan")

    assert (page.status_code, "There is no plan yet" in text_of(page)) == (200, True)
