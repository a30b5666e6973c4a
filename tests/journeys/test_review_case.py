from datetime import datetime

import pytest

from booking.accounts.audit import trail
from booking.accounts.models import Role
from booking.accounts.viewers import Viewer
from booking.bookings.booking import DatesStand
from booking.consultations.models import Case, CaseStatus, Decision
from booking.consultations.reviews import OnlyAClinician
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.review_case import review_case
from booking.kit.errors import Invalid, NotFound
from booking.messages.models import Message, MessageStatus
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.trips import a_case, a_hold

STRANGER = Viewer(roles=frozenset({(999_999, Role.CLINICIAN), (999_999, Role.COORDINATOR)}))


async def mails(case: Case) -> list[tuple[str, str]]:
    told = ("more-information", "not-suitable", "plan-ready", "question-answered")
    rows = await Message.filter(case_id=case.id, occasion__in=told).order_by("id")
    return [(row.occasion, row.status.value) for row in rows]


async def status_of(case: Case) -> CaseStatus:
    return (await Case.get(id=case.id)).status


async def test_a_no_is_told_by_one_mail_without_the_reasons(world: World, now: datetime) -> None:
    case = await a_case(world, Stage.REQUESTED, now=now)

    await review_case(
        staff(world, "baptiste"), case.code, Decision.NOT_SUITABLE, reasons="Your heart is too weak.", now=now
    )

    assert (await status_of(case), await mails(case)) == (CaseStatus.UNSUITABLE, [("not-suitable", "planned")])
    assert "heart" not in str((await Message.get(case_id=case.id, occasion="not-suitable")).facts)
    assert "review.write" in [entry.action for entry in await trail(f"case {case.code}")]


async def test_a_yes_is_told_by_the_plan_that_follows_and_overtakes_what_was_asked(world: World, now: datetime) -> None:
    case, doctor = await a_case(world, Stage.REQUESTED, now=now), staff(world, "baptiste")

    await review_case(doctor, case.code, Decision.MORE_INFORMATION, reasons="Please send the scan.", now=now)
    await review_case(doctor, case.code, Decision.SUITABLE, reasons="It may suit you.", note="Scan seen.", now=now)

    assert (await status_of(case), await mails(case)) == (CaseStatus.SUITABLE, [("more-information", "cancelled")])


async def test_asking_twice_for_more_is_told_twice(world: World, now: datetime) -> None:
    case, doctor = await a_case(world, Stage.REQUESTED, now=now), staff(world, "baptiste")
    await review_case(doctor, case.code, Decision.MORE_INFORMATION, reasons="Please send the scan.", now=now)
    await Message.filter(case_id=case.id, occasion="more-information").update(
        status=MessageStatus.SENT, sent_at=now, transmitting_at=now
    )
    await review_case(doctor, case.code, Decision.NOT_SUITABLE, reasons="No.", now=now)
    await review_case(doctor, case.code, Decision.MORE_INFORMATION, reasons="And the blood values.", now=now)

    assert await mails(case) == [
        ("more-information", "sent"),
        ("not-suitable", "cancelled"),
        ("more-information", "planned"),
    ]


async def test_only_a_clinician_of_the_clinic_decides_and_never_without_reasons(world: World, now: datetime) -> None:
    case = await a_case(world, Stage.REQUESTED, now=now)

    with pytest.raises(OnlyAClinician):
        await review_case(staff(world), case.code, Decision.SUITABLE, reasons="Yes.", now=now)
    with pytest.raises(NotFound):
        await review_case(STRANGER, case.code, Decision.SUITABLE, reasons="Yes.", now=now)
    with pytest.raises(Invalid):
        await review_case(staff(world, "baptiste"), case.code, Decision.SUITABLE, reasons=" ", now=now)
    assert await status_of(case) is CaseStatus.REQUESTED


async def test_nobody_is_declined_while_their_dates_stand(world: World, services: Services, now: datetime) -> None:
    case = await a_case(world, now=now)
    await a_hold(case, services)

    with pytest.raises(DatesStand):
        await review_case(staff(world, "baptiste"), case.code, Decision.NOT_SUITABLE, reasons="No.", now=now)
