from datetime import datetime

import pytest

from booking.bookings.booking import DatesStand
from booking.consultations.models import CaseStatus
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.close_case import close_case, open_ending
from booking.journeys.write_plan import send_plan
from booking.kit.errors import NotFound, WrongMoment
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.test_review_case import STRANGER, mails, status_of
from tests.journeys.test_write_plan import CHEAPER
from tests.journeys.trips import a_case, a_hold


async def test_a_withdrawn_case_sends_nothing_more_and_ends_for_good(world: World, now: datetime) -> None:
    case, nia = await a_case(world, Stage.SUITABLE, now=now), staff(world)
    await send_plan(nia, case.code, text="Five days.", quote=CHEAPER, written=0, now=now)

    _case, ends, planned = await open_ending(nia, case.code)
    await close_case(nia, case.code, CaseStatus.WITHDRAWN, now=now)

    assert (ends, planned) == ((CaseStatus.WITHDRAWN, CaseStatus.CLOSED), 1)
    assert (await status_of(case), await mails(case)) == (CaseStatus.WITHDRAWN, [("plan-ready", "cancelled")])
    with pytest.raises(WrongMoment):
        await close_case(nia, case.code, CaseStatus.CLOSED, now=now)


async def test_a_case_with_dates_is_not_ended_nor_by_strangers(world: World, services: Services, now: datetime) -> None:
    case = await a_case(world, now=now)
    await a_hold(case, services)

    with pytest.raises(DatesStand):
        await close_case(staff(world), case.code, CaseStatus.WITHDRAWN, now=now)
    with pytest.raises(NotFound):
        await close_case(STRANGER, case.code, CaseStatus.WITHDRAWN, now=now)
