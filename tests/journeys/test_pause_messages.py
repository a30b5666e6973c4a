from datetime import datetime

import pytest

from booking.aftercare.models import CheckIn, CheckInStatus
from booking.bookings.models import Booking
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.pause_messages import open_messages, resume_messages, stop_messages
from booking.kit.db import transaction
from booking.kit.errors import NotFound, WrongMoment
from booking.messages import claiming
from booking.messages.models import SilenceReason
from booking.messages.silence import silence
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.test_review_case import STRANGER
from tests.journeys.trips import a_case, a_confirmed, patient_of


async def check_ins(booking: Booking) -> set[CheckInStatus]:
    return {row.status for row in await CheckIn.filter(booking_id=booking.id)}


async def test_a_death_stops_everything_at_once_and_can_be_put_right(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking, nia = await a_confirmed(case, services), staff(world)
    planned = (await open_messages(nia, case.code)).to_come

    await stop_messages(nia, case.code, SilenceReason.DEATH, now=now)
    sent_while_stopped = await claiming.claim(100, now=now)
    asked_while_stopped = await check_ins(booking)
    stopped = await open_messages(nia, case.code)
    await resume_messages(nia, case.code, now=now)

    assert (sent_while_stopped, asked_while_stopped) == ([], {CheckInStatus.CANCELLED})
    assert ([one.reason for one in stopped.silences], stopped.can_resume, stopped.stands) == (
        [SilenceReason.DEATH],
        True,
        True,
    )
    assert [one.code for one in stopped.to_come] == [one.code for one in planned]
    assert await check_ins(booking) == {CheckInStatus.PLANNED}
    assert {one.occasion for one in await claiming.claim(100, now=now)} == {"confirmed", "receipt"}


async def test_a_pause_leaves_the_check_ins_and_twice_is_harmless(
    world: World, services: Services, now: datetime
) -> None:
    case, nia = await a_case(world, now=now), staff(world)
    booking = await a_confirmed(case, services)

    await stop_messages(nia, case.code, SilenceReason.PAUSED, now=now)
    await stop_messages(nia, case.code, SilenceReason.PAUSED, now=now)

    assert len((await open_messages(nia, case.code)).silences) == 1
    assert await check_ins(booking) == {CheckInStatus.PLANNED}


async def test_what_staff_did_not_stop_staff_do_not_resume(world: World, now: datetime) -> None:
    case, nia = await a_case(world, Stage.REQUESTED, now=now), staff(world)

    with pytest.raises(WrongMoment):
        await resume_messages(nia, case.code, now=now)
    async with transaction():
        await silence(case.id, SilenceReason.ERASURE, now=now, by_id=None)
    with pytest.raises(WrongMoment):
        await resume_messages(nia, case.code, now=now)
    with pytest.raises(WrongMoment):
        await stop_messages(nia, case.code, SilenceReason.ERASURE, now=now)


async def test_patients_and_other_clinics_stop_nothing(world: World, now: datetime) -> None:
    case = await a_case(world, Stage.REQUESTED, now=now)

    for viewer in (await patient_of(case), STRANGER):
        with pytest.raises(NotFound):
            await stop_messages(viewer, case.code, SilenceReason.PAUSED, now=now)
        with pytest.raises(NotFound):
            await open_messages(viewer, case.code)
