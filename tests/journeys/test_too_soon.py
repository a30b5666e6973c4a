"""No way to a claim goes below the first day of a case: as of the moment in which the dates are taken, not of the page."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import Any, Final

import pytest

from booking.accounts.models import AuditRow
from booking.accounts.viewers import Viewer, viewer_of_partner_key
from booking.bookings import booking as bookings
from booking.bookings.models import Booking, BookingStatus
from booking.consultations.models import Case
from booking.demo.world import World
from booking.itineraries.rules import TravelRules
from booking.journeys import offer, reschedule, reserve
from booking.journeys.accept_remedies import Choice, accept_remedies
from booking.journeys.agreement import require_agreement
from booking.journeys.check import check
from booking.journeys.find_remedies import Change, find_remedies
from booking.journeys.first_day import Because, BeforeFirstDay, FirstDay, TooSoon, first_day_known
from booking.journeys.move_step import move_step
from booking.journeys.preview_move import preview_move
from booking.journeys.release_hold import release_hold
from booking.journeys.set_first_day import open_first_day, set_first_day
from booking.journeys.sweep_lapses import sweep_lapses
from booking.services import Services
from booking.slots import claims
from booking.slots.step_moves import Target
from booking.slots.windows import Window
from tests.journeys.standing import CONFIRMED, GONE, standing
from tests.journeys.test_accept_remedies import away
from tests.journeys.test_move_step import another, one_of, step_of
from tests.journeys.test_reschedule import later
from tests.journeys.trips import KEY, LINKS, a_case, a_confirmed, a_hold, come_back, nia, patient_of, pay, tokens
from tests.journeys.waiting import close_but, joins, line
from tests.outside import Clock

JUNE: Final = date(2027, 6, 1)


def set_meanwhile(monkeypatch: pytest.MonkeyPatch, case_id: int, before: tuple[ModuleType, str]) -> None:
    """Staff set the day when all has been looked at, and before this is done."""
    module, name = before
    do: Any = getattr(module, name)

    async def late(*what: Any, **how: Any) -> Any:
        await Case.filter(id=case_id).update(not_before=JUNE)
        return await do(*what, **how)

    monkeypatch.setattr(module, name, late)


@pytest.fixture
async def flies_late(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clinic that calls no flight safe for a hundred days."""
    days = {"fly_after_stroke": {"days": {"unknown": 100}, "source": "the clinic", "as_of": "2026-08-01"}}
    known = replace(await offer.offer_of(world.version.id), travel=TravelRules.parse(days))
    monkeypatch.setitem(offer._read, world.version.id, known)


async def a_late_stroke(world: World, services: Services) -> Case:
    return await a_case(world, now=services.now(), stroke_month="01", stroke_year=2027)


async def partner_of(case: Case, world: World, services: Services) -> Viewer:
    viewer = await viewer_of_partner_key(world.partner_key, services.now())
    await Case.filter(id=case.id).update(partner_id=viewer.partner.key_id if viewer.partner else None)
    return viewer


async def sooner(world: World, booking: Booking, services: Services) -> tuple[str, Window]:
    """Free dates a week before its own."""
    return await later(world, booking, services, by=-timedelta(days=7))


