"""One case on the board: what it waits for, whose turn it is, since when. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from booking.bookings.models import BookingStatus
from booking.consultations.models import CaseStatus
from booking.consultations.way import Standing, Step, Trip, Turn, now_at
from booking.kit.words import Text, _, ngettext_


class Stage(StrEnum):
    """The board's columns, in order."""

    REVIEW = "review"
    PLAN = "plan"
    CONSENT = "consent"
    DATES = "dates"
    TRIP = "trip"
    AFTERCARE = "aftercare"
    ENDED = "ended"


STAGES: Final = {
    Stage.REVIEW: _("Review"),
    Stage.PLAN: _("Plan and price"),
    Stage.CONSENT: _("Consent"),
    Stage.DATES: _("Dates and deposit"),
    Stage.TRIP: _("Travel and treatment"),
    Stage.AFTERCARE: _("Aftercare"),
    Stage.ENDED: _("Ended"),
}

STAGE_OF: Final = {
    Step.REQUEST: Stage.REVIEW,
    Step.REVIEW: Stage.REVIEW,
    Step.PLAN: Stage.PLAN,
    Step.CONSENT: Stage.CONSENT,
    Step.DATES: Stage.DATES,
    Step.DEPOSIT: Stage.DATES,
    Step.TRAVEL: Stage.TRIP,
    Step.TREATMENT: Stage.TRIP,
    Step.AFTERCARE: Stage.AFTERCARE,
}

ENDED: Final = frozenset({CaseStatus.UNSUITABLE, CaseStatus.CLOSED, CaseStatus.WITHDRAWN})

ENDINGS: Final = {
    CaseStatus.UNSUITABLE: _("Not suitable"),
    CaseStatus.CLOSED: _("Closed"),
    CaseStatus.WITHDRAWN: _("Withdrawn"),
}

WAITS_FOR: Final = {
    (Step.REVIEW, Turn.CLINICIAN): _("A clinician's decision"),
    (Step.REVIEW, Turn.PATIENT): _("More information from the family"),
    (Step.PLAN, Turn.COORDINATOR): _("A plan and price"),
    (Step.PLAN, Turn.PATIENT): _("Their answer to the plan"),
    (Step.CONSENT, Turn.PATIENT): _("Their consent"),
    (Step.DATES, Turn.PATIENT): _("Their choice of dates"),
    (Step.DEPOSIT, Turn.PATIENT): _("Their deposit"),
    (Step.DEPOSIT, Turn.COORDINATOR): _("A refund: the dates were gone when the payment came"),
    (Step.TRAVEL, Turn.PATIENT): _("Their arrival"),
    (Step.TREATMENT, Turn.CLINICIAN): _("The treatment: they are here"),
    (Step.TREATMENT, Turn.COORDINATOR): _("The end of the stay to be written down"),
    (Step.AFTERCARE, Turn.PATIENT): _("Their check-ins"),
}
WAITS: Final = _("Dates to become free: they are on the waiting list")
QUESTIONS: Final = ngettext_("A question to be answered", "%(num)s questions to be answered")
RED_FLAG: Final = _("A red flag: call them")
UNTOLD: Final = _("Moved, and the family is not told")


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A case as its card shows it. `reasons` say what it waits for, the most pressing first."""

    code: str
    patient: str
    asked_by: str
    stage: Stage
    reasons: tuple[Text, ...]
    turns: frozenset[Turn]
    since: datetime
    is_red: bool
    is_silenced: bool
    starts_at: datetime | None

    @property
    def waits_on_us(self) -> bool:
        return bool(self.turns & {Turn.CLINICIAN, Turn.COORDINATOR})

    @property
    def place(self) -> tuple[bool, bool, datetime]:
        """Where it stands in its column: red flags, then what waits on us, and in each the longest waiting first."""
        return (not self.is_red, not self.waits_on_us, self.since)


def board_row(row: dict[str, Any], *, now: datetime) -> BoardRow:
    """From the board's statement."""
    status = CaseStatus(row["status"])
    booking = _booking_status(row, now)
    step, turn = now_at(Standing(status, booking, _trip(row, booking, now)))
    ended = status in ENDED
    reasons = [ENDINGS[status] if ended else WAITS if _waits(row, step) else WAITS_FOR[step, turn]]
    turns, since = {turn}, {turn: _since(row, step, now)}
    if row["questions"]:
        reasons.insert(0, QUESTIONS.with_facts(num=row["questions"]))
        turns.add(Turn.COORDINATOR)
        since[Turn.COORDINATOR] = min(since.get(Turn.COORDINATOR, row["asked_at"]), row["asked_at"])
    if row["aside_at"]:
        reasons.insert(0, UNTOLD)
        turns.add(Turn.COORDINATOR)
        since[Turn.COORDINATOR] = min(since.get(Turn.COORDINATOR, row["aside_at"]), row["aside_at"])
    if row["raised_at"]:
        reasons.insert(0, RED_FLAG)
        turns.add(Turn.CLINICIAN)
        since[Turn.CLINICIAN] = row["raised_at"]
    ours = [since[one] for one in turns if one in {Turn.CLINICIAN, Turn.COORDINATOR}]
    return BoardRow(
        row["code"],
        row["patient"] or "",
        row["asked_by"] if row["asked_by"] != row["patient"] else "",
        Stage.ENDED if ended else STAGE_OF[step],
        tuple(reasons),
        frozenset(turns),
        min(ours) if ours else since[turn],
        row["raised_at"] is not None,
        row["silenced"],
        row["starts_at"] if booking in {BookingStatus.CONFIRMED, BookingStatus.HELD} else None,
    )


def _waits(row: dict[str, Any], step: Step) -> bool:
    """On the waiting list; who has been offered dates, or holds others, is waited for instead."""
    return step is Step.DATES and bool(row["waits"])


def _booking_status(row: dict[str, Any], now: datetime) -> str:
    status: str = row["booking_status"] or ""
    lapsed = status == BookingStatus.HELD and row["lapses_at"] is not None and row["lapses_at"] <= now
    return BookingStatus.LAPSED.value if lapsed else status


def _trip(row: dict[str, Any], booking: str, now: datetime) -> Trip:
    if booking != BookingStatus.CONFIRMED or now < row["starts_at"]:
        return Trip.AHEAD
    return Trip.UNDER_WAY if now < row["ends_at"] else Trip.OVER


def _since(row: dict[str, Any], step: Step, now: datetime) -> datetime:
    """Since when the step is the one that is now."""
    began: datetime = row["changed_at"]
    if step is Step.DEPOSIT:
        began = max(began, row["held_at"])
    elif step is Step.TREATMENT:
        began = max(began, row["starts_at"] if now < row["ends_at"] else row["ends_at"])
    return began
