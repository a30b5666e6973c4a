"""Places on the waiting list: what they become, and which wishes can be read."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from booking.bookings import waitlist
from booking.bookings.checks import INVARIANTS
from booking.bookings.models import BookingStatus, Wait, WaitStatus
from booking.bookings.turns import InLine, became
from booking.bookings.waitlist import WaitsAlready
from booking.bookings.wishes import Wish
from booking.consultations.models import Case, CaseStatus
from booking.kit.db import execute, run
from booking.kit.errors import Invalid, MovedMeanwhile
from booking.slots.models import Claim, Resource
from tests.bookings.held import a_hold
from tests.consultations.cast import Cast, a_request

TODAY = date(2027, 1, 12)
WAITS = InLine(
    id=1,
    case_id=1,
    status=WaitStatus.WAITING,
    last_day=date(2027, 4, 30),
    case_status=CaseStatus.CONSENTED,
    booking_status=None,
    offer_stands=False,
    has_dates=False,
    is_silenced=False,
    is_paused=False,
)
OFFERED = replace(
    WAITS, status=WaitStatus.OFFERED, booking_status=BookingStatus.HELD, offer_stands=True, has_dates=True
)
LAPSED = replace(OFFERED, offer_stands=False, has_dates=False)


@pytest.mark.parametrize(
    ("place", "to"),
    [
        (WAITS, None),
        (replace(WAITS, is_paused=True), None),
        (replace(WAITS, has_dates=True), None),
        (replace(WAITS, last_day=TODAY), WaitStatus.RUN_OUT),
        (replace(WAITS, case_status=CaseStatus.BOOKED), WaitStatus.ENDED),
        (replace(WAITS, case_status=CaseStatus.ACCEPTED), WaitStatus.ENDED),
        (replace(WAITS, is_silenced=True), WaitStatus.ENDED),
        (OFFERED, None),
        (replace(OFFERED, last_day=TODAY), None),
        (replace(OFFERED, booking_status=BookingStatus.CONFIRMED, offer_stands=False), WaitStatus.TAKEN),
        (LAPSED, WaitStatus.UNANSWERED),
        (replace(LAPSED, booking_status=BookingStatus.LAPSED), WaitStatus.UNANSWERED),
        (replace(LAPSED, booking_status=BookingStatus.REFUND_DUE), WaitStatus.UNANSWERED),
        (replace(LAPSED, booking_status=BookingStatus.CANCELLED), WaitStatus.WAITING),
        (replace(LAPSED, case_status=CaseStatus.WITHDRAWN), WaitStatus.ENDED),
    ],
)
def test_a_place_becomes_what_its_case_and_its_offer_make_of_it(place: InLine, to: WaitStatus | None) -> None:
    assert became(place, today=TODAY) == to
    assert to is None or to in waitlist.NEXT[place.status]


@pytest.mark.parametrize(
    ("wish", "wrong"),
    [
        (Wish(date(2027, 4, 1), date(2027, 3, 31)), {"last_day"}),
        (Wish(date(2027, 1, 1), TODAY), {"last_day"}),
        (Wish(date(2027, 4, 1), date(2029, 1, 1)), {"last_day"}),
        (Wish(date(2027, 4, 1), date(2027, 4, 1), ((date(2027, 4, 3), date(2027, 4, 2)),)), {"away_1_last"}),
        (Wish(date(2027, 4, 1), date(2027, 4, 1), ((date(2027, 4, 3), date(2028, 5, 2)),)), {"away_1_last"}),
    ],
)
def test_a_wish_that_cannot_be_met_is_told_by_its_field(wish: Wish, wrong: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        wish.check(today=TODAY, horizon=TODAY + timedelta(days=548))

    assert set(refused.value.errors) == wrong


def test_days_away_are_every_single_one() -> None:
    away = ((date(2027, 4, 30), date(2027, 5, 2)), (date(2027, 5, 9), date(2027, 5, 9)))

    days = Wish(TODAY, TODAY, away).not_on

    assert days == {date(2027, 4, 30), date(2027, 5, 1), date(2027, 5, 2), date(2027, 5, 9)}


def test_a_weekday_that_does_not_suit_is_every_one_that_a_stay_could_reach() -> None:
    days = Wish(date(2027, 4, 1), date(2027, 4, 30), weekdays=frozenset({5})).not_on

    assert {day.weekday() for day in days} == {5}
    assert (min(days), len(days), max(days) > date(2028, 4, 1)) == (date(2027, 4, 3), 57, True)


async def in_line(cast: Cast, now: datetime) -> tuple[Case, Wait]:
    case = await a_request(cast, now)
    await waitlist.join(case, Wish(date(2027, 4, 1), date(2027, 4, 30)), by=cast.alice_views, now=now)
    wait = await waitlist.of_case(case.id)
    assert wait is not None
    return case, wait


async def test_a_case_has_one_place_and_it_moves_once(cast: Cast, now: datetime) -> None:
    case, wait = await in_line(cast, now)

    with pytest.raises(WaitsAlready):
        await waitlist.join(case, Wish.of(wait), by=cast.alice_views, now=now)
    await waitlist.move(wait, WaitStatus.LEFT, by=cast.alice_views, now=now)
    with pytest.raises(MovedMeanwhile):
        await waitlist.move(wait, WaitStatus.REMOVED, by=cast.cora_views, now=now)

    assert [event.status.value for event in await waitlist.story(case.id)] == ["waiting", "left"]


BREAKINGS: list[tuple[str, list[str]]] = [
    ("UPDATE wait SET status = 'waiting'", ["a place on the waiting list stands where its last event says"]),
    (
        'UPDATE booking SET case_id = (SELECT max(id) FROM "case")',
        ["what is offered along the waiting list is a booking of the case that waits"],
    ),
]


@pytest.mark.parametrize(("breaking", "promises"), BREAKINGS)
async def test_a_broken_promise_about_the_line_is_found(
    breaking: str, promises: list[str], cast: Cast, now: datetime
) -> None:
    case, wait = await in_line(cast, now)
    held = await a_hold(case, now, by=cast.alice_views)
    await waitlist.move(wait, WaitStatus.OFFERED, by=cast.alice_views, now=now, booking_id=held.id)
    await a_request(cast, now)

    before = [promise for promise, sql in INVARIANTS.items() if await run(sql)]
    await execute(breaking)

    assert (before, [promise for promise, sql in INVARIANTS.items() if await run(sql)]) == ([], promises)


async def test_one_window_that_was_offered_to_two_is_found(cast: Cast, now: datetime) -> None:
    resource = await Resource.create(clinic_id=(await a_request(cast, now)).clinic_id, kind="room", name="Room 1")
    # Nothing short of taking the guard away lets it happen.
    await execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")
    period: dict[str, Any] = {"starts_at": now, "ends_at": now + timedelta(hours=1)}
    for days in (30, 60):
        case, wait = await in_line(cast, now)
        held = await a_hold(case, now, by=cast.alice_views, days=days)
        await waitlist.move(wait, WaitStatus.OFFERED, by=cast.alice_views, now=now, booking_id=held.id)
        await Claim.create(resource_id=resource.id, booking_id=held.id, step="visit", **period)

    assert [promise for promise, sql in INVARIANTS.items() if await run(sql)] == ["no window is offered to two"]
