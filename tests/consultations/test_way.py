import pytest

from booking.consultations.models import CaseStatus
from booking.consultations.way import Standing, State, Step, Trip, Turn, now_at, way


@pytest.mark.parametrize(
    ("standing", "step", "turn"),
    [
        (Standing(CaseStatus.DRAFT), Step.REQUEST, Turn.PATIENT),
        (Standing(CaseStatus.REQUESTED), Step.REVIEW, Turn.CLINICIAN),
        (Standing(CaseStatus.MORE_INFORMATION), Step.REVIEW, Turn.PATIENT),
        (Standing(CaseStatus.UNSUITABLE), Step.REVIEW, Turn.NOBODY),
        (Standing(CaseStatus.SUITABLE), Step.PLAN, Turn.COORDINATOR),
        (Standing(CaseStatus.PLANNED), Step.PLAN, Turn.PATIENT),
        (Standing(CaseStatus.ACCEPTED), Step.CONSENT, Turn.PATIENT),
        (Standing(CaseStatus.CONSENTED), Step.DATES, Turn.PATIENT),
        (Standing(CaseStatus.CONSENTED, "held"), Step.DEPOSIT, Turn.PATIENT),
        (Standing(CaseStatus.CONSENTED, "lapsed"), Step.DATES, Turn.PATIENT),
        (Standing(CaseStatus.CONSENTED, "cancelled"), Step.DATES, Turn.PATIENT),
        (Standing(CaseStatus.CONSENTED, "refund_due"), Step.DEPOSIT, Turn.COORDINATOR),
        (Standing(CaseStatus.BOOKED, "confirmed"), Step.TRAVEL, Turn.PATIENT),
        (Standing(CaseStatus.BOOKED, "confirmed", Trip.UNDER_WAY), Step.TREATMENT, Turn.CLINICIAN),
        (Standing(CaseStatus.BOOKED, "confirmed", Trip.OVER), Step.TREATMENT, Turn.COORDINATOR),
        (Standing(CaseStatus.TREATED, "completed", Trip.OVER), Step.AFTERCARE, Turn.PATIENT),
        (Standing(CaseStatus.CLOSED), Step.AFTERCARE, Turn.NOBODY),
        (Standing(CaseStatus.WITHDRAWN), Step.REQUEST, Turn.NOBODY),
    ],
)
def test_every_standing_has_its_step_and_its_turn(standing: Standing, step: Step, turn: Turn) -> None:
    assert now_at(standing) == (step, turn)


def test_the_way_shows_what_is_done_what_is_now_and_what_comes_next() -> None:
    assert [(mark.step.value, mark.state.value, mark.turn.value) for mark in way(Standing(CaseStatus.PLANNED))] == [
        ("request", "done", "nobody"),
        ("review", "done", "nobody"),
        ("plan", "now", "patient"),
        ("consent", "next", "nobody"),
        ("dates", "later", "nobody"),
        ("deposit", "later", "nobody"),
        ("travel", "later", "nobody"),
        ("treatment", "later", "nobody"),
        ("aftercare", "later", "nobody"),
    ]


def test_a_case_that_ended_has_no_next_step() -> None:
    states = [mark.state for mark in way(Standing(CaseStatus.UNSUITABLE))]

    assert states == [State.DONE, State.STOPPED, *[State.LATER] * 7]


def test_every_status_has_a_way() -> None:
    assert all(len(way(Standing(status))) == len(Step) for status in CaseStatus)
