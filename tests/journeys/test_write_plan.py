from datetime import datetime

import pytest

from booking.accounts.viewers import Viewer
from booking.bookings.booking import DatesStand
from booking.consultations import plans
from booking.consultations.models import Case, CaseStatus, Plan
from booking.consultations.quotes import Quote, QuoteLine
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.agreement import agreed
from booking.journeys.write_plan import OnlyACoordinator, open_plan, send_plan
from booking.kit.errors import Invalid, MovedMeanwhile, NotFound, WrongMoment
from booking.kit.money import Money
from booking.messages.models import Message
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.test_review_case import STRANGER, mails, status_of
from tests.journeys.trips import a_case, a_hold

CHEAPER = Quote(
    (QuoteLine("Five days", Money(900_000, "USD")), QuoteLine("Reduction", Money(-50_000, "USD"))),
    Money(100_000, "USD"),
)


async def sent(viewer: Viewer, case: Case, now: datetime, *, quote: Quote = CHEAPER, written: int = 0) -> int:
    return await send_plan(viewer, case.code, text="You come for five days.", quote=quote, written=written, now=now)


async def test_a_plan_starts_from_the_programmes_prices_in_the_patients_language(world: World, now: datetime) -> None:
    case = await a_case(world, Stage.SUITABLE, now=now, language="es")

    start = await open_plan(staff(world), case.code, now=now)

    content = world.version.content
    assert [line.name for line in start.quote.lines] == [line["name"]["es"] for line in content["prices"]["lines"]]
    assert (start.text, start.written, start.standing) == ("", 0, None)
    assert start.quote.deposit.amount == content["terms"]["deposit"]


async def test_sending_tells_the_family_and_the_deposit_that_was_written_is_the_one_that_is_asked_for(
    world: World, now: datetime
) -> None:
    case = await a_case(world, Stage.SUITABLE, now=now)

    number = await sent(staff(world), case, now)

    total, terms = await agreed(case)
    assert (number, await status_of(case), await mails(case)) == (1, CaseStatus.PLANNED, [("plan-ready", "planned")])
    assert (total, terms.deposit_of(total)) == (Money(850_000, "USD"), Money(100_000, "USD"))
    assert (await Message.get(case_id=case.id, occasion="plan-ready")).facts[
        "link"
    ] == f"/portal/cases/{case.code}/plan"


async def test_a_new_plan_replaces_the_one_before_and_starts_from_it(world: World, now: datetime) -> None:
    case, nia = await a_case(world, Stage.SUITABLE, now=now), staff(world)
    await sent(nia, case, now)

    start = await open_plan(nia, case.code, now=now)
    await sent(nia, case, now, written=start.written)

    assert (start.text, start.quote, start.standing) == ("You come for five days.", CHEAPER, 1)
    stands = await plans.standing(case)
    assert stands is not None
    assert stands.number == 2
    assert await mails(case) == [("plan-ready", "cancelled"), ("plan-ready", "planned")]


async def test_of_two_coordinators_who_write_at_once_the_second_is_told(world: World, now: datetime) -> None:
    case = await a_case(world, Stage.SUITABLE, now=now)
    await sent(staff(world), case, now)

    with pytest.raises(MovedMeanwhile):
        await sent(staff(world, "tomas"), case, now)
    assert await Plan.filter(case_id=case.id).count() == 1


async def test_only_a_coordinator_writes_and_only_when_it_follows(
    world: World, services: Services, now: datetime
) -> None:
    early, ready = await a_case(world, Stage.REQUESTED, now=now), await a_case(world, Stage.SUITABLE, now=now)
    held = await a_case(world, now=now)
    await a_hold(held, services)

    with pytest.raises(OnlyACoordinator):
        await sent(staff(world, "baptiste"), ready, now)
    with pytest.raises(NotFound):
        await sent(STRANGER, ready, now)
    with pytest.raises(WrongMoment):
        await sent(staff(world), early, now)
    with pytest.raises(DatesStand):
        await sent(staff(world), held, now, written=1)


@pytest.mark.parametrize(
    "quote",
    [
        Quote((QuoteLine("Five days", Money(900_000, "USD")),), Money(0, "USD")),
        Quote((QuoteLine("Five days", Money(900_000, "EUR")),), Money(100_000, "EUR")),
    ],
)
async def test_a_price_that_could_not_be_asked_for_is_refused(world: World, now: datetime, quote: Quote) -> None:
    case = await a_case(world, Stage.SUITABLE, now=now)

    with pytest.raises(Invalid):
        await sent(staff(world), case, now, quote=quote)
    assert await Plan.filter(case_id=case.id).count() == 0
