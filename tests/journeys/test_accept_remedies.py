"""An absence or a recall touches several bookings: all are seen, and what is accepted is done, one by one or together."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pytest

from booking.bookings.models import Booking
from booking.consultations.models import Case
from booking.demo.world import World
from booking.journeys.accept_remedies import Answer, Choice, NotInTheWay, accept_remedies
from booking.journeys.check import check
from booking.journeys.close_resource import close_resource
from booking.journeys.find_remedies import Change, Touches, find_remedies
from booking.journeys.receive_lot import set_lot_state
from booking.journeys.reserve import DatesGone
from booking.kit.db import execute
from booking.kit.errors import NotFound
from booking.messages.models import Message
from booking.services import Services
from booking.slots.closures import Closing
from booking.slots.models import Lot, LotState, Resource
from booking.slots.windows import Window
from tests.journeys.test_exchange_doses import doses, twin_of
from tests.journeys.test_reschedule import claimed
from tests.journeys.test_review_case import STRANGER
from tests.journeys.trips import FIRST, KEY, LINKS, a_case, a_confirmed, a_hold, nia, tokens
from tests.outside import Clock

CLOSURES = Change()


async def booked(world: World, services: Services) -> tuple[Booking, Booking]:
    """Samuel's, confirmed, and Helene's hold a week later: both in the same chair."""
    now = services.now()
    early = await a_confirmed(await a_case(world, now=now), services)
    case = await a_case(world, who="helene", now=now)
    after = Window.from_json(early.window).start + timedelta(days=7)
    return early, await a_hold(case, services, (await tokens(case, services, first=after))[0])


async def away(world: World, kind: str, services: Services) -> None:
    """All of a kind, for a month."""
    for one in await Resource.filter(kind=kind, clinic_id=world.clinic.id):
        closing = Closing(one.id, FIRST, FIRST + timedelta(days=30))
        assert (await close_resource(nia(world), closing, anyway=True, now=services.now())).is_kept


async def found(world: World, services: Services, change: Change = CLOSURES) -> Touches:
    return await find_remedies(nia(world), change, key=KEY, now=services.now())


async def accepted(world: World, services: Services, *choices: Choice, change: Change = CLOSURES) -> Sequence[Answer]:
    return await accept_remedies(nia(world), change, choices, key=KEY, links=LINKS, now=services.now())


def first_of(touches: Touches, *, tell: bool = True) -> list[Choice]:
    return [Choice(one.code, one.offers[0][1], tell) for one in touches.touches if one.offers]


async def test_another_chair_is_had_at_the_same_times_and_nobody_is_written_to(
    world: World, services: Services
) -> None:
    early, late = await booked(world, services)
    chair = await Resource.get(name="Infusion chair 1", clinic_id=world.clinic.id)
    closing = Closing(chair.id, FIRST, FIRST + timedelta(days=60))
    await close_resource(nia(world), closing, anyway=True, now=services.now())
    mails = await Message.all().count()

    touches = await found(world, services)
    answers = await accepted(world, services, *first_of(touches))

    assert [(one.code, one.remedy.same is not None) for one in touches.touches] == [
        (early.code, True),
        (late.code, True),
    ]
    assert [answer.refused for answer in answers] == [None, None]
    for one in (early, late):
        kept = await Booking.get(id=one.id)
        assert (kept.starts_at, await claimed(kept)) == (one.starts_at, await claimed(one))
        assert chair.id not in {each for step in Window.from_json(kept.window).steps for each in step.resources}
    assert await Message.all().count() == mails
    assert (await found(world, services)).touches == []
    assert await check() == []


async def test_nobody_else_is_there_so_the_nearest_dates_are_accepted_and_each_is_told_as_it_is_said(
    world: World, services: Services
) -> None:
    early, late = await booked(world, services)
    await away(world, "clinician", services)

    touches = await found(world, services)
    answers = await accepted(world, services, *first_of(touches, tell=False))

    assert [(one.code, len(one.remedy.nearest)) for one in touches.touches] == [(early.code, 3), (late.code, 3)]
    assert [answer.refused for answer in answers] == [None, None]
    kept, held = await Booking.get(id=early.id), await Booking.get(id=late.id)
    firsts = [one.remedy.nearest[0] for one in touches.touches]
    assert [Window.from_json(kept.claimed), Window.from_json(held.window)] == firsts
    assert (kept.window, held.aside) == (early.window, None)  # who holds dates is told at once
    assert not await Message.exists(booking_id=early.id, occasion="moved")
    assert (await found(world, services)).touches == []
    assert await check() == []


async def test_nobody_is_offered_dates_before_their_first_day(world: World, services: Services) -> None:
    early, _late = await booked(world, services)
    await away(world, "clinician", services)
    first = FIRST + timedelta(days=40)
    await Case.filter(id=early.case_id).update(not_before=first)

    [one, _other] = (await found(world, services)).touches

    assert min(window.start for window in one.remedy.nearest) >= first


async def test_who_holds_dates_is_not_to_come_before_the_time_to_pay_is_over(world: World, services: Services) -> None:
    _early, late = await booked(world, services)
    await away(world, "clinician", services)
    until = datetime.combine(FIRST - timedelta(days=10), time(12), UTC)
    await Booking.filter(id=late.id).update(lapses_at=until)
    await execute("UPDATE claim SET lapses_at = $2 WHERE booking_id = $1", late.id, until)

    [_one, other] = (await found(world, services)).touches

    assert min(window.start for window in other.remedy.nearest) >= until.date()


async def test_who_may_not_fly_yet_is_not_to_come_sooner_than_now(world: World, services: Services) -> None:
    early, _late = await booked(world, services)
    await away(world, "clinician", services)
    await Case.filter(id=early.case_id).update(created_at=early.starts_at)  # what was told then counts from then

    [one, _other] = (await found(world, services)).touches

    assert min(window.start for window in one.remedy.nearest) > Window.from_json(early.window).start


async def test_a_dose_that_was_given_is_not_lost_by_a_recall(world: World, services: Services, clock: Clock) -> None:
    early, late = await booked(world, services)
    [(lot, _step), *_more] = await doses(early)
    [infusion] = [step for step in Window.from_json(early.window).steps if step.doses]
    clock.at = Window.from_json(early.window).period(infusion)[1]
    await execute("UPDATE lot SET state = 'recalled' WHERE code = $1", lot)

    touches = (await found(world, services, Change(lot=lot))).touches

    assert early.code not in [one.code for one in touches]
    assert late.code not in [one.code for one in touches]  # its hold has lapsed long since


async def test_one_that_is_refused_stops_no_other_and_is_offered_something_else(
    world: World, services: Services
) -> None:
    early, late = await booked(world, services)
    await away(world, "clinician", services)
    before, choices = await found(world, services), first_of(await found(world, services))
    wanted = before.touches[0].remedy.nearest[0]
    rooms = await Resource.filter(kind="infusion-chair", clinic_id=world.clinic.id)
    for room in rooms:  # shut on just the days that were offered to the first
        shut = Closing(room.id, wanted.start, wanted.end)
        await close_resource(nia(world), shut, anyway=True, now=services.now())

    first, second = await accepted(world, services, *reversed(choices))

    assert (first.choice.booking, type(first.refused)) == (early.code, DatesGone)
    assert (second.choice.booking, second.refused) == (late.code, None)
    assert await claimed(await Booking.get(id=early.id)) == await claimed(early)
    [still] = (await found(world, services)).touches
    assert (still.code, still.remedy.offers[0] != wanted) == (early.code, True)
    assert await check() == []


async def test_a_page_that_is_out_of_date_moves_nobody_twice(world: World, services: Services) -> None:
    await booked(world, services)
    await away(world, "clinician", services)
    choices = first_of(await found(world, services))
    other = (await found(world, services)).touches[0].offers[1][1]
    await accepted(world, services, *choices)

    [answer] = await accepted(world, services, Choice(choices[0].booking, other))

    assert type(answer.refused) is NotInTheWay


async def test_a_recalled_lot_s_doses_are_replaced_at_the_same_dates_or_other_dates_are_offered(
    world: World, services: Services
) -> None:
    early, _late = await booked(world, services)
    [(code, _step)] = await doses(early)
    await set_lot_state(nia(world), code, LotState.RELEASED, LotState.RECALLED, reason="A test.", now=services.now())
    change = Change(lot=code)

    plenty = await found(world, services, change)
    await execute("UPDATE lot SET state = 'quarantined' WHERE state = 'released'")
    none = await found(world, services, change)
    await twin_of(await Lot.get(code=code))
    answers = await accepted(world, services, Choice(early.code), change=change)

    assert [one.remedy.only_doses for one in plenty.touches if one.code == early.code] == [True]
    assert [one.remedy.none is not None for one in none.touches if one.code == early.code] == [True]
    assert ([answer.refused for answer in answers], await doses(early)) == ([None], [("TWIN", "infusion")])
    assert early.code not in {one.code for one in (await found(world, services, change)).touches}
    assert await check() == []


async def test_staff_of_the_clinic_alone_see_what_a_change_touches(world: World, services: Services) -> None:
    with pytest.raises(NotFound):
        await find_remedies(nia(world), Change(frozenset({12345})), key=KEY, now=services.now())
    with pytest.raises(NotFound):
        await find_remedies(nia(world), Change(lot="none"), key=KEY, now=services.now())
    with pytest.raises(NotFound):
        await find_remedies(STRANGER, CLOSURES, key=KEY, now=services.now())
