from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from booking.aftercare.alerts import acknowledge, alert_of, raised_alerts, signs_of
from booking.aftercare.check_ins import (
    SCHEDULE,
    Answers,
    NotYet,
    answer,
    answers_of,
    cancel_check_ins,
    check_in_of,
    plan_check_ins,
    rate,
    resume_check_ins,
)
from booking.aftercare.checks import INVARIANTS
from booking.aftercare.models import Alert, CheckIn, Outcome, RatedBy, Rater
from booking.aftercare.red_flags import Sign
from booking.consultations.models import Case
from booking.documents.keys import Erased, destroy_case_key
from booking.kit.db import run
from booking.kit.errors import Invalid, MovedMeanwhile, NotFound, WrongMoment
from tests.documents.rows import a_booking, a_person

LAST_DAY = date(2027, 3, 12)
SHORT = {"pain": 2, "mood": 3, "mobility": 4, "health_today": 60}
NO_SIGNS = dict.fromkeys(Sign, False)


async def first_of(booking: Any) -> CheckIn:
    return (await plan_check_ins(booking.id, LAST_DAY))[0]


async def answered(check_in: CheckIn, given: Answers, now: datetime, **changes: Any) -> Alert | None:
    how: dict[str, Any] = {"by_id": None, "rater": Rater.PATIENT, "rated_by": RatedBy.SELF, "today": check_in.due_on}
    return await answer(check_in, given, now=now, **{**how, **changes})


async def outcomes(check_in: CheckIn) -> list[tuple[str, int, str]]:
    rows = await Outcome.filter(check_in_id=check_in.id).order_by("scale", "id")
    return [(row.scale, row.score, row.rater.value) for row in rows]


async def test_seven_check_ins_follow_the_last_day_of_treatment_and_move_with_it(db: None, now: datetime) -> None:
    booking = await a_booking(now)
    planned = await plan_check_ins(booking.id, LAST_DAY)
    await answered(planned[0], Answers(SHORT, NO_SIGNS), now)

    moved = await plan_check_ins(booking.id, LAST_DAY + timedelta(days=10))

    assert [(one.day, one.due_on) for one in planned] == [(day, LAST_DAY + timedelta(days=day)) for day in SCHEDULE]
    assert (
        [(one.code, one.due_on) for one in moved]
        == [
            (planned[0].code, LAST_DAY + timedelta(days=1)),  # answered: it stays where it is
            *((one.code, one.due_on + timedelta(days=10)) for one in planned[1:]),
        ]
    )


async def test_a_whole_answer_is_kept_sealed_with_its_scores_as_outcomes(db: None, now: datetime) -> None:
    booking, ana = await a_booking(now), await a_person(now)
    check_in = await first_of(booking)
    given = Answers(SHORT, NO_SIGNS, "I slept well.")

    alert = await answered(check_in, given, now, by_id=ana.id)

    kept = await check_in_of(booking.id, check_in.code)
    assert (alert, kept.status, kept.answered_by_id, await answers_of(kept)) == (None, "answered", ana.id, given)
    assert await outcomes(kept) == [
        ("health_today", 60, "patient"),
        ("mobility", 4, "patient"),
        ("mood", 3, "patient"),
        ("pain", 2, "patient"),
    ]
    assert b"slept" not in bytes(kept.answers_sealed or b"")
    assert [sentence for sentence, sql in INVARIANTS.items() if await run(sql)] == []


async def test_answers_may_come_late_and_in_parts(db: None, now: datetime) -> None:
    check_in = await first_of(await a_booking(now))

    await answered(check_in, Answers({"pain": 2}), now, today=check_in.due_on + timedelta(days=40))
    assert check_in.status == "partial"
    await answered(check_in, Answers({"pain": 3, "mood": 1}, NO_SIGNS), now + timedelta(hours=1))
    await answered(check_in, Answers({"mobility": 1, "health_today": 90}), now + timedelta(hours=2))

    assert check_in.status == "answered"
    assert await answers_of(check_in) == Answers({"pain": 3, "mood": 1, "mobility": 1, "health_today": 90}, NO_SIGNS)


