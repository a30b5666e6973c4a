"""A patient with two cases: on no road do they get dates of both that meet, and whoever asks is told so and keeps what they have."""

from datetime import time, timedelta

import pytest

from booking.accounts.viewers import Scope
from booking.bookings.booking import live_of
from booking.bookings.elsewhere import Elsewhere
from booking.bookings.models import Booking, BookingStatus
from booking.consultations.models import Case
from booking.demo.world import World
from booking.journeys.accept_remedies import Choice, accept_remedies
from booking.journeys.check import check
from booking.journeys.close_resource import close_resource
from booking.journeys.find_dates import find_dates
from booking.journeys.find_other_dates import find_other_dates
from booking.journeys.find_remedies import Change, find_remedies
from booking.journeys.join_waitlist import join_waitlist
from booking.journeys.move_step import StepDoesNotFit, look_at_step, move_step, open_step
from booking.journeys.offer_freed import offer_freed
from booking.journeys.release_hold import release_hold
from booking.journeys.reschedule import reschedule
from booking.journeys.reserve import DatesElsewhere, reserve
from booking.kit.db import execute
from booking.services import Services
from booking.slots.closures import Closing
from booking.slots.models import Resource
from booking.slots.step_moves import Break, Target, Why
from booking.slots.windows import Window
from tests.journeys.standing import GONE, standing
from tests.journeys.test_move_step import one_of, step_of
from tests.journeys.test_reschedule import claimed
from tests.journeys.trips import (
    FIRST,
    KEY,
    LAST,
    LINKS,
    a_case,
    a_confirmed,
    a_hold,
    come_back,
    helper_of,
    nia,
    paid_for,
    patient_of,
    tokens,
)
from tests.journeys.waiting import APRIL, MINUTE, close_but, joins, line, offer_to
from tests.outside import Clock

HOUR = timedelta(hours=1)
YOU, THE_PATIENT = "You have dates of another treatment", "The patient has other dates"


@pytest.fixture
async def cases(world: World, services: Services) -> tuple[Case, Case]:
    """Samuel's, both."""
    return await a_case(world, now=services.now()), await a_case(world, now=services.now())


def apart(one: Window, other: Window) -> bool:
    return one.ends_at <= other.starts_at or other.ends_at <= one.starts_at


async def test_dates_that_an_older_page_showed_are_refused_with_the_nearest_that_can_be_had(
    world: World, services: Services, cases: tuple[Case, Case]
) -> None:
    first, second = cases
    token, samuel, now = (await tokens(second, services))[3], await patient_of(second), services.now()
    folake = await helper_of(second, world.people["folake"], Scope.ACT, now=now)
    held = await a_hold(first, services, token)

    with pytest.raises(DatesElsewhere) as refused:
        await reserve(samuel, second.code, token, key=KEY, now=now)
    with pytest.raises(DatesElsewhere) as to_folake:
        await reserve(folake, second.code, token, key=KEY, now=now)

    mine = Window.from_json(held.window)
    nearest = refused.value.nearest
    assert [one.value.text.into("en").split(" at ")[0] for one in (refused, to_folake)] == [YOU, THE_PATIENT]
    assert (len(nearest), all(apart(window, mine) for window, _token in nearest)) == (3, True)
    assert (refused.value.code, refused.value.status) == ("dates-elsewhere", 409)
    assert await Booking.filter(case_id=second.id).count() == 0
    again = await reserve(samuel, second.code, nearest[0][1], key=KEY, now=now)
    assert (again.status, await check()) == (BookingStatus.HELD, [])


async def test_dates_are_offered_on_no_day_on_which_they_are_elsewhere(
    services: Services, cases: tuple[Case, Case]
) -> None:
    first, second = cases
    before = await tokens(second, services)
    held = await a_hold(first, services, before[3])
    samuel, now = await patient_of(second), services.now()

    async def shown(case: Case) -> tuple[list[Window], bool]:
        _case, dates = await find_dates(samuel, case.code, FIRST, LAST, interpreter=None, key=KEY, now=now)
        return list(dates.windows), dates.elsewhere

    windows, elsewhere = await shown(second)
    mine = Window.from_json(held.window)

    days = {step.day for step in mine.steps}
    assert (elsewhere, 0 < len(windows) < len(before)) == (True, True)
    assert all(apart(window, mine) and days.isdisjoint(step.day for step in window.steps) for window in windows)
    assert (await shown(first))[1] is False  # what it has itself may be exchanged
    await release_hold(samuel, held.code, now=now)
    assert len((await shown(second))[0]) == len(before)


