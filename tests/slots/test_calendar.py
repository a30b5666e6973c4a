from datetime import date, timedelta
from time import process_time
from typing import Any

import pytest

from booking.accounts.models import Person, Role, Staff
from booking.bookings.models import Booking
from booking.kit.errors import Invalid, NotFound, WrongMoment
from booking.kit.ids import new_code
from booking.slots.calendar import Shut, Taken, load_calendar, month_of, week_of
from booking.slots.claims import move, take
from booking.slots.feeds import OpenFeed, feeds_of, open_feed, read_feed, revoke_feed
from booking.slots.lots import Arrival, LotMoved, Promised, events_of, promised, receive, set_state, shelf
from booking.slots.models import Closure, LotState
from tests.slots.rows import FIRST, HOUR, LAST, NOW, booking, free, small_clinic

pytestmark = pytest.mark.usefixtures("db")
MINUTE = timedelta(minutes=1)
WHY: dict[str, Any] = {"reason": "A failed test", "by": None, "now": NOW}


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


async def test_what_is_closed_until_further_notice_costs_the_calendar_no_more_than_the_days_shown() -> None:
    small = await small_clinic(chairs=1)
    await Closure.create(resource_id=small.chairs[0].id, first_day=date(2027, 2, 6), last_day=date.max)
    week = week_of(date(2027, 2, 3))

    began = process_time()
    [line, _clinician] = (await load_calendar(small.clinic.id, *week, NOW)).lines

    assert list(line.shut) == [date(2027, 2, 6), date(2027, 2, 7)]
    assert process_time() - began < 0.5  # to go through every day until then takes more than a second


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
    person = await a_colleague(small.clinic.id)
    token = await open_feed(small.clinic.id, person.id, now=NOW, resource_id=small.chairs[0].id)
    held = (await free(small))[-1]
    hold = await booking(small, held)
    await take(held, hold.id, now=NOW, lapses_at=NOW + HOUR)

    told = (await read_feed(token, now=NOW)).text

    assert hold.code not in told
    assert told.count("CLASS:PRIVATE") == told.count("BEGIN:VEVENT") == 1
    assert f"SUMMARY:{mine.code} chair 1" in told
    assert "DTSTART;TZID=America/Antigua:20270202T084500" in told
    assert "nfusion" not in told
    [feed] = await feeds_of(small.clinic.id, person.id)
    assert feed == OpenFeed(feed.id, "chair 1", NOW)
    await revoke_feed(small.clinic.id, person.id, feed.id, now=NOW)
    with pytest.raises(NotFound):
        await read_feed(token, now=NOW)
    with pytest.raises(NotFound):
        await revoke_feed(small.clinic.id, person.id, feed.id, now=NOW)


async def test_an_event_keeps_its_uid_when_the_booking_moves_and_its_sequence_goes_up() -> None:
    small = await small_clinic(chairs=1, clinicians=1)
    first, *_others, last = await free(small)
    mine = await booking(small, first)
    await take(first, mine.id, now=NOW, lapses_at=None)
    token = await open_feed(small.clinic.id, (await a_colleague(small.clinic.id)).id, now=NOW)
    before = await read_feed(token, now=NOW)

    await move(mine.id, last, now=NOW, lapses_at=None)
    window = {"window": last.to_json(), "starts_at": last.starts_at, "ends_at": last.ends_at}
    await Booking.filter(id=mine.id).update(**window, calendar_sequence=1)
    after = await read_feed(token, now=NOW)

    assert told(before.text, "UID") == told(after.text, "UID")
    assert set(told(before.text, "SEQUENCE")) == {"0"}
    assert set(told(after.text, "SEQUENCE")) == {"1"}
    assert told(before.text, "DTSTART") != told(after.text, "DTSTART")
    assert before.version != after.version
    assert (await read_feed(token, now=NOW + HOUR)).version == after.version


