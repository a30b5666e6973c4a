import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from booking.accounts.viewers import SYSTEM
from booking.aftercare.models import CheckIn
from booking.bookings.booking import locked
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.moves import move
from booking.demo.world import World
from booking.itineraries.findings import Kind
from booking.itineraries.models import Flight
from booking.journeys.check import check
from booking.journeys.find_dates import find_dates, free_dates
from booking.journeys.movable import SameDates, StayBegan, movable
from booking.journeys.offer import offer_of
from booking.journeys.preview_move import preview_move
from booking.journeys.reschedule import put_on, reschedule
from booking.journeys.reserve import DatesGone
from booking.journeys.wished_interpreter import interpreter_in
from booking.kit.db import run, transaction
from booking.kit.errors import MovedMeanwhile, NotFound, WrongMoment
from booking.messages.models import Message, MessageStatus
from booking.payments.charges import charge_of
from booking.payments.models import ChargeKind
from booking.services import Services
from booking.slots import claims
from booking.slots.models import Closure, Resource
from booking.slots.windows import Window, Wishes
from tests.journeys.travel import whole_trip
from tests.journeys.trips import FIRST, KEY, LAST, LINKS, a_case, a_confirmed, a_hold, nia, patient_of, tokens

THREE_WEEKS = timedelta(days=21)


async def later(world: World, booking: Booking, services: Services, by: timedelta = THREE_WEEKS) -> tuple[str, Window]:
    """The first free window so much later, and its token."""
    start = Window.from_json(booking.window).start + by
    last, offer = start + timedelta(days=14), await offer_of(world.version.id)
    dates = await free_dates(
        world.clinic, offer, Wishes(), start, last, key=KEY, now=services.now(), but_for=booking.id
    )
    return dates.token(dates.windows[0]), dates.windows[0]


async def moved(world: World, booking: Booking, token: str, services: Services) -> Booking:
    return await reschedule(nia(world), booking.code, token, key=KEY, links=LINKS, now=services.now())


async def due(booking: Booking) -> dict[str, datetime]:
    rows = Message.filter(booking_id=booking.id, status=MessageStatus.PLANNED, due_local__isnull=False)
    return {mail.occasion: mail.due_at for mail in await rows}


async def claimed(booking: Booking) -> list[datetime]:
    rows = await run("SELECT starts_at FROM claim WHERE booking_id = $1 ORDER BY starts_at", booking.id)
    return [row["starts_at"] for row in rows]


async def test_everything_moves_together(world: World, services: Services, now: datetime) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    before, check_ins = await due(booking), await CheckIn.filter(booking_id=booking.id).order_by("day")
    token, window = await later(world, booking, services)
    by = window.start - Window.from_json(booking.window).start

    after = await moved(world, booking, token, services)

    kept = await Booking.get(id=booking.id)
    assert (kept.code, kept.status, kept.starts_at) == (booking.code, BookingStatus.CONFIRMED, window.starts_at)
    assert kept.calendar_sequence == after.calendar_sequence == booking.calendar_sequence + 1
    assert await claimed(kept) == sorted(row.starts_at for row in Window.from_json(kept.window).rows())
    assert {occasion: at - before[occasion] for occasion, at in (await due(kept)).items()} == dict.fromkeys(before, by)
    assert [(one.id, one.due_on) for one in await CheckIn.filter(booking_id=booking.id).order_by("day")] == [
        (one.id, one.due_on + by) for one in check_ins
    ]
    balance = await charge_of(kept, ChargeKind.BALANCE)
    assert balance is not None
    assert (window.start - balance.due_on).days == 30
    mail = await Message.get(booking_id=booking.id, occasion="moved")
    calendar = mail.calendar or ""
    assert [part in calendar for part in ("METHOD:REQUEST", "SEQUENCE:2")] == [True, True]
    assert await check() == []