async def test_a_hold_is_refused_from_the_moment_on_in_which_staff_have_set_a_later_day(
    world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await a_case(world, now=services.now())
    [token, *_] = await tokens(case, services)
    set_meanwhile(monkeypatch, case.id, (claims, "take"))

    with pytest.raises(TooSoon) as refused:
        await a_hold(case, services, token)

    assert "from Tuesday 1 June 2027 on" in refused.value.text.into("en")


async def test_without_the_last_word_it_is_held(
    world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await a_case(world, now=services.now())
    [token, *_] = await tokens(case, services)
    set_meanwhile(monkeypatch, case.id, (claims, "take"))
    monkeypatch.setattr(reserve, "as_of_now", lambda first, _word, _offer: first)

    assert (await a_hold(case, services, token)).status is BookingStatus.HELD


@pytest.mark.usefixtures("flies_late")
async def test_dates_that_another_was_shown_are_not_held_by_who_may_not_fly_yet(
    world: World, services: Services
) -> None:
    [theirs, *_] = await tokens(await a_case(world, who="helene", now=services.now()), services)
    mine = await a_late_stroke(world, services)

    for viewer in (await patient_of(mine), await partner_of(mine, world, services)):
        with pytest.raises(TooSoon):
            await reserve.reserve(viewer, mine.code, theirs, key=KEY, now=services.now())

    [own, *_] = await tokens(mine, services)
    assert (await a_hold(mine, services, own)).status is BookingStatus.HELD


async def test_an_offer_is_not_made_when_staff_set_a_later_day_meanwhile(
    world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await a_hold(await a_case(world, who="abdullah", now=services.now()), services)
    await close_but(other)
    first = await joins(world, "samuel", now=services.now())
    await joins(world, "helene", now=services.now() + timedelta(minutes=1))
    set_meanwhile(monkeypatch, first.id, (claims, "take"))

    await release_hold(await patient_of(await other.case), other.code, now=services.now())

    assert await line() == [("samuel", "waiting"), ("helene", "offered")]


async def test_a_family_does_not_move_its_hold_below_the_first_day(
    world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_hold(case, services, (await tokens(case, services))[-1])
    family, (token, _window) = await patient_of(case), await sooner(world, booking, services)
    set_meanwhile(monkeypatch, case.id, (bookings, "locked_with_others"))

    for anyway in (False, True):
        with pytest.raises(TooSoon) as refused:
            await reschedule.reschedule(
                family, booking.code, token, anyway=anyway, key=KEY, links=LINKS, now=services.now()
            )

        assert not isinstance(refused.value, BeforeFirstDay)
    assert (await Booking.get(id=booking.id)).starts_at == booking.starts_at
    assert await check() == []


async def test_a_coordinator_goes_below_it_only_by_saying_so_and_the_trail_says_that_they_did(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services, (await tokens(case, services))[-1])
    token, window = await sooner(world, booking, services)
    await set_first_day(nia(world), case.code, JUNE, now=now)
    how: dict[str, Any] = {"key": KEY, "now": now}

    look = await preview_move(nia(world), booking.code, token, language="en", **how)
    with pytest.raises(BeforeFirstDay) as refused:
        await reschedule.reschedule(nia(world), booking.code, token, links=LINKS, **how)
    kept = await Booking.get(id=booking.id)
    await reschedule.reschedule(nia(world), booking.code, token, anyway=True, links=LINKS, **how)

    assert look.too_soon == FirstDay(JUNE, Because.STAFF)
    assert "before Tuesday 1 June 2027" in refused.value.text.into("en")
    assert kept.starts_at == booking.starts_at
    assert (await Booking.get(id=booking.id)).starts_at == window.starts_at
    trail = AuditRow.filter(subject=f"booking {booking.code}", action="booking.before_first_day")
    assert [row.person_id for row in await trail] == [nia(world).person_id]


async def test_a_step_goes_elsewhere_while_the_treatment_starts_on_the_day_on_which_it_did(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    await set_first_day(nia(world), case.code, JUNE, now=now)
    entry, was = await one_of(booking, "infusion", "infusion-chair"), step_of(booking, "infusion")
    other = await another("infusion-chair", entry.resource)

    await move_step(nia(world), entry, Target(other, was.day, was.starts), tell=True, links=LINKS, now=now)

    moved = step_of(await Booking.get(id=booking.id), "infusion")
    assert (other in moved.resources, moved.day) == (True, was.day)
    assert not await AuditRow.exists(action="booking.before_first_day")


async def test_a_remedy_is_refused_if_staff_set_a_later_day_when_it_had_been_offered(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    await away(world, "clinician", services)
    [touch] = (await find_remedies(nia(world), Change(), key=KEY, now=now)).touches
    await set_first_day(nia(world), case.code, touch.offers[0][0].start + timedelta(days=1), now=now)

    choice = Choice(booking.code, touch.offers[0][1])
    [answer] = await accept_remedies(nia(world), Change(), [choice], key=KEY, links=LINKS, now=now)

    assert isinstance(answer.refused, BeforeFirstDay)
    assert (await Booking.get(id=booking.id)).aside is None


@pytest.mark.parametrize("swept", [True, False])
async def test_a_late_payment_takes_no_dates_again_that_begin_too_soon_by_now(
    world: World, services: Services, clock: Clock, swept: bool
) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_hold(case, services)
    await pay(await patient_of(case), booking, services)
    clock.at += timedelta(hours=2)
    if swept:
        await sweep_lapses(now=services.now())
    assert await set_first_day(nia(world), case.code, JUNE, now=services.now()) is None

    await come_back(booking, services)

    assert await standing(booking) == GONE


async def test_dates_that_were_held_when_the_day_was_set_are_shown_to_who_sets_it_and_may_be_paid_for(
    world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_hold(case, services)

    found = await set_first_day(nia(world), case.code, JUNE, now=services.now())
    shown = (await open_first_day(nia(world), case.code, now=services.now())).sooner
    await pay(await patient_of(case), booking, services)
    await come_back(booking, services)

    assert (found and found.code, shown and shown.code) == (booking.code, booking.code)
    assert await standing(booking) == CONFIRMED


@pytest.mark.usefixtures("flies_late")
async def test_who_may_not_read_the_records_learns_the_day_and_not_why(world: World, services: Services) -> None:
    case = await a_late_stroke(world, services)
    fit = case.created_at.date() + timedelta(days=101)

    known = {viewer.is_partner: (await first_day_of(viewer, case, world, services)) for viewer in (
        await patient_of(case), await partner_of(case, world, services))}  # fmt: skip

    assert known == {False: FirstDay(fit, Because.FLYING), True: FirstDay(fit, Because.STAFF)}


async def first_day_of(viewer: Viewer, case: Case, world: World, services: Services) -> FirstDay | None:
    of = world.clinic, await offer.offer_of(world.version.id), await require_agreement(case)
    return await first_day_known(viewer, case, *of, now=services.now())