async def test_who_has_left_the_clinic_has_no_feed_of_it() -> None:
    small = await small_clinic()
    person = await a_colleague(small.clinic.id)
    token = await open_feed(small.clinic.id, person.id, now=NOW)

    await Staff.filter(person_id=person.id).update(is_active=False)

    with pytest.raises(NotFound):
        await read_feed(token, now=NOW)


async def test_a_lot_tells_whom_its_doses_are_for_and_a_booking_where_they_come_from() -> None:
    small = await small_clinic(doses=3)
    window = (await free(small))[0]
    mine = await booking(small, window)
    await take(window, mine.id, now=NOW, lapses_at=None)

    dose = Promised(mine.id, mine.code, "infusion", "A", LotState.RELEASED, 0)
    assert await promised(small.clinic.id, now=NOW, lot_id=small.lot.id) == [dose]
    assert await promised(small.clinic.id, now=NOW, booking_id=mine.id) == [dose]
    [lot] = await shelf(small.clinic.id, NOW)
    assert (lot.doses, lot.free, lot.days_left(date(2027, 2, 1))) == (3, 2, 6)


async def test_a_recalled_lot_offers_nothing_keeps_its_promises_in_sight_and_stays_recalled() -> None:
    small = await small_clinic()
    window = (await free(small))[0]
    mine = await booking(small, window)
    await take(window, mine.id, now=NOW, lapses_at=None)

    await set_state(small.clinic.id, small.lot.id, LotState.RELEASED, LotState.RECALLED, **WHY)

    assert await free(small) == []
    assert [one.booking for one in await promised(small.clinic.id, now=NOW, lot_id=small.lot.id)] == [mine.code]
    with pytest.raises(WrongMoment):
        await set_state(small.clinic.id, small.lot.id, LotState.RECALLED, LotState.RELEASED, **WHY)
    with pytest.raises(WrongMoment):
        await set_state(small.clinic.id, small.lot.id, LotState.RELEASED, LotState.QUARANTINED, **WHY)
    assert await events_of(small.lot.id) == [LotMoved(LotState.RECALLED, NOW, "", "A failed test")]


async def test_a_lot_comes_in_quarantined_and_offers_nothing_until_it_is_released() -> None:
    small = await small_clinic(doses=0)

    await receive(Arrival("cells", "B-2", FIRST, LAST, 2), small.clinic.id, by=None, now=NOW)
    [_old, lot] = await shelf(small.clinic.id, NOW)

    assert (lot.state, lot.doses, lot.free) == (LotState.QUARANTINED, 2, 2)
    assert await free(small) == []
    await set_state(small.clinic.id, lot.id, LotState.QUARANTINED, LotState.RELEASED, **WHY)
    assert await free(small) != []


@pytest.mark.parametrize(
    ("arrival", "wrong"),
    [
        (Arrival("cells", "A", FIRST, LAST, 1), {"code"}),
        (Arrival("cells", "B/2", FIRST, LAST, 1), {"code"}),
        (Arrival("cells", "B", LAST, FIRST, 0), {"usable_until", "doses"}),
    ],
)
async def test_a_lot_that_cannot_be_is_refused_beside_its_field(arrival: Arrival, wrong: set[str]) -> None:
    small = await small_clinic()

    with pytest.raises(Invalid) as refused:
        await receive(arrival, small.clinic.id, by=None, now=NOW)

    assert set(refused.value.errors) == wrong


async def a_colleague(clinic_id: int) -> Person:
    person = await Person.create(
        code=new_code(), email="nia@example.org", name="Nia", language="en", zone="UTC", created_at=NOW
    )
    await Staff.create(
        person_id=person.id, clinic_id=clinic_id, role=Role.COORDINATOR, password_hash="", totp_sealed=b""
    )
    return person


def told(file: str, name: str) -> list[str]:
    return sorted(line.split(":", 1)[1] for line in file.splitlines() if line.startswith((f"{name}:", f"{name};TZID")))
