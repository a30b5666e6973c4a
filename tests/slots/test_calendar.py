from datetime import date, timedelta

import pytest

from booking.accounts.models import Person
from booking.kit.errors import NotFound, WrongMoment
from booking.kit.ids import new_code
from booking.slots.calendar import Shut, Taken, load_calendar, month_of, week_of
from booking.slots.claims import take
from booking.slots.feeds import open_feed, read_feed, revoke_feeds
from booking.slots.lots import Promised, promised, set_state, shelf
from booking.slots.models import Closure, LotState
from tests.slots.rows import HOUR, LAST, NOW, booking, free, small_clinic

pytestmark = pytest.mark.usefixtures("db")
MINUTE = timedelta(minutes=1)


async def test_the_calendar_shows_holds_with_their_time_left_buffers_and_closures() -> None:
    small = await small_clinic(chairs=1)
    window = (await free(small))[0]
    mine = await booking(small, window)
    await take(window, mine.id, now=NOW, lapses_at=NOW + HOUR)
    chair = small.chairs[0]
    await Closure.create(resource_id=chair.id, first_day=date(2027, 2, 6), last_day=date(2027, 2, 9), reason="Service")

    calendar = await load_calendar(small.clinic.id, *week_of(date(2027, 2, 3)), NOW)

    assert (calendar.zone, calendar.days[0], calendar.days[-1]) == ("America/Antigua", date(2027, 2, 1), LAST)
    [line, _clinician] = calendar.lines
    starts, ends = window.period(window.steps[1])
    held = Taken(mine.code, "infusion", starts - 15 * MINUTE, ends, starts, ends, NOW + HOUR)
    assert line.taken == {date(2027, 2, 2): [held]}
    assert held.left(NOW + 20 * MINUTE) == 40 * MINUTE
    assert line.shut == {date(2027, 2, day): [Shut(None, None, "Service")] for day in (6, 7)}


async def test_a_lapsed_hold_is_not_on_the_calendar() -> None:
    small = await small_clinic()
    window = (await free(small))[0]
    await take(window, (await booking(small, window)).id, now=NOW, lapses_at=NOW + HOUR)

    calendar = await load_calendar(small.clinic.id, *month_of(date(2027, 2, 3)), NOW + HOUR)

    assert [line.taken for line in calendar.lines] == [{}, {}, {}]


async def test_a_feed_tells_kept_bookings_without_saying_what_is_done_until_it_is_revoked() -> None:
    small = await small_clinic()
    window = (await free(small))[0]
    mine = await booking(small, window)
    await take(window, mine.id, now=NOW, lapses_at=None)
    person = await Person.create(
        code=new_code(), email="nia@example.org", name="Nia", language="en", zone="UTC", created_at=NOW
    )
    token = await open_feed(small.clinic.id, person.id, now=NOW, resource_id=small.chairs[0].id)

    told = await read_feed(token, now=NOW)

    assert f"SUMMARY:{mine.code} chair 1" in told
    assert "DTSTART;TZID=America/Antigua:20270202T084500" in told
    assert "nfusion" not in told
    assert await revoke_feeds(small.clinic.id, person.id, now=NOW) == 1
    with pytest.raises(NotFound):
        await read_feed(token, now=NOW)


async def test_a_lot_tells_whom_its_doses_are_for_and_a_booking_where_they_come_from() -> None:
    small = await small_clinic(doses=3)
    window = (await free(small))[0]
    mine = await booking(small, window)
    await take(window, mine.id, now=NOW, lapses_at=None)

    dose = Promised(mine.id, mine.code, "infusion", "A", 0)
    assert await promised(small.clinic.id, lot_id=small.lot.id) == [dose]
    assert await promised(small.clinic.id, booking_id=mine.id) == [dose]
    [lot] = await shelf(small.clinic.id, NOW)
    assert (lot.doses, lot.free, lot.days_left(date(2027, 2, 1))) == (3, 2, 6)


async def test_a_recalled_lot_offers_nothing_keeps_its_promises_in_sight_and_stays_recalled() -> None:
    small = await small_clinic()
    window = (await free(small))[0]
    mine = await booking(small, window)
    await take(window, mine.id, now=NOW, lapses_at=None)

    await set_state(small.clinic.id, small.lot.id, LotState.RELEASED, LotState.RECALLED)

    assert await free(small) == []
    assert [one.booking for one in await promised(small.clinic.id, lot_id=small.lot.id)] == [mine.code]
    with pytest.raises(WrongMoment):
        await set_state(small.clinic.id, small.lot.id, LotState.RECALLED, LotState.RELEASED)
    with pytest.raises(WrongMoment):
        await set_state(small.clinic.id, small.lot.id, LotState.RELEASED, LotState.QUARANTINED)
