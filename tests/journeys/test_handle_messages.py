from datetime import datetime, timedelta

import pytest

from booking.consultations.models import Case
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.handle_messages import mark_handled, open_outbox, send_again
from booking.journeys.open_board import open_board
from booking.journeys.pause_messages import stop_messages
from booking.journeys.write_plan import send_plan
from booking.kit.errors import NotFound
from booking.messages.attention import CannotBeSentAgain
from booking.messages.models import Message, MessageStatus, SilenceReason
from tests.journeys.full_case import staff
from tests.journeys.test_review_case import STRANGER, mails
from tests.journeys.test_write_plan import CHEAPER
from tests.journeys.trips import a_case, patient_of


async def a_failure(world: World, now: datetime, *, status: MessageStatus = MessageStatus.FAILED) -> tuple[Case, str]:
    case = await a_case(world, Stage.SUITABLE, now=now)
    await send_plan(staff(world), case.code, text="Five days.", quote=CHEAPER, written=0, now=now)
    message = await Message.get(case_id=case.id, occasion="plan-ready")
    await Message.filter(id=message.id).update(status=status, transmitting_at=now, last_error="550 no such person")
    return case, message.code


async def test_a_refused_mail_waits_for_someone_and_can_be_sent_again(world: World, now: datetime) -> None:
    case, code = await a_failure(world, now)

    waiting = await open_outbox(staff(world))
    counted = (await open_board(staff(world), now=now)).trouble.messages
    await send_again(staff(world), code, now=now + timedelta(hours=1))

    assert [(one.code, one.case_code, one.recipient, one.why) for one in waiting] == [
        (code, case.code, "Samuel Adeyemi", "550 no such person")
    ]
    assert (counted, await mails(case), await open_outbox(staff(world))) == (1, [("plan-ready", "planned")], [])


async def test_what_was_dealt_with_by_telephone_leaves_the_list_and_is_not_sent(world: World, now: datetime) -> None:
    case, code = await a_failure(world, now, status=MessageStatus.UNKNOWN)

    await mark_handled(staff(world), code, now=now)

    assert (await open_outbox(staff(world)), await mails(case)) == ([], [("plan-ready", "unknown")])


async def test_after_a_death_a_mail_that_did_not_go_troubles_nobody(world: World, now: datetime) -> None:
    case, _code = await a_failure(world, now, status=MessageStatus.DROPPED)

    await stop_messages(staff(world), case.code, SilenceReason.DEATH, now=now)

    assert await open_outbox(staff(world)) == []
    assert (await open_board(staff(world), now=now)).trouble.messages == 0


async def test_a_mail_that_arrived_or_is_someone_elses_is_not_sent_again(world: World, now: datetime) -> None:
    case, code = await a_failure(world, now)

    for viewer in (STRANGER, await patient_of(case)):
        with pytest.raises(NotFound):
            await send_again(viewer, code, now=now)
        with pytest.raises(NotFound):
            await mark_handled(viewer, code, now=now)
    await send_again(staff(world), code, now=now)
    with pytest.raises(CannotBeSentAgain):
        await send_again(staff(world), code, now=now)
