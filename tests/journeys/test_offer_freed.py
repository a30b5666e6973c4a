"""What becomes free goes along the waiting list: in order, for a time of their own, and never to two."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from booking.accounts.models import Person
from booking.bookings import waitlist
from booking.bookings.models import Booking
from booking.bookings.wishes import Wish
from booking.consultations.models import Case
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys import offer_freed as offering
from booking.journeys.agreement import require_agreement
from booking.journeys.cancel import cancel
from booking.journeys.check import check
from booking.journeys.first_day import Because, FirstDay
from booking.journeys.join_waitlist import FreeAlready, join_waitlist
from booking.journeys.offer_freed import offer_freed
from booking.journeys.reserve import TooYoungThen
from booking.journeys.sweep_lapses import sweep_lapses
from booking.kit.db import execute, run
from booking.kit.times import in_zone
from booking.messages.models import Message
from booking.messages.planning import awake
from booking.payments.terms import RefundCause
from booking.services import Services
from booking.slots import claims
from booking.slots.windows import Window
from tests.journeys.refusals import fail_once
from tests.journeys.trips import a_case, a_confirmed, a_hold, come_back, nia, patient_of, pay
from tests.journeys.waiting import APRIL, MINUTE, close_but, joins, lets_go, line, mails, offer_to
from tests.outside import Clock
from tests.statements import statements

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_the_first_in_line_is_offered_what_another_lets_go_and_nobody_else_is(
    two: tuple[Case, Case], taken: Booking, services: Services
) -> None:
    samuel, helene = two

    await lets_go(taken, services)

    offer = await offer_to(samuel, services.now())
    assert offer is not None
    assert offer.window["start"] == taken.window["start"]
    assert await line() == [("samuel", "offered"), ("helene", "waiting")]
    assert (await mails(samuel), await mails(helene)) == (["dates-offered"], [])
    assert await check() == []


async def test_an_offer_is_kept_for_a_day_and_goes_to_the_next_when_it_lapses(
    two: tuple[Case, Case], taken: Booking, services: Services, clock: Clock
) -> None:
    samuel, helene = two
    await lets_go(taken, services)
    offer = await offer_to(samuel, services.now())
    assert offer is not None
    assert offer.lapses_at == services.now() + DAY

    clock.at += DAY
    await sweep_lapses(now=services.now())

    assert await line() == [("helene", "offered")]
    assert await waitlist.of_case(samuel.id) is None
    assert (await mails(samuel), await mails(helene)) == (["dates-offered", "wait-ended"], ["dates-offered"])
    assert await check() == []


async def test_who_declines_goes_to_the_end_of_the_line_and_is_not_offered_the_same_dates_again(
    world: World, two: tuple[Case, Case], taken: Booking, services: Services, clock: Clock
) -> None:
    samuel, helene = two
    await lets_go(taken, services)
    offer = await offer_to(samuel, services.now())
    assert offer is not None

    clock.at += 2 * MINUTE
    await lets_go(offer, services)
    assert await line() == [("helene", "offered"), ("samuel", "waiting")]

    other = await offer_to(helene, services.now())
    assert other is not None
    await lets_go(other, services)
    assert await line() == [("samuel", "waiting"), ("helene", "waiting")]
    assert await offer_freed(now=services.now()) == 0

    # What they let go is free, and is no reason not to wait for other dates.
    fewer = replace(APRIL, last_day=APRIL.last_day - DAY)
    await join_waitlist(await patient_of(samuel), samuel.code, fewer, now=services.now())
    with pytest.raises(FreeAlready):
        await joins(world, "abdullah", fewer, now=services.now())


async def test_who_takes_an_offer_pays_as_for_any_dates_and_has_left_the_line(
    two: tuple[Case, Case], taken: Booking, services: Services
) -> None:
    samuel, _helene = two
    await lets_go(taken, services)
    offer = await offer_to(samuel, services.now())
    assert offer is not None

    await pay(await patient_of(samuel), offer, services)
    await come_back(offer, services)
    await offer_freed(now=services.now())

    found = await waitlist.latest_of(samuel.id)
    assert found is not None
    assert (found.status.value, (await Booking.get(id=offer.id)).status.value) == ("taken", "confirmed")
    assert await line() == [("helene", "waiting")]
    assert await check() == []


@pytest.mark.parametrize(
    "wish",
    [
        Wish(date(2027, 5, 20), date(2027, 6, 3)),
        Wish(APRIL.first_day, APRIL.last_day, away=((date(2027, 4, 1), date(2027, 4, 29)),)),
        Wish(APRIL.first_day, APRIL.last_day, interpreter="tlh"),
        Wish(APRIL.first_day, APRIL.last_day, weekdays=frozenset({0, 1})),
    ],
)
async def test_whose_wish_is_not_met_is_passed_over_and_keeps_the_place(
    wish: Wish, world: World, taken: Booking, services: Services
) -> None:
    await close_but(taken, until=date(2027, 7, 1))
    await joins(world, "samuel", wish, now=services.now())
    await joins(world, "helene", now=services.now() + MINUTE)

    await lets_go(taken, services)

    assert await line() == [("samuel", "waiting"), ("helene", "offered")]


async def test_who_declined_comes_after_those_who_have_waited_since_before(
    world: World, taken: Booking, services: Services, clock: Clock
) -> None:
    samuel = await joins(world, "samuel", now=services.now())
    late_april = replace(APRIL, first_day=date(2027, 4, 15))
    helene = await joins(world, "helene", late_april, now=services.now() + MINUTE)
    await lets_go(taken, services)
    offer = await offer_to(samuel, services.now())
    assert offer is not None
    clock.at += 2 * MINUTE
    await lets_go(offer, services)

    waits = [await waitlist.of_case(case.id) for case in (helene, samuel)]
    assert [await waitlist.place_of(wait) for wait in waits if wait] == [1, 2]
    await execute("DELETE FROM closure WHERE reason = 'away' AND first_day BETWEEN '2027-04-19' AND '2027-04-23'")
    await offer_freed(now=services.now())

    first, second = [await offer_to(case, services.now()) for case in (helene, samuel)]
    assert first is not None
    assert second is None or first.id < second.id


async def test_nobody_waits_for_days_on_which_they_are_too_young(world: World, services: Services) -> None:
    await close_but(None)
    case = await a_case(world, now=services.now(), birth_date="2009-04-06")
    old_enough = replace(APRIL, first_day=date(2027, 4, 6))

    with pytest.raises(TooYoungThen):
        await join_waitlist(await patient_of(case), case.code, APRIL, now=services.now())
    await join_waitlist(await patient_of(case), case.code, old_enough, now=services.now())

    assert await line() == [("samuel", "waiting")]


async def test_nobody_is_offered_dates_before_a_first_day_that_staff_set_since(
    two: tuple[Case, Case], taken: Booking, services: Services
) -> None:
    await Case.filter(id=two[0].id).update(not_before=APRIL.last_day)

    await lets_go(taken, services)

    assert await line() == [("samuel", "waiting"), ("helene", "offered")]


async def test_the_first_that_may_start_is_offered_where_earlier_ones_may_not(world: World, services: Services) -> None:
    await close_but(None)
    samuel = await joins(world, "samuel", now=services.now())
    await Case.filter(id=samuel.id).update(not_before=date(2027, 4, 15))
    await execute("DELETE FROM closure WHERE reason = 'away'")

    await offer_freed(now=services.now())

    offer = await offer_to(samuel, services.now())
    assert offer is not None
    assert date(2027, 4, 15) <= Window.from_json(offer.window).start < APRIL.last_day


async def test_no_dates_are_offered_that_begin_while_they_think_about_them(
    world: World, taken: Booking, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    samuel = await joins(world, "samuel", now=services.now())
    at_once = FirstDay(APRIL.first_day, Because.NOTICE)  # a programme that asks for no days ahead
    for name in ("notice", "first_day"):
        monkeypatch.setattr(offering, name, lambda *_of: at_once)
    clock.at = taken.starts_at - timedelta(hours=12)
    await execute("DELETE FROM closure WHERE reason = 'away'")

    await offer_freed(now=services.now())

    offer = await offer_to(samuel, services.now())
    assert offer is not None
    assert offer.lapses_at is not None
    assert offer.starts_at > offer.lapses_at > taken.starts_at


async def test_who_is_first_in_line_is_tried_again_before_the_next_when_the_clinic_is_just_being_changed(
    two: tuple[Case, Case], taken: Booking, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_once(monkeypatch, claims, "take")

    await lets_go(taken, services)

    assert await line() == [("samuel", "offered"), ("helene", "waiting")]


async def test_a_cancelled_trip_is_offered_too(world: World, services: Services) -> None:
    trip = await a_confirmed(await a_case(world, who="abdullah", now=services.now()), services)
    await close_but(trip)
    samuel = await joins(world, "samuel", now=services.now())

    coordinator = nia(world)
    await cancel(coordinator, trip.code, RefundCause.CHANGE_OF_MIND, services=services, now=services.now())

    assert await offer_to(samuel, services.now()) is not None


async def test_new_opening_hours_are_offered_at_the_workers_next_round(world: World, services: Services) -> None:
    await close_but(None)
    samuel = await joins(world, "samuel", now=services.now())
    assert await offer_freed(now=services.now()) == 0

    await execute("DELETE FROM closure WHERE reason = 'away'")

    assert await offer_freed(now=services.now()) == 1
    assert await offer_to(samuel, services.now()) is not None


async def test_an_offer_outlives_the_time_to_think_and_ends_in_nobodys_night(world: World, services: Services) -> None:
    zone = "Pacific/Auckland"  # where the time to think ends at one in the morning
    await close_but(None)
    case = await a_case(world, Stage.CONSENTED, now=services.now())
    await Person.filter(id=case.patient_id).update(zone=zone)
    await join_waitlist(await patient_of(case), case.code, APRIL, now=services.now())
    await execute("DELETE FROM closure WHERE reason = 'away'")

    await offer_freed(now=services.now())

    offer, agreement = await offer_to(case, services.now()), await require_agreement(case)
    assert offer is not None
    assert offer.lapses_at is not None
    assert in_zone(agreement.cooling_off_until, zone).hour == 1
    assert offer.lapses_at >= agreement.cooling_off_until + DAY
    assert awake(offer.lapses_at, zone) == offer.lapses_at


async def test_an_offer_made_in_the_night_is_counted_from_the_morning(
    world: World, taken: Booking, services: Services, clock: Clock
) -> None:
    samuel = await joins(world, "samuel", now=services.now())  # in Lagos, one hour ahead of UTC
    clock.at = datetime(2027, 1, 12, 22, 30, tzinfo=UTC)

    await sweep_lapses(now=services.now())

    offer = await offer_to(samuel, services.now())
    assert offer is not None
    assert offer.lapses_at == datetime(2027, 1, 14, 7, 0, tzinfo=UTC)
    mail = await Message.get(case_id=samuel.id)
    assert mail.due_at == datetime(2027, 1, 13, 7, 0, tzinfo=UTC)


async def test_where_nobody_waits_it_costs_one_statement(world: World, services: Services) -> None:
    with statements() as sent:
        await offer_freed(now=services.now())
        await asyncio.sleep(0)  # they are told a moment later

    assert len(sent) == 1


@pytest.fixture
async def lasting_two(lasting_world: World, services: Services) -> tuple[Case, Case]:
    booking = await a_hold(await a_case(lasting_world, who="abdullah", now=services.now()), services)
    await close_but(booking)
    first = await joins(lasting_world, "samuel", now=services.now())
    second = await joins(lasting_world, "helene", now=services.now() + MINUTE)
    # Freed by its lapse alone: nobody has called anybody yet.
    await execute("UPDATE booking SET held_at = now() - interval '2 days', lapses_at = now() - interval '1 day'")
    await execute("UPDATE claim SET lapses_at = now() - interval '1 day'")
    await execute("UPDATE dose SET lapses_at = now() - interval '1 day' WHERE booking_id IS NOT NULL")
    return first, second


async def test_two_workers_at_once_make_one_offer_and_it_is_to_the_first(
    lasting_two: tuple[Case, Case], services: Services
) -> None:
    now = services.now() + HOUR

    made = await asyncio.gather(*(offer_freed(now=now) for _ in range(4)))

    assert sorted(made) == [0, 0, 0, 1]
    assert await line() == [("samuel", "offered"), ("helene", "waiting")]
    assert len(await run("SELECT id FROM wait_event WHERE status = 'offered'")) == 1
    assert await mails(lasting_two[0]) == ["dates-offered"]
    assert await check() == []
