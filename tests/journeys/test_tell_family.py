"""New dates are kept for a booking at once, and its family hears of them when the coordinator says so."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from booking.bookings.models import Booking, BookingStatus
from booking.demo.world import World
from booking.journeys.cancel import cancel
from booking.journeys.check import check
from booking.journeys.complete_stays import complete_stays
from booking.journeys.movable import StayBegan
from booking.journeys.open_board import open_board
from booking.journeys.open_case import open_case
from booking.journeys.open_itinerary import open_itinerary
from booking.journeys.plan_messages import plan_booking_messages
from booking.journeys.reschedule import reschedule
from booking.journeys.tell_family import NothingToTell, not_told, open_telling, tell_family
from booking.kit.errors import NotFound
from booking.messages.compose import Composer
from booking.messages.models import Message, MessageStatus
from booking.payments.charges import charge_of
from booking.payments.models import ChargeKind
from booking.payments.terms import RefundCause
from booking.services import Services
from booking.slots.claims import WindowPassed
from booking.slots.windows import Window
from tests.journeys.test_reschedule import THREE_WEEKS, claimed, due, later
from tests.journeys.test_review_case import STRANGER
from tests.journeys.trips import KEY, LINKS, a_case, a_confirmed, a_hold, nia, patient_of, tokens

COMPOSER = Composer(public_url="http://leeward.test", sender="Leeward <care@leeward.example>")


async def set_aside(world: World, booking: Booking, services: Services, by: timedelta = THREE_WEEKS) -> Window:
    """Moved so much later, and nobody told."""
    token, window = await later(world, booking, services, by)
    now = services.now()
    await reschedule(nia(world), booking.code, token, tell=False, key=KEY, links=LINKS, now=now)
    return window


def read(kept: Booking) -> tuple[Window, Window]:
    """The dates that its family knows, and those that it has."""
    return Window.from_json(kept.window), Window.from_json(kept.claimed)


def rows_of(window: Window) -> list[datetime]:
    return sorted(row.starts_at for row in window.rows())


async def test_until_they_are_told_everything_that_the_family_has_stays_and_no_mail_reveals_the_new_dates(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    patient, known = await patient_of(case), Window.from_json(booking.window)
    before = await open_itinerary(patient, booking.code, language="en", now=now)
    told = await Message.filter(case_id=case.id).exclude(status=MessageStatus.PLANNED).count()

    window = await set_aside(world, booking, services)
    await plan_booking_messages(await Booking.get(id=booking.id), now=now)  # whatever else changes meanwhile

    kept = await Booking.get(id=booking.id)
    assert await claimed(kept) == rows_of(window)
    assert (read(kept), kept.starts_at, kept.ends_at) == ((known, window), booking.starts_at, booking.ends_at)
    file = await open_case(patient, case.code, now=now)
    assert [one.window for one in file.bookings] == [known]
    assert "booking.moved" not in [one.what for one in file.story]
    after = await open_itinerary(patient, booking.code, language="en", now=now)
    assert after.days == before.days
    assert await due(kept) == {}
    assert not await Message.exists(booking_id=booking.id, occasion="moved")
    assert await Message.filter(case_id=case.id, status__in=["sent", "transmitting"]).count() == 0
    assert await Message.filter(case_id=case.id, status=MessageStatus.CANCELLED).count() > told
    assert await check() == []


async def test_when_they_are_told_all_of_it_moves_together(world: World, services: Services, now: datetime) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    before, known = await due(booking), Window.from_json(booking.window)
    window = await set_aside(world, booking, services)

    letters = (await open_telling(nia(world), booking.code, composer=COMPOSER, now=now)).letters
    await tell_family(nia(world), booking.code, links=LINKS, now=now)

    kept = await Booking.get(id=booking.id)
    assert (read(kept), kept.aside_at) == ((window, window), None)
    assert await claimed(kept) == rows_of(window)
    by = window.start - known.start
    assert await due(kept) == {occasion: at + by for occasion, at in before.items()}
    mail = await Message.get(booking_id=booking.id, occasion="moved")
    assert (mail.facts["start"], mail.status) == (window.start.isoformat(), MessageStatus.PLANNED)
    balance = await charge_of(kept, ChargeKind.BALANCE)
    assert balance is not None
    assert (window.start - balance.due_on).days == 30
    assert [(letter.to, f"{window.start:%-d %B}" in letter.text) for letter in letters] == [("Samuel Adeyemi", True)]
    with pytest.raises(NothingToTell):
        await tell_family(nia(world), booking.code, links=LINKS, now=now)
    assert await check() == []


async def test_who_is_not_told_yet_is_never_out_of_sight(world: World, services: Services, now: datetime) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    window = await set_aside(world, booking, services)

    found, board = await not_told(nia(world), now=now), await open_board(nia(world), now=now)

    [one] = found.untold
    assert (one.booking, one.known, one.has, one.since) == (
        booking.code, Window.from_json(booking.window), window, now,
    )  # fmt: skip
    [row] = [row for column in board.columns for row in column.rows if row.code == case.code]
    assert (board.trouble.untold, str(row.reasons[0]), row.waits_on_us, row.since) == (
        1, "Moved, and the family is not told", True, now,
    )  # fmt: skip
    await tell_family(nia(world), booking.code, links=LINKS, now=now)
    assert (await not_told(nia(world), now=now)).untold == []
    assert (await open_board(nia(world), now=now)).trouble.untold == 0


async def test_back_at_the_hours_that_they_know_of_there_is_nothing_to_tell(
    world: World, services: Services, now: datetime
) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    before = await due(booking)
    await set_aside(world, booking, services)
    kept = await Booking.get(id=booking.id)

    token, back = await later(world, kept, services, by=timedelta())
    await reschedule(nia(world), booking.code, token, key=KEY, links=LINKS, now=now)

    after = await Booking.get(id=booking.id)
    assert (read(after), after.aside_at, after.starts_at) == ((back, back), None, booking.starts_at)
    assert await due(after) == before
    assert not await Message.exists(booking_id=booking.id, occasion="moved")
    assert await check() == []


async def test_a_second_move_before_they_are_told_still_counts_from_the_first(
    world: World, services: Services, now: datetime
) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    await set_aside(world, booking, services)
    services.now.at += timedelta(days=1)  # type: ignore[attr-defined]
    second = await set_aside(world, booking, services, 2 * THREE_WEEKS)

    kept = await Booking.get(id=booking.id)
    assert (read(kept), kept.aside_at) == ((Window.from_json(booking.window), second), now)


async def test_who_holds_dates_is_told_at_once(world: World, services: Services, now: datetime) -> None:
    booking = await a_hold(await a_case(world, now=now), services)

    window = await set_aside(world, booking, services)

    kept = await Booking.get(id=booking.id)
    assert (read(kept), kept.aside) == ((window, window), None)
    told = await Message.get(booking_id=booking.id, occasion="dates-held")
    assert told.facts["start"] == window.start.isoformat()


async def test_what_is_cancelled_has_nothing_set_aside_and_a_stay_that_was_moved_is_not_over(
    world: World, services: Services, now: datetime
) -> None:
    gone = await a_confirmed(await a_case(world, now=now), services)
    await set_aside(world, gone, services)
    await cancel(nia(world), gone.code, RefundCause.CLINIC_DECLINED, services=services, now=now)
    after = await Booking.get(id=gone.id)
    assert (after.aside, await claimed(after), await due(after)) == (None, [], {})

    moved = await a_confirmed(await a_case(world, who="helene", now=now), services)
    window = await set_aside(world, moved, services)
    assert await complete_stays(now=window.starts_at) == 0
    assert (await Booking.get(id=moved.id)).status is BookingStatus.CONFIRMED
    with pytest.raises(WindowPassed):
        await tell_family(nia(world), moved.code, links=LINKS, now=window.starts_at)
    token, _other = await later(world, moved, services)
    with pytest.raises(StayBegan):
        await reschedule(nia(world), moved.code, token, key=KEY, links=LINKS, now=window.starts_at)
    assert await check() == []


async def test_staff_of_the_clinic_alone_tell(world: World, services: Services, now: datetime) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    await set_aside(world, booking, services)

    for viewer in (await patient_of(case), STRANGER):
        with pytest.raises(NotFound):
            await tell_family(viewer, booking.code, links=LINKS, now=now)
        with pytest.raises(NotFound):
            await open_telling(viewer, booking.code, composer=COMPOSER, now=now)


async def test_whose_earlier_dates_begin_unknown_to_them_can_still_be_given_others(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    early, _between, late, *_ = await tokens(case, services)
    booking = await a_confirmed(case, services, late)
    how: dict[str, Any] = {"key": KEY, "links": LINKS}
    aside = await reschedule(nia(world), booking.code, early, tell=False, **how, now=now)
    begins = Window.from_json(aside.claimed).starts_at

    with pytest.raises(WindowPassed):
        await tell_family(nia(world), booking.code, links=LINKS, now=begins)
    after = await reschedule(nia(world), booking.code, late, **how, now=begins)

    assert (after.aside, after.starts_at) == (None, booking.starts_at)
    assert await check() == []
