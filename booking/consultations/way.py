"""The nine steps of every case, which are done, which is now, and whose turn it is. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from booking.consultations.models import CaseStatus
from booking.kit.words import Text, _


class Step(StrEnum):
    """The way, in order."""

    REQUEST = "request"
    REVIEW = "review"
    PLAN = "plan"
    CONSENT = "consent"
    DATES = "dates"
    DEPOSIT = "deposit"
    TRAVEL = "travel"
    TREATMENT = "treatment"
    AFTERCARE = "aftercare"


class State(StrEnum):
    """Where one step stands. `stopped`: the way ends here, kindly and for a reason."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"
    LATER = "later"
    STOPPED = "stopped"


class Turn(StrEnum):
    """Who acts now."""

    PATIENT = "patient"
    CLINICIAN = "clinician"
    COORDINATOR = "coordinator"
    NOBODY = "nobody"


class Trip(StrEnum):
    """Where a booked trip stands today."""

    AHEAD = "ahead"
    UNDER_WAY = "under_way"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Waymark:
    """One step as it is shown. `turn` is told only for the step that is now."""

    step: Step
    label: Text
    state: State
    turn: Turn = Turn.NOBODY


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides where a case is: its status, its latest booking's status if there is one, and its trip."""

    case: CaseStatus
    booking: str = ""
    trip: Trip = Trip.AHEAD


LABELS: Final = {
    Step.REQUEST: _("Your request"),
    Step.REVIEW: _("A clinician's review"),
    Step.PLAN: _("Your plan and price"),
    Step.CONSENT: _("Your consent"),
    Step.DATES: _("Your dates"),
    Step.DEPOSIT: _("The deposit"),
    Step.TRAVEL: _("Your travel"),
    Step.TREATMENT: _("The treatment"),
    Step.AFTERCARE: _("A year of aftercare"),
}

BY_CASE: Final = {
    CaseStatus.DRAFT: (Step.REQUEST, Turn.PATIENT),
    CaseStatus.REQUESTED: (Step.REVIEW, Turn.CLINICIAN),
    CaseStatus.MORE_INFORMATION: (Step.REVIEW, Turn.PATIENT),
    CaseStatus.SUITABLE: (Step.PLAN, Turn.COORDINATOR),
    CaseStatus.PLANNED: (Step.PLAN, Turn.PATIENT),
    CaseStatus.ACCEPTED: (Step.CONSENT, Turn.PATIENT),
    CaseStatus.TREATED: (Step.AFTERCARE, Turn.PATIENT),
}

BY_BOOKING: Final = {
    "held": (Step.DEPOSIT, Turn.PATIENT),
    "refund_due": (Step.DEPOSIT, Turn.COORDINATOR),
}

BY_TRIP: Final = {
    Trip.AHEAD: (Step.TRAVEL, Turn.PATIENT),
    Trip.UNDER_WAY: (Step.TREATMENT, Turn.CLINICIAN),
    Trip.OVER: (Step.TREATMENT, Turn.COORDINATOR),
}


def now_at(standing: Standing) -> tuple[Step, Turn]:
    """The step that is now, and whose turn it is. A case that ended is at the step where it ended."""
    match standing.case:
        case CaseStatus.CONSENTED:
            return BY_BOOKING.get(standing.booking, (Step.DATES, Turn.PATIENT))
        case CaseStatus.BOOKED:
            return BY_TRIP[standing.trip]
        case CaseStatus.UNSUITABLE:
            return Step.REVIEW, Turn.NOBODY
        case CaseStatus.CLOSED:
            return Step.AFTERCARE, Turn.NOBODY
        case CaseStatus.WITHDRAWN:
            return Step.REQUEST, Turn.NOBODY
        case _:
            return BY_CASE[standing.case]


def way(standing: Standing) -> tuple[Waymark, ...]:
    """The nine steps in order, each with its state."""
    now, turn = now_at(standing)
    steps = tuple(Step)
    here = steps.index(now)
    stopped = standing.case in (CaseStatus.UNSUITABLE, CaseStatus.WITHDRAWN, CaseStatus.CLOSED)

    def state(place: int) -> State:
        if place < here:
            return State.DONE
        if place == here:
            return State.STOPPED if stopped else State.NOW
        return State.NEXT if place == here + 1 and not stopped else State.LATER

    return tuple(
        Waymark(step, LABELS[step], state(place), turn if place == here else Turn.NOBODY)
        for place, step in enumerate(steps)
    )
