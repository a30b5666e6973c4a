from datetime import UTC, datetime, timedelta

import pytest

from booking.accounts.viewers import Scope
from booking.aftercare.alerts import raised_alerts, signs_of
from booking.aftercare.check_ins import Answers, NotYet
from booking.aftercare.models import CheckIn, CheckInStatus, Outcome, Rater
from booking.aftercare.red_flags import Sign
from booking.aftercare.scales import asked_on
from booking.bookings.models import Booking
from booking.consultations.cases import NotAllowedByThePatient
from booking.consultations.models import Case
from booking.demo.world import World
from booking.journeys.answer_check_in import answer_check_in, open_check_in
from booking.kit.db import run
from booking.kit.errors import NotFound, WrongMoment
from booking.services import Services
from booking.slots.windows import Window
from tests.journeys.trips import a_case, a_confirmed, helper_of, patient_of

FINE = dict.fromkeys(Sign, False)


def days_after(booking: Booking, days: int) -> datetime:
    """Noon, so many days after the last treatment day."""
    return datetime.combine(Window.from_json(booking.window).end + timedelta(days=days), datetime.min.time(), UTC) + (
        timedelta(hours=12)
    )


async def first_check_in(world: World, services: Services, now: datetime) -> tuple[Case, Booking, CheckIn]:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    return case, booking, await CheckIn.get(booking_id=booking.id, day=1)


async def test_a_red_flag_is_in_front_of_the_clinic_at_once_and_only_once(
    world: World, services: Services, now: datetime
) -> None:
    case, booking, check_in = await first_check_in(world, services, now)
    patient, then = await patient_of(case), days_after(booking, 1)

    alert = await answer_check_in(patient, check_in.code, Answers(signs={Sign.FEVER: True}), now=then)
    again = await answer_check_in(patient, check_in.code, Answers(signs={**FINE, Sign.FEVER: True}), now=then)

    waiting = await raised_alerts(world.clinic.id)
    assert ([one.code for one in waiting], again) == ([alert.code if alert else ""], None)
    assert await signs_of(waiting[0]) == [Sign.FEVER]


async def test_answers_may_come_late_in_part_and_from_two_people(
    world: World, services: Services, now: datetime
) -> None:
    case, booking, check_in = await first_check_in(world, services, now)
    folake = await helper_of(case, world.people["folake"], Scope.ACT, now=now)
    patient, late = await patient_of(case), days_after(booking, 12)

    await answer_check_in(patient, check_in.code, Answers(signs=FINE, scores={"pain": 2}), now=late)
    half = await open_check_in(folake, check_in.code, now=late)
    rest = {scale.key: scale.lowest for scale in asked_on(1) if scale.key != "pain"}
    await answer_check_in(folake, check_in.code, Answers(scores=rest, words="He walks a little."), now=late)
    whole = await open_check_in(patient, check_in.code, now=late)

    assert (half.answers.scores, half.is_open) == ({"pain": 2}, True)
    assert (whole.check_in.status, whole.answers.words, whole.is_open) == (
        CheckInStatus.ANSWERED,
        "He walks a little.",
        False,
    )
    raters = await Outcome.filter(check_in_id=check_in.id).order_by("scale").values_list("scale", "rater")
    assert raters == [
        ("health_today", Rater.SUPPORTER),
        ("mobility", Rater.SUPPORTER),
        ("mood", Rater.SUPPORTER),
        ("pain", Rater.PATIENT),
    ]


async def test_reading_and_writing_leave_a_trace(world: World, services: Services, now: datetime) -> None:
    case, booking, check_in = await first_check_in(world, services, now)
    patient, then = await patient_of(case), days_after(booking, 1)

    await open_check_in(patient, check_in.code, now=then)
    await answer_check_in(patient, check_in.code, Answers(signs=FINE), now=then)
    await open_check_in(patient, check_in.code, now=then)

    rows = await run("SELECT action, subject FROM audit_row WHERE action LIKE 'check-in%' ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [
        ("check-in.write", f"case {case.code}"),
        ("check-in.read", f"case {case.code}"),
    ]


async def test_it_opens_on_its_day_by_whichever_clock_is_ahead(world: World, services: Services, now: datetime) -> None:
    case, booking, check_in = await first_check_in(world, services, now)
    patient = await patient_of(case)
    evening_before = days_after(booking, 0) + timedelta(hours=11, minutes=30)  # half past midnight in Lagos

    early = await open_check_in(patient, check_in.code, now=days_after(booking, 0))
    opened = await open_check_in(patient, check_in.code, now=evening_before)

    assert (early.is_early, early.is_open, opened.is_open) == (True, False, True)
    with pytest.raises(NotYet):
        await answer_check_in(patient, check_in.code, Answers(signs=FINE), now=days_after(booking, 0))


async def test_a_reader_may_not_answer_a_stranger_finds_nothing_and_what_ended_is_not_asked(
    world: World, services: Services, now: datetime
) -> None:
    case, booking, check_in = await first_check_in(world, services, now)
    reader = await helper_of(case, world.people["folake"], Scope.READ, now=now)
    stranger = await patient_of(await a_case(world, who="helene", now=now))
    then = days_after(booking, 1)

    with pytest.raises(NotAllowedByThePatient):
        await answer_check_in(reader, check_in.code, Answers(signs=FINE), now=then)
    with pytest.raises(NotFound):
        await open_check_in(stranger, check_in.code, now=then)
    await CheckIn.filter(id=check_in.id).update(status=CheckInStatus.CANCELLED)
    with pytest.raises(WrongMoment):
        await answer_check_in(await patient_of(case), check_in.code, Answers(signs=FINE), now=then)
