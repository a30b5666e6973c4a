"""Asking how it goes, on days 1, 3, 7, 30, 90, 180 and 365 after the last treatment day; answers late or in part."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from booking.aftercare.alerts import case_of, raise_alert
from booking.aftercare.models import Alert, CheckIn, CheckInStatus, Outcome, RatedBy, Rater
from booking.aftercare.red_flags import Sign
from booking.aftercare.scales import asked_on, check_scores
from booking.documents.keys import seal_for_case, unseal_for_case
from booking.kit.errors import Invalid, MovedMeanwhile, NotFound, Refusal, WrongMoment
from booking.kit.ids import new_code
from booking.kit.words import _

SCHEDULE: Final = (1, 3, 7, 30, 90, 180, 365)
ANSWERABLE: Final = (CheckInStatus.PLANNED, CheckInStatus.PARTIAL)
LONGEST_WORDS: Final = 4000
ANSWERS: Final = b"check-in answers"


class NotYet(Refusal):
    status = 409
    say = _("These questions are for a later day. If something is wrong now, call your local emergency number.")


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered so far: a sign is there, not there, or was not answered."""

    scores: dict[str, int] = field(default_factory=dict)
    signs: dict[Sign, bool] = field(default_factory=dict)
    words: str = ""

    def with_more(self, later: "Answers") -> "Answers":
        """Earlier answers kept, later ones over them."""
        return Answers({**self.scores, **later.scores}, {**self.signs, **later.signs}, later.words or self.words)

    def are_whole(self, day: int) -> bool:
        return all(scale.key in self.scores for scale in asked_on(day)) and all(sign in self.signs for sign in Sign)

    @property
    def red_flags(self) -> list[Sign]:
        return [sign for sign, there in self.signs.items() if there]


async def plan_check_ins(booking_id: int, last_treatment_day: date) -> list[CheckIn]:
    """The booking's check-ins, made or moved to follow this day. In the caller's transaction.

    Safe to say again: what was answered stays where it is, and nothing is asked twice.
    """
    kept = {row.day: row for row in await CheckIn.filter(booking_id=booking_id)}
    for day in SCHEDULE:
        due_on = last_treatment_day + timedelta(days=day)
        if day not in kept:
            kept[day] = await CheckIn.create(
                code=new_code(), booking_id=booking_id, day=day, due_on=due_on, status=CheckInStatus.PLANNED
            )
        elif kept[day].status in ANSWERABLE:
            await CheckIn.filter(id=kept[day].id).update(due_on=due_on)
    return await check_ins_of(booking_id)


async def check_ins_of(booking_id: int) -> list[CheckIn]:
    """In the order of their days."""
    return await CheckIn.filter(booking_id=booking_id).order_by("day")


async def waiting_for_an_answer(booking_id: int, today: date) -> CheckIn | None:
    """The latest check-in of this booking that has come and is not answered whole. `today` is the clinic's."""
    come = CheckIn.filter(booking_id=booking_id, status__in=ANSWERABLE, due_on__lte=today)
    return await come.order_by("-day").first()


async def check_in_of(booking_id: int, code: str) -> CheckIn:
    """One check-in of this booking. Raises NotFound for any other."""
    found = await CheckIn.get_or_none(booking_id=booking_id, code=code)
    if found is None:
        raise NotFound
    return found


async def cancel_check_ins(booking_id: int) -> int:
    """Ask nothing more: after a cancellation, a withdrawal or a death. What was answered stays."""
    return await CheckIn.filter(booking_id=booking_id, status=CheckInStatus.PLANNED).update(
        status=CheckInStatus.CANCELLED
    )


async def resume_check_ins(booking_id: int) -> int:
    """Ask again what was cancelled, where that was a mistake."""
    return await CheckIn.filter(booking_id=booking_id, status=CheckInStatus.CANCELLED).update(
        status=CheckInStatus.PLANNED
    )


async def forget(booking_id: int) -> None:
    """For an erasure: nothing more is asked, and no score is kept; the answers went with the case's key."""
    await cancel_check_ins(booking_id)
    await Outcome.filter(check_in__booking_id=booking_id).delete()


async def answer(
    check_in: CheckIn,
    given: Answers,
    *,
    by_id: int | None,
    rater: Rater,
    rated_by: RatedBy,
    today: date,
    now: datetime,
) -> Alert | None:
    """Keep these answers with those given before; an alert, if one of them now is a red flag. In the caller's transaction.

    `today` is the patient's. Answers may come late and in part; only a sign that is new raises an alert.

    Raises:
        NotYet: its day has not come.
        WrongMoment: it was answered whole, or cancelled.
        Invalid: by scale.
        MovedMeanwhile: someone else answered just now.
        Erased: the case was erased.
    """
    if check_in.status not in ANSWERABLE:
        raise WrongMoment
    if today < check_in.due_on:
        raise NotYet
    check_scores(given.scores, asked_on(check_in.day))
    if len(given.words) > LONGEST_WORDS:
        raise Invalid({"words": _("This is longer than we can keep. Please shorten it.")})
    before = await answers_of(check_in)
    whole = before.with_more(given)
    await _keep(check_in, whole, by_id=by_id, now=now)
    await _rate(check_in, given.scores, rater=rater, rated_by=rated_by, now=now)
    if set(whole.red_flags) <= set(before.red_flags):
        return None
    return await raise_alert(check_in, whole.red_flags, now=now)


async def rate(check_in: CheckIn, scores: dict[str, int], *, rated_by: RatedBy, now: datetime) -> None:
    """Keep a clinician's own scores, on any scale, whenever they were taken. Raises Invalid, by scale."""
    check_scores(scores)
    await _rate(check_in, scores, rater=Rater.CLINICIAN, rated_by=rated_by, now=now)


async def answers_of(check_in: CheckIn) -> Answers:
    """What was answered so far. Raises Erased."""
    if check_in.answers_sealed is None:
        return Answers()
    opened = await unseal_for_case(await case_of(check_in.booking_id), check_in.answers_sealed, ANSWERS)
    kept: dict[str, Any] = json.loads(opened)
    return Answers(kept["scores"], {Sign(name): there for name, there in kept["signs"].items()}, kept["words"])


async def _keep(check_in: CheckIn, whole: Answers, *, by_id: int | None, now: datetime) -> None:
    plain = json.dumps({"scores": whole.scores, "signs": whole.signs, "words": whole.words}).encode()
    sealed = await seal_for_case(await case_of(check_in.booking_id), plain, ANSWERS)
    status = CheckInStatus.ANSWERED if whole.are_whole(check_in.day) else CheckInStatus.PARTIAL
    # Compared with what was read, so that of two who answer at once neither loses an answer unseen.
    unchanged = CheckIn.filter(id=check_in.id, status=check_in.status, answered_at=check_in.answered_at)
    if check_in.answered_at is None:
        unchanged = CheckIn.filter(id=check_in.id, status=check_in.status, answered_at__isnull=True)
    moved = await unchanged.update(status=status, answers_sealed=sealed, answered_by_id=by_id, answered_at=now)
    if not moved:
        raise MovedMeanwhile
    await check_in.refresh_from_db()


async def _rate(check_in: CheckIn, scores: dict[str, int], *, rater: Rater, rated_by: RatedBy, now: datetime) -> None:
    for scale, score in sorted(scores.items()):
        await Outcome.update_or_create(
            defaults={"score": score, "rated_by": rated_by, "rated_at": now},
            check_in_id=check_in.id,
            scale=scale,
            rater=rater,
        )
