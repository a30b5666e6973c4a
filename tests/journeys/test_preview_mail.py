from datetime import datetime

import pytest

from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.preview_mail import NothingToShow, preview_about_case, preview_message
from booking.journeys.write_plan import send_plan
from booking.kit.errors import NotFound
from booking.messages.compose import Composer
from booking.messages.models import Message
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.test_review_case import STRANGER
from tests.journeys.test_write_plan import CHEAPER
from tests.journeys.trips import a_case, a_confirmed

WRITES = Composer(public_url="https://care.example.com", sender="Leeward <care@example.com>")


async def test_what_is_shown_before_is_what_is_planned_after(world: World, now: datetime) -> None:
    case, nia = await a_case(world, Stage.SUITABLE, now=now), staff(world)

    before = await preview_about_case(nia, case.code, "plan-ready", link="portal:plan", composer=WRITES, now=now)
    await send_plan(nia, case.code, text="Five days.", quote=CHEAPER, written=0, now=now)
    planned = await Message.get(case_id=case.id, occasion="plan-ready")
    after = await preview_message(nia, case.code, planned.code, composer=WRITES, now=now)

    assert before == [after]
    assert (after.to, after.subject) == ("Samuel Adeyemi", "Your plan is ready")
    assert f"https://care.example.com/portal/cases/{case.code}/plan" in after.text
    assert "<html" in after.html


async def test_every_mail_of_a_trip_can_be_read_before_it_goes(world: World, services: Services, now: datetime) -> None:
    case = await a_case(world, now=now)
    await a_confirmed(case, services)

    mails = await Message.filter(case_id=case.id)
    letters = [await preview_message(staff(world), case.code, mail.code, composer=WRITES, now=now) for mail in mails]

    assert all(letter.subject and letter.text and letter.html for letter in letters)
    assert {letter.subject for letter in letters if letter.has_calendar} == {"Your dates are confirmed"}


async def test_a_mail_is_shown_to_its_clinic_only_and_not_once_its_facts_are_gone(world: World, now: datetime) -> None:
    case, nia = await a_case(world, Stage.SUITABLE, now=now), staff(world)
    await send_plan(nia, case.code, text="Five days.", quote=CHEAPER, written=0, now=now)
    planned = await Message.get(case_id=case.id, occasion="plan-ready")

    with pytest.raises(NotFound):
        await preview_message(STRANGER, case.code, planned.code, composer=WRITES, now=now)
    with pytest.raises(NotFound):
        await preview_message(nia, case.code, "LW-NONE-SUCH", composer=WRITES, now=now)
    await Message.filter(id=planned.id).update(facts={})
    with pytest.raises(NothingToShow):
        await preview_message(nia, case.code, planned.code, composer=WRITES, now=now)
