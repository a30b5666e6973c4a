from datetime import datetime

import pytest

from booking.accounts.audit import trail
from booking.aftercare.check_ins import Answers
from booking.aftercare.models import CheckIn
from booking.aftercare.red_flags import Sign
from booking.consultations.models import Case
from booking.demo.world import World
from booking.journeys.acknowledge_alert import OnlyAClinicianAcknowledges, acknowledge_alert, open_alerts
from booking.journeys.answer_check_in import answer_check_in
from booking.journeys.open_board import open_board
from booking.kit.errors import Invalid, NotFound
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.test_answer_check_in import days_after
from tests.journeys.test_review_case import STRANGER
from tests.journeys.trips import a_case, a_confirmed, patient_of


async def a_red_flag(world: World, services: Services, now: datetime) -> tuple[Case, datetime]:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    check_in, then = await CheckIn.get(booking_id=booking.id, day=1), days_after(booking, 1)
    await answer_check_in(await patient_of(case), check_in.code, Answers(signs={Sign.SEIZURE: True}), now=then)
    return case, then


async def test_a_red_flag_stands_on_the_desk_until_a_clinician_has_dealt_with_it(
    world: World, services: Services, now: datetime
) -> None:
    case, then = await a_red_flag(world, services, now)

    waiting = await open_alerts(staff(world), now=then)
    on_board = (await open_board(staff(world), now=then)).trouble.alerts
    await acknowledge_alert(staff(world, "baptiste"), waiting[0].code, "Called; he is in hospital.", now=then)

    assert [(one.case.code, one.signs, one.day) for one in waiting] == [(case.code, (Sign.SEIZURE,), 1)]
    assert on_board == 1
    assert await open_alerts(staff(world), now=then) == []
    assert {"alert.read", "alert.acknowledge"} <= {entry.action for entry in await trail(f"case {case.code}")}


async def test_only_a_clinician_of_the_clinic_acknowledges_and_says_what_was_done(
    world: World, services: Services, now: datetime
) -> None:
    _case, then = await a_red_flag(world, services, now)
    code = (await open_alerts(staff(world), now=then))[0].code

    with pytest.raises(OnlyAClinicianAcknowledges):
        await acknowledge_alert(staff(world), code, "Called.", now=then)
    with pytest.raises(NotFound):
        await acknowledge_alert(STRANGER, code, "Called.", now=then)
    with pytest.raises(Invalid):
        await acknowledge_alert(staff(world, "baptiste"), code, " ", now=then)
    assert await open_alerts(STRANGER, now=then) == []
    assert len(await open_alerts(staff(world), now=then)) == 1
