from datetime import datetime, timedelta

import pytest

from booking.accounts.audit import trail
from booking.aftercare.models import CheckIn, CheckInStatus
from booking.bookings.booking import DatesStand
from booking.bookings.models import Booking
from booking.consultations.models import CaseStatus
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.close_case import close_case, open_ending
from booking.journeys.complete_stays import complete_stays
from booking.journeys.plan_messages import plan_booking_messages
from booking.journeys.write_plan import send_plan
from booking.kit.db import transaction
from booking.kit.errors import NotFound, WrongMoment
from booking.messages.models import Message, MessageStatus
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.test_review_case import STRANGER, mails, status_of
from tests.journeys.test_write_plan import CHEAPER
from tests.journeys.trips import a_case, a_confirmed, a_hold


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


async def test_a_closed_case_plans_no_mail_again_however_its_trip_changes(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    over = booking.ends_at + timedelta(days=2)
    await complete_stays(now=over)

    await close_case(staff(world), case.code, CaseStatus.CLOSED, now=over)
    async with transaction():
        await plan_booking_messages(await Booking.get(id=booking.id), now=over)

    assert {row.status for row in await CheckIn.filter(booking_id=booking.id)} == {CheckInStatus.CANCELLED}
    assert await Message.filter(case_id=case.id, status=MessageStatus.PLANNED).count() == 0
    assert (await trail(f"case {case.code}"))[0].action == "case.closed"
