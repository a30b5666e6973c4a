"""A deposit that comes when the hold is over, or the case: the dates are had again, or the money goes back."""

from datetime import timedelta
from typing import Any

import pytest

from booking.consultations import consents, moves
from booking.consultations.models import Case, CaseStatus
from booking.demo.ready import viewer_for
from booking.demo.world import World
from booking.journeys.check import check
from booking.journeys.close_resource import close_resource
from booking.journeys.find_dates import find_dates
from booking.journeys.release_hold import release_hold
from booking.journeys.send_refunds import send_refunds
from booking.journeys.sweep_lapses import sweep_lapses
from booking.kit.db import execute
from booking.services import Services
from booking.slots import claims
from booking.slots.closures import Closing
from booking.slots.models import Resource
from booking.slots.windows import Window
from tests.journeys.refusals import fail_once
from tests.journeys.standing import CONFIRMED, DEPOSIT, GONE, broken_promises, replace, standing
from tests.journeys.trips import (
    FIRST,
    KEY,
    LAST,
    LINKS,
    a_case,
    a_hold,
    come_back,
    events_of,
    nia,
    paid_for,
    patient_of,
    pay,
    tell,
    tokens,
)
from tests.outside import Clock

HOUR = timedelta(hours=1)


async def test_a_late_deposit_confirms_if_the_dates_are_still_free(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await paid_for(world, services)
    events = await events_of(booking, services)
    clock.at += 2 * HOUR
    await sweep_lapses(now=services.now())

    for event in events:
        await tell(event, services)

    assert await standing(booking) == replace(CONFIRMED, story=("held", "lapsed", "confirmed"))


async def test_a_late_deposit_is_tried_again_when_the_clinic_is_just_being_changed(
    world: World, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = await paid_for(world, services)
    clock.at += 2 * HOUR
    fail_once(monkeypatch, claims, "retake")

    await come_back(booking, services)

    assert await standing(booking) == CONFIRMED


async def test_a_late_deposit_goes_back_if_the_dates_are_gone(world: World, services: Services, clock: Clock) -> None:
    booking = await paid_for(world, services)
    events = await events_of(booking, services)
    clock.at += 2 * HOUR
    other = await a_case(world, who="helene", now=services.now())
    await a_hold(other, services, (await tokens(other, services))[0])

    for event in events:
        await tell(event, services)
    promised = await standing(booking)
    await send_refunds(payments=services.payments, links=LINKS, now=services.now())

    assert promised == GONE
    assert await standing(booking) == replace(
        GONE,
        story=(*GONE.story, "cancelled"),
        charges=(("deposit", "refunded", DEPOSIT),),
        refunds=(("dates_gone", "done", DEPOSIT),),
        mails=("dates-gone", "dates-held", "refunded"),
    )
    assert await broken_promises() == []


async def test_a_late_deposit_goes_back_if_the_family_holds_other_dates_and_nothing_is_left_of_the_first(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await paid_for(world, services)
    case = await booking.case
    clock.at += 2 * HOUR
    other = await a_hold(case, services, (await tokens(case, services))[-1])

    await come_back(booking, services)

    await execute(f"SET LOCAL leeward.now = '{services.now()}'")
    assert (await standing(booking), (await standing(other)).claims) == (GONE, "held")
    assert await check() == []


@pytest.mark.parametrize("swept", [True, False])
async def test_a_late_deposit_goes_back_if_the_clinic_closed_when_nobody_held_the_dates_any_more(
    world: World, services: Services, clock: Clock, swept: bool
) -> None:
    booking = await paid_for(world, services)
    window, coordinator = Window.from_json(booking.window), nia(world)
    clock.at += 2 * HOUR
    if swept:
        await sweep_lapses(now=services.now())
    closing = Closing(window.steps[0].resources[0], window.start, window.start)
    closed = await close_resource(coordinator, closing, anyway=False, now=services.now())
    assert closed.is_kept  # nobody was in the way, so the desk was told of nobody

    await come_back(booking, services)

    assert await standing(booking) == GONE


async def test_a_deposit_that_is_heard_of_after_the_dates_began_goes_back(
    world: World, services: Services, clock: Clock
) -> None:
    booking = await paid_for(world, services)
    events = await events_of(booking, services)
    clock.at = booking.starts_at

    for event in events:
        await tell(event, services)

    assert await standing(booking) == GONE


async def test_a_deposit_after_the_consent_was_taken_back_goes_back(world: World, services: Services) -> None:
    booking = await paid_for(world, services)
    case = await Case.get(id=booking.case_id)
    await consents.withdraw(case, viewer=await patient_of(case), now=services.now())

    for event in await events_of(booking, services):
        await tell(event, services)

    assert await standing(booking) == replace(GONE, case="accepted")


async def test_a_deposit_after_the_clinic_said_no_goes_back(world: World, services: Services) -> None:
    booking = await paid_for(world, services)
    case = await Case.get(id=booking.case_id)
    await moves.move(case, CaseStatus.UNSUITABLE, by=viewer_for(world.people["baptiste"]), now=services.now())

    for event in await events_of(booking, services):
        await tell(event, services)

    assert await standing(booking) == replace(GONE, case="unsuitable")


async def test_a_deposit_for_dates_that_were_let_go_is_surplus_and_goes_back(world: World, services: Services) -> None:
    booking = await paid_for(world, services)
    await release_hold(await patient_of(await booking.case), booking.code, now=services.now())

    for event in await events_of(booking, services):
        await tell(event, services)

    ended = await standing(booking)
    assert (ended.story, ended.claims, ended.attempts) == (("held", "cancelled"), "none", ("surplus",))
    assert ended.refunds == (("paid_twice", "wanted", DEPOSIT),)
    assert await broken_promises() == []


async def test_a_late_deposit_goes_back_if_the_interpreter_no_longer_speaks_the_language(
    world: World, services: Services, clock: Clock
) -> None:
    case = await a_case(world, now=services.now())
    how: dict[str, Any] = {"interpreter": "ar", "key": KEY, "now": services.now()}
    _case, shown = await find_dates(await patient_of(case), case.code, FIRST, LAST, **how)
    booking = await a_hold(case, services, shown.token(shown.windows[0]))
    await pay(await patient_of(case), booking, services)
    clock.at += 2 * HOUR
    await Resource.filter(name="Salma Haddad").update(skills=["de"])

    await come_back(booking, services)

    assert await standing(booking) == GONE
