from datetime import datetime

import pytest

from booking.accounts.viewers import SYSTEM
from booking.consultations.models import Case, CaseEvent, CaseStatus
from booking.consultations.moves import NEXT, move
from booking.kit.errors import MovedMeanwhile, WrongMoment
from tests.consultations.cast import Cast, a_request


async def test_a_move_is_kept_with_who_made_it(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)

    await move(case, CaseStatus.SUITABLE, by=cast.dana_views, now=now)

    events = await CaseEvent.filter(case_id=case.id).order_by("id")
    assert [(event.status.value, event.by_id) for event in events] == [
        ("draft", None),
        ("requested", None),
        ("suitable", cast.dana_views.person_id),
    ]
    assert (await Case.get(id=case.id)).status is CaseStatus.SUITABLE


async def test_of_two_who_move_a_case_at_once_the_second_is_refused_and_leaves_no_event(
    cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now)
    stale = await Case.get(id=case.id)
    await move(case, CaseStatus.SUITABLE, by=cast.dana_views, now=now)

    with pytest.raises(MovedMeanwhile):
        await move(stale, CaseStatus.UNSUITABLE, by=cast.dana_views, now=now)

    assert await CaseEvent.filter(case_id=case.id).count() == 3


async def test_a_step_that_does_not_follow_is_refused(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)

    with pytest.raises(WrongMoment):
        await move(case, CaseStatus.BOOKED, by=SYSTEM, now=now)


def test_every_status_says_what_may_follow_it_and_every_status_can_be_reached() -> None:
    assert set(NEXT) == set(CaseStatus)
    assert set().union(*NEXT.values()) == set(CaseStatus) - {CaseStatus.DRAFT}