async def test_a_preview_says_what_would_change_and_changes_nothing(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    await whole_trip(await patient_of(case), booking, now=now)
    token, window = await later(world, booking, services)
    before = await due(booking)

    found = await preview_move(nia(world), booking.code, token, language="en", key=KEY, now=now)

    assert (found.before, found.after) == (Window.from_json(booking.window), window)
    assert found.balance_is_due == window.start - timedelta(days=30)
    assert {mail.occasion for mail in found.mails} == set(before)
    assert Kind.LEAVES_BEFORE_TREATMENT_ENDS in [one.kind for one in found.unfit]
    assert (await due(booking), await Booking.get(id=booking.id)) == (before, booking)


async def test_what_is_previewed_is_what_happens(world: World, services: Services, now: datetime) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    await whole_trip(await patient_of(case), booking, now=now)
    token, _window = await later(world, booking, services)
    found = await preview_move(nia(world), booking.code, token, language="en", key=KEY, now=now)

    await moved(world, booking, token, services)

    assert await due(booking) == {mail.occasion: mail.is_due for mail in found.mails if mail.is_due}
    assert await Flight.filter(booking_id=booking.id).count() == 2


async def test_a_family_moves_its_hold_and_only_staff_what_is_confirmed(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    held, patient = await a_hold(case, services), await patient_of(case)
    token, window = await later(world, held, services)
    stranger = await patient_of(await a_case(world, who="helene", now=now))

    with pytest.raises(NotFound):
        await reschedule(stranger, held.code, token, key=KEY, links=LINKS, now=now)
    after = await reschedule(patient, held.code, token, key=KEY, links=LINKS, now=now)
    assert (after.starts_at, after.lapses_at, after.status) == (window.starts_at, held.lapses_at, BookingStatus.HELD)
    told = await Message.get(booking_id=held.id, occasion="dates-held")
    assert told.facts["start"] == window.start.isoformat()

    other = await a_confirmed(await a_case(world, who="helene", now=now), services)
    token, _window = await later(world, other, services)
    with pytest.raises(NotFound):
        await reschedule(stranger, other.code, token, key=KEY, links=LINKS, now=now)


async def test_a_lapsed_hold_a_stay_that_began_and_the_same_dates_are_refused(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    first = (await tokens(case, services))[0]
    held = await a_hold(case, services, first)
    token, _window = await later(world, held, services)

    with pytest.raises(SameDates):
        await moved(world, held, first, services)
    with pytest.raises(WrongMoment):
        await reschedule(nia(world), held.code, token, key=KEY, links=LINKS, now=now + timedelta(days=3))
    confirmed = await a_confirmed(await a_case(world, who="helene", now=now), services)
    with pytest.raises(StayBegan):
        await reschedule(nia(world), confirmed.code, token, key=KEY, links=LINKS, now=confirmed.starts_at)


async def test_a_hold_that_has_lapsed_since_it_was_looked_at_is_not_put_on_other_dates(
    world: World, services: Services
) -> None:
    held = await a_hold(await a_case(world, now=services.now()), services)
    _token, window = await later(world, held, services)
    seen, _clinic, offer = await movable(nia(world), held.code, now=services.now())
    assert seen.lapses_at is not None

    with pytest.raises(WrongMoment):
        await put_on(nia(world), seen, window, offer, tell=True, anyway=False, links=LINKS, now=seen.lapses_at)

    assert await claimed(held) == sorted(row.starts_at for row in Window.from_json(held.window).rows())


async def test_whoever_serves_instead_the_interpreter_of_the_new_dates_is_there(
    world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    how: dict[str, Any] = {"interpreter": "ar", "key": KEY, "now": services.now()}
    held = await a_hold(case, services)
    _case, shown = await find_dates(await patient_of(case), case.code, FIRST, LAST, **how)
    window = shown.windows[-1]
    [chair] = [
        one.id
        for one in await Resource.filter(kind="infusion-chair")
        if one.id in {row.resource_id for row in window.rows()}
    ]
    await Closure.create(resource_id=chair, first_day=window.start, last_day=window.end)

    after = await moved(world, held, shown.token(window), services)

    now_has = Window.from_json(after.window)
    assert (now_has.start, now_has != window) == (window.start, True)
    assert await interpreter_in(now_has, case) == "ar"


async def test_of_two_moves_at_once_one_wins(lasting_world: World, services: Services, now: datetime) -> None:
    booking = await a_confirmed(await a_case(lasting_world, now=now), services)
    ways = [await later(lasting_world, booking, services, THREE_WEEKS * n) for n in (1, 2)]

    told = await asyncio.gather(
        *(moved(lasting_world, booking, token, services) for token, _window in ways), return_exceptions=True
    )

    won = [one for one in told if isinstance(one, Booking)]
    assert (len(won), [type(one) for one in told if one not in won]) == (1, [MovedMeanwhile])
    kept = await Booking.get(id=booking.id)
    assert await claimed(kept) == sorted(row.starts_at for row in Window.from_json(kept.window).rows())
    assert await check() == []


async def test_what_was_cancelled_meanwhile_is_not_moved(
    lasting_world: World, services: Services, now: datetime
) -> None:
    booking = await a_hold(await a_case(lasting_world, now=now), services)
    token, _window = await later(lasting_world, booking, services)
    waiting = asyncio.Event()

    async def cancel() -> None:
        async with transaction():
            await move(await locked(booking.id), BookingStatus.CANCELLED, by=SYSTEM, now=now)
            await claims.release(booking.id)
            waiting.set()
            await asyncio.sleep(0.3)  # the other waits for the booking's row

    async def reschedule_it() -> Booking:
        await waiting.wait()
        return await moved(lasting_world, booking, token, services)

    _cancelled, told = await asyncio.gather(cancel(), reschedule_it(), return_exceptions=True)

    assert isinstance(told, MovedMeanwhile)
    assert await claimed(booking) == []


async def test_dates_that_are_gone_leave_the_old_ones_and_name_others(
    world: World, services: Services, now: datetime
) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    token, window = await later(world, booking, services)
    await run("UPDATE resource SET is_active = false WHERE kind = 'infusion-chair'")

    with pytest.raises(DatesGone):
        await moved(world, booking, token, services)

    assert (await Booking.get(id=booking.id)).starts_at == booking.starts_at != window.starts_at
    assert len(await claimed(booking)) == len(Window.from_json(booking.window).rows())