async def test_a_hold_that_ran_out_at_the_other_case_is_in_nobody_s_way_with_no_worker_running(
    services: Services, clock: Clock, cases: tuple[Case, Case]
) -> None:
    first, second = cases
    token, samuel = (await tokens(second, services))[3], await patient_of(second)
    late = await a_hold(first, services, token)
    clock.at += HOUR
    other = await a_hold(second, services, (await tokens(second, services))[-1])
    assert late.lapses_at is not None
    clock.at = late.lapses_at

    moved = await reschedule(samuel, other.code, token, key=KEY, links=LINKS, now=services.now())

    assert (moved.starts_at, await live_of(first.id, now=services.now())) == (late.starts_at, None)
    assert (await Booking.get(id=late.id)).status is BookingStatus.LAPSED


@pytest.mark.parametrize("tell", [True, False])
async def test_a_move_onto_the_other_s_dates_is_refused_and_the_booking_keeps_its_own(
    world: World, services: Services, cases: tuple[Case, Case], tell: bool
) -> None:
    first, second = cases
    offered, now = await tokens(second, services), services.now()
    booking = await a_confirmed(second, services, offered[-1])
    before = await claimed(booking)
    await a_hold(first, services, offered[0])

    with pytest.raises(DatesElsewhere) as refused:
        await reschedule(nia(world), booking.code, offered[0], tell=tell, key=KEY, links=LINKS, now=now)

    kept = await Booking.get(id=booking.id)
    assert refused.value.text.into("en").startswith(THE_PATIENT)
    assert (kept.starts_at, kept.aside, await claimed(kept)) == (booking.starts_at, None, before)
    shown = await find_other_dates(nia(world), booking.code, FIRST, interpreter=None, key=KEY, now=now)
    assert (shown.dates.elsewhere, offered[0] in [shown.dates.token(window) for window in shown.dates.windows]) == (
        True,
        False,
    )
    await reschedule(nia(world), booking.code, refused.value.nearest[-1][1], key=KEY, links=LINKS, now=now)
    assert await check() == []


async def test_held_dates_are_exchanged_for_none_that_meet_the_other_s(
    services: Services, cases: tuple[Case, Case]
) -> None:
    first, second = cases
    offered, samuel, now = await tokens(second, services), await patient_of(second), services.now()
    await a_hold(first, services, offered[0])
    held = await a_hold(second, services, offered[-1])

    with pytest.raises(DatesElsewhere) as refused:
        await reschedule(samuel, held.code, offered[0], key=KEY, links=LINKS, now=now)

    assert refused.value.text.into("en").startswith(YOU)
    assert (await Booking.get(id=held.id)).starts_at == held.starts_at


async def test_dates_that_a_family_is_not_told_of_yet_are_not_given_to_their_other_case(
    world: World, services: Services, cases: tuple[Case, Case]
) -> None:
    first, second = cases
    offered, now = await tokens(second, services), services.now()
    booking = await a_confirmed(first, services, offered[0])
    await reschedule(nia(world), booking.code, offered[-1], tell=False, key=KEY, links=LINKS, now=now)

    for token in (offered[0], offered[-1]):
        with pytest.raises(DatesElsewhere):
            await reserve(await patient_of(second), second.code, token, key=KEY, now=now)

    assert await check() == []


async def test_a_step_does_not_go_where_the_stay_would_meet_the_other_s(
    world: World, services: Services, cases: tuple[Case, Case]
) -> None:
    first, second = cases
    offered, now = await tokens(second, services), services.now()
    booking = await a_confirmed(second, services, offered[-1])
    other = await a_hold(first, services, offered[0])
    end = Window.from_json(booking.window).steps[-1]
    entry = await one_of(booking, end.key, (await Resource.get(id=end.resources[0])).kind)
    later = next(
        place
        for starts in reversed(
            list((await open_step(nia(world), entry, end.day, end.day, now=now)).moves.step.starts())
        )
        if (place := Target(entry.resource, end.day, starts)).starts > end.starts
    )
    free = (await look_at_step(nia(world), entry, later, language="en", now=now)).move
    # The other stay begins in the very moment in which this one ends.
    await Booking.filter(id=other.id).update(starts_at=booking.ends_at, ends_at=booking.ends_at + HOUR)

    looked = (await look_at_step(nia(world), entry, later, language="en", now=now)).move
    with pytest.raises(StepDoesNotFit) as refused:
        await move_step(nia(world), entry, later, tell=True, links=LINKS, now=now)

    assert (free.works, looked.breaks) == (True, (Break(Why.ELSEWHERE, end.key),))
    assert refused.value.move == looked
    assert (await Booking.get(id=booking.id)).ends_at == booking.ends_at