async def test_a_red_flag_raises_one_alert_at_once_even_in_a_partial_answer(db: None, now: datetime) -> None:
    booking, doctor = await a_booking(now), await a_person(now)
    clinic_id = (await Case.get(id=booking.case_id)).clinic_id
    check_in = await first_of(booking)

    alert = await answered(check_in, Answers(signs={Sign.FEVER: True}), now)
    again = await answered(check_in, Answers({"pain": 5}), now + timedelta(minutes=1))
    worse = await answered(check_in, Answers(signs={Sign.SEIZURE: True}), now + timedelta(minutes=2))

    assert alert is not None
    assert worse is not None
    assert again is None
    assert await raised_alerts(clinic_id) == [alert, worse]
    assert [await signs_of(one) for one in (alert, worse)] == [[Sign.FEVER], [Sign.FEVER, Sign.SEIZURE]]

    await acknowledge(alert, by_id=doctor.id, note="Called, on the way to hospital.", now=now)
    assert await raised_alerts(clinic_id) == [worse]
    with pytest.raises(MovedMeanwhile):
        await acknowledge(alert, by_id=doctor.id, note="", now=now)
    with pytest.raises(WrongMoment):
        await acknowledge(await alert_of(clinic_id, alert.code), by_id=doctor.id, note="", now=now)
    with pytest.raises(NotFound):
        await alert_of(clinic_id + 1, alert.code)


async def test_what_cannot_be_answered_is_refused_and_keeps_nothing(db: None, now: datetime) -> None:
    booking, other = await a_booking(now), await a_booking(now)
    check_in = await first_of(booking)

    with pytest.raises(NotYet):
        await answered(check_in, Answers(SHORT), now, today=check_in.due_on - timedelta(days=1))
    with pytest.raises(Invalid):
        await answered(check_in, Answers({"pain": 9}), now)
    with pytest.raises(Invalid):
        await answered(check_in, Answers(words="x" * 4001), now)
    with pytest.raises(NotFound):
        await check_in_of(other.id, check_in.code)
    assert (await outcomes(check_in), check_in.status) == ([], "planned")

    await answered(check_in, Answers(SHORT, NO_SIGNS), now)
    with pytest.raises(WrongMoment):
        await answered(check_in, Answers({"pain": 1}), now)


async def test_of_two_who_answer_at_once_the_second_is_asked_to_look_again(db: None, now: datetime) -> None:
    booking = await a_booking(now)
    mine = await first_of(booking)
    theirs = await check_in_of(booking.id, mine.code)
    await answered(mine, Answers({"pain": 2}), now)

    with pytest.raises(MovedMeanwhile):
        await answered(theirs, Answers({"mood": 2}), now)

    stale = await check_in_of(booking.id, mine.code)
    await answered(mine, Answers({"mood": 2}), now + timedelta(seconds=1))
    with pytest.raises(MovedMeanwhile):
        await answered(stale, Answers({"mood": 5}), now + timedelta(seconds=2))


async def test_cancelled_check_ins_ask_nothing_and_can_be_resumed(db: None, now: datetime) -> None:
    booking = await a_booking(now)
    check_in = await first_of(booking)
    await answered(check_in, Answers(SHORT, NO_SIGNS), now)

    cancelled = await cancel_check_ins(booking.id)
    second = (await plan_check_ins(booking.id, LAST_DAY))[1]
    with pytest.raises(WrongMoment):
        await answered(second, Answers(SHORT), now)

    assert (cancelled, await resume_check_ins(booking.id)) == (6, 6)


async def test_a_clinician_scores_on_any_scale_beside_the_patients_own(db: None, now: datetime) -> None:
    check_in = await first_of(await a_booking(now))

    await rate(check_in, {"mrs": 3, "pain": 4}, rated_by=RatedBy.VIDEO, now=now)
    await answered(check_in, Answers({"pain": 2}), now)

    assert await outcomes(check_in) == [("mrs", 3, "clinician"), ("pain", 4, "clinician"), ("pain", 2, "patient")]
    with pytest.raises(Invalid):
        await rate(check_in, {"mrs": 7}, rated_by=RatedBy.VIDEO, now=now)


async def test_the_database_itself_refuses_a_score_off_its_scale(db: None, now: datetime) -> None:
    check_in = await first_of(await a_booking(now))

    with pytest.raises(IntegrityError, match="outcome_is_on_its_scale"):
        await Outcome.create(
            check_in=check_in, scale="barthel", score=3, rater=Rater.PATIENT, rated_by=RatedBy.SELF, rated_at=now
        )


async def test_after_an_erasure_answers_cannot_be_read_or_given(db: None, now: datetime) -> None:
    booking = await a_booking(now)
    check_in = await first_of(booking)
    await answered(check_in, Answers({"pain": 2}), now)
    await destroy_case_key(booking.case_id, now=now)

    with pytest.raises(Erased):
        await answers_of(check_in)
    with pytest.raises(Erased):
        await answered(check_in, Answers({"mood": 2}), now)
