"""Who leaves the waiting list, who keeps a place in it, and that a place is compared and set."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from booking.accounts.viewers import SYSTEM
from booking.bookings import waitlist
from booking.bookings.booking import live_of
from booking.bookings.models import Booking, WaitStatus
from booking.consultations.models import Case, CaseStatus
from booking.demo.world import World
from booking.journeys import offer_freed as offering
from booking.journeys.close_case import close_case
from booking.journeys.give_consent import withdraw_consent
from booking.journeys.join_waitlist import leave_waitlist
from booking.journeys.offer_freed import offer_freed
from booking.journeys.pause_messages import resume_messages, stop_messages
from booking.messages.models import SilenceReason
from booking.services import Services
from tests.journeys.trips import a_hold, nia, patient_of, tokens
from tests.journeys.waiting import joins, lets_go, line, mails
from tests.outside import Clock

HOUR = timedelta(hours=1)


async def consent_is_taken_back(case: Case, world: World, now: datetime) -> None:
    await withdraw_consent(await patient_of(case), case.code, now=now)


async def case_is_closed(case: Case, world: World, now: datetime) -> None:
    await close_case(nia(world), case.code, CaseStatus.CLOSED, now=now)


async def patient_dies(case: Case, world: World, now: datetime) -> None:
    await stop_messages(nia(world), case.code, SilenceReason.DEATH, now=now)


async def patient_leaves(case: Case, world: World, now: datetime) -> None:
    await leave_waitlist(await patient_of(case), case.code, now=now)


@pytest.mark.parametrize("what", [consent_is_taken_back, case_is_closed, patient_dies, patient_leaves])
async def test_who_can_or_will_not_come_any_more_leaves_the_line(
    what: Any, two: tuple[Case, Case], taken: Booking, world: World, services: Services
) -> None:
    await what(two[0], world, services.now())

    await lets_go(taken, services)

    assert await line() == [("helene", "offered")]


async def test_who_wants_no_mail_for_a_while_or_holds_other_dates_is_passed_over_and_keeps_the_place(
    two: tuple[Case, Case], taken: Booking, world: World, services: Services
) -> None:
    samuel, _helene = two
    coordinator = nia(world)
    await stop_messages(coordinator, samuel.code, SilenceReason.PAUSED, now=services.now())

    await lets_go(taken, services)
    assert await line() == [("samuel", "waiting"), ("helene", "offered")]

    await resume_messages(coordinator, samuel.code, now=services.now())
    may = await tokens(samuel, services, date(2027, 6, 1), date(2027, 6, 30))
    mine = await a_hold(samuel, services, may[0])
    await offer_freed(now=services.now())
    assert await line() == [("samuel", "waiting"), ("helene", "offered")]
    assert await live_of(samuel.id, now=services.now()) == mine


async def test_days_that_have_passed_end_the_wait_and_the_family_is_told(
    world: World, taken: Booking, services: Services, clock: Clock
) -> None:
    samuel = await joins(world, "samuel", now=services.now())
    clock.at = datetime(2027, 4, 30, 16, 0, tzinfo=UTC)

    await offer_freed(now=services.now())

    assert await line() == []
    assert await mails(samuel) == ["wait-ended"]


async def leaves_while_it_is_offered(case: Case, services: Services, monkeypatch: pytest.MonkeyPatch) -> int:
    """The family leaves after the line was read, and before the offer is written."""
    fitting = offering._fitting

    async def slowly(*told: Any, now: datetime) -> Any:
        await leave_waitlist(await patient_of(case), case.code, now=now)
        return await fitting(*told, now=now)

    monkeypatch.setattr(offering, "_fitting", slowly)
    return await offer_freed(now=services.now() + HOUR)


async def test_a_family_that_leaves_meanwhile_is_offered_nothing(
    world: World, taken: Booking, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    samuel = await joins(world, "samuel", now=services.now())

    assert await leaves_while_it_is_offered(samuel, services, monkeypatch) == 0
    assert (await line(), await live_of(samuel.id, now=services.now()), await mails(samuel)) == ([], None, [])


async def test_without_comparing_the_place_it_would_be(
    world: World, taken: Booking, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    samuel = await joins(world, "samuel", now=services.now())
    monkeypatch.setattr(waitlist, "MOVE", waitlist.MOVE.replace("AND status = $2", "AND $2::text IS NOT NULL"))

    assert await leaves_while_it_is_offered(samuel, services, monkeypatch) == 1
    assert await live_of(samuel.id, now=services.now()) is not None


async def test_the_clock_may_move_no_place_but_along_its_way(world: World, taken: Booking, services: Services) -> None:
    samuel = await joins(world, "samuel", now=services.now())
    place = await waitlist.of_case(samuel.id)
    assert place is not None

    with pytest.raises(waitlist.NotWaiting):
        await waitlist.move(place, WaitStatus.TAKEN, by=SYSTEM, now=services.now())