async def test_a_step_is_refused_also_if_the_other_dates_were_had_after_the_look(
    world: World, services: Services, cases: tuple[Case, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = cases
    offered, now = await tokens(second, services), services.now()
    booking = await a_confirmed(second, services, offered[-1])
    await a_hold(first, services, offered[0])
    entry, was = await one_of(booking, "therapy", "therapist"), step_of(booking, "therapy")
    elsewhere = Elsewhere()

    async def refused(*_what: object, **_how: object) -> None:
        raise elsewhere

    monkeypatch.setattr("booking.journeys.reschedule.move_dates", refused)

    with pytest.raises(StepDoesNotFit) as fault:
        await move_step(
            nia(world), entry, Target(entry.resource, was.day, time(13, 30)), tell=True, links=LINKS, now=now
        )

    assert fault.value.__cause__ is elsewhere


async def test_what_is_offered_in_place_of_closed_dates_meets_no_other_and_one_taken_meanwhile_is_refused(
    world: World, services: Services, cases: tuple[Case, Case]
) -> None:
    first, second = cases
    offered, now = await tokens(second, services), services.now()
    booking = await a_confirmed(second, services, offered[0])
    for one in await Resource.filter(kind="bed", clinic_id=world.clinic.id):
        start = Window.from_json(booking.window).start
        closing = Closing(one.id, start, start + timedelta(days=6))
        await close_resource(nia(world), closing, anyway=True, now=now)
    [touch] = (await find_remedies(nia(world), Change(), key=KEY, now=now)).touches
    window, token = touch.offers[0]
    await a_hold(first, services, token)

    answers = await accept_remedies(nia(world), Change(), [Choice(booking.code, token)], key=KEY, links=LINKS, now=now)
    [after] = (await find_remedies(nia(world), Change(), key=KEY, now=now)).touches

    assert [type(answer.refused) for answer in answers] == [DatesElsewhere]
    assert (await Booking.get(id=booking.id)).starts_at == booking.starts_at
    assert all(apart(each, window) for each, _token in after.offers)


async def test_what_becomes_free_is_offered_to_nobody_who_is_elsewhere_then_but_to_the_next_in_line(
    world: World, services: Services
) -> None:
    now = services.now()
    taken = await a_hold(await a_case(world, who="abdullah", now=now), services)
    first = await a_case(world, now=now)
    await close_but(taken)
    waits, next_one = await joins(world, "samuel", now=now), await joins(world, "helene", now=now + MINUTE)
    await elsewhere_then(first, taken)

    await release_hold(await patient_of(await taken.case), taken.code, now=now)

    assert await line() == [("samuel", "waiting"), ("helene", "offered")]
    assert (await offer_to(waits, now), await offer_to(next_one, now) is not None) == (None, True)


async def elsewhere_then(case: Case, taken: Booking) -> Booking:
    """A booking at another clinic, in the very days of this one."""
    return await Booking.create(
        code="LW-ELSE-WHER", case_id=case.id, patient_id=case.patient_id, status=BookingStatus.CONFIRMED,
        window=taken.window, starts_at=taken.starts_at, ends_at=taken.ends_at, held_at=taken.held_at,
    )  # fmt: skip


async def test_who_gets_other_dates_in_the_very_moment_of_an_offer_gives_their_turn_to_the_next(
    world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = services.now()
    taken = await a_hold(await a_case(world, who="abdullah", now=now), services)
    first = await a_case(world, now=now)
    await close_but(taken)
    await joins(world, "samuel", now=now)
    await joins(world, "helene", now=now + MINUTE)
    await elsewhere_then(first, taken)
    monkeypatch.setattr("booking.journeys.offer_freed.OtherStays.leave", lambda _self, windows: list(windows))
    monkeypatch.setattr("booking.journeys.offer_freed.OtherStays.days", lambda _self, _zone: frozenset())

    await release_hold(await patient_of(await taken.case), taken.code, now=now)

    assert await line() == [("samuel", "waiting"), ("helene", "offered")]
    assert await offer_freed(now=now) == 0


async def test_dates_that_are_free_for_others_alone_can_be_waited_for(world: World, services: Services) -> None:
    now = services.now()
    first, second = await a_case(world, now=now), await a_case(world, now=now)
    held = await a_hold(first, services)
    await close_but(held)

    await join_waitlist(await patient_of(second), second.code, APRIL, now=now)

    assert await line() == [("samuel", "waiting")]


async def test_a_deposit_that_comes_late_goes_back_if_the_patient_has_other_dates_by_then(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await paid_for(world, services)
    clock.at += 2 * HOUR
    other = await a_case(world, now=services.now())
    await a_hold(other, services, (await tokens(other, services))[1])

    await come_back(booking, services)

    assert await standing(booking) == GONE
    await execute(f"SET LOCAL leeward.now = '{services.now()}'")
    assert await check() == []


async def test_a_deposit_that_comes_late_confirms_if_the_other_s_hold_ran_out_too(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await paid_for(world, services)
    clock.at += 2 * HOUR
    other = await a_case(world, now=services.now())
    beside = await a_hold(other, services, (await tokens(other, services))[1])
    clock.at = (beside.lapses_at or clock.at) + HOUR

    await come_back(booking, services)

    stands = await standing(booking)
    assert stands.story == ("held", "lapsed", "confirmed")
    assert (stands.case, stands.claims) == ("booked", "kept")
