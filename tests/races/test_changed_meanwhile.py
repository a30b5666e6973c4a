"""The clinic changes while dates are being taken: the hold gives way to the change, or the desk sees the hold. Never neither."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import time
from typing import Any, Final

import pytest

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.demo.clinic.load import programme_content
from booking.journeys import change_resource, close_resource, keep_resources
from booking.journeys.change_resource import retire_resource, set_hours
from booking.journeys.keep_resources import open_holidays, set_holiday
from booking.journeys.receive_lot import open_lot, set_lot_state
from booking.kit.db import execute, transaction
from booking.slots import claims, resources
from booking.slots.claims import WindowTaken, take
from booking.slots.closures import Closing
from booking.slots.hours import Hours
from booking.slots.models import LotState, Resource
from booking.slots.resources import StillBooked
from booking.slots.windows import Window, Wishes
from tests.races.waiting import waits_or_is_done
from tests.slots.rows import FIRST, HOUR, NOW, Small, booking, coordinator, free, small_clinic

pytestmark = pytest.mark.usefixtures("clean_db")

# A change of the desk's; it gives back the codes of the bookings that it says it touches.
Change = Callable[[Viewer, Small], Awaitable[set[str]]]


async def retires(nia: Viewer, small: Small) -> set[str]:
    try:
        await retire_resource(nia, small.clinicians[0].id, now=NOW)
    except StillBooked as refused:
        return {one.booking for _resource, touched in refused.resources for one in touched}
    return set()


async def closes(nia: Viewer, small: Small) -> set[str]:
    closing = Closing(small.clinicians[0].id, FIRST, FIRST)
    closed = await close_resource.close_resource(nia, closing, anyway=True, now=NOW)
    return {one.booking for one in closed.touched}


async def opens_later(nia: Viewer, small: Small) -> set[str]:
    late = [Hours(day, time(12), time(17)) for day in range(7)]
    new = await set_hours(nia, small.clinicians[0].id, late, FIRST, anyway=True, now=NOW)
    return {one.booking for one in new.touched}


async def loses_a_skill(nia: Viewer, small: Small) -> set[str]:
    one = small.clinicians[0]
    changed = await change_resource.change_resource(nia, one.id, name=one.name, skills=[], anyway=True, now=NOW)
    return {one.booking for one in changed.touched}


async def keeps_a_holiday(nia: Viewer, small: Small) -> set[str]:
    await set_holiday(nia, FIRST, is_open=False, now=NOW)
    return {one.booking for day in (await open_holidays(nia, now=NOW)).days for one in day.touched}


async def recalls(nia: Viewer, small: Small) -> set[str]:
    await set_lot_state(nia, small.lot.code, LotState.RELEASED, LotState.RECALLED, reason="why", now=NOW)
    return {one.booking for one in (await open_lot(nia, small.lot.code, now=NOW)).promised}


CHANGES: Final = (retires, closes, opens_later, loses_a_skill, keeps_a_holiday, recalls)
SPANISH: Final = Wishes(skills={"clinician": frozenset({"es"})})


class Race:
    """A hold and a change at once, at a clinic of their own: who was committed last, and what the desk was told."""

    def __init__(self, small: Small, window: Window, code: str, booking_id: int, change: Change) -> None:
        self._small, self._window, self._code, self._booking_id = small, window, code, booking_id
        self._change = change
        self._hold_has_taken, self._hold_may_end = asyncio.Event(), asyncio.Event()
        self._nia = coordinator(small)

    @classmethod
    async def between(cls, change: Change) -> "Race":
        small = await small_clinic(content=programme_content())
        await execute(
            "INSERT INTO holiday (clinic_id, day, name, is_open) VALUES ($1, $2, 'A day', true)", small.clinic.id, FIRST
        )
        await Resource.filter(id=small.clinicians[0].id).update(skills=["es"])
        window = (await free(small, wishes=SPANISH))[0]
        mine = await booking(small, window)
        return cls(small, window, mine.code, mine.id, change)

    async def hold_first(self) -> tuple[bool, bool]:
        """The hold has taken all and is not committed when the change comes. Whether it is held, and the desk knows it."""
        hold = asyncio.create_task(self._hold())
        await self._hold_has_taken.wait()
        change = asyncio.create_task(self._changed())
        await waits_or_is_done(change)
        self._hold_may_end.set()
        return await hold, self._code in await change

    async def one_after_the_other(self) -> bool:
        """The change is made and committed before the hold of dates that were shown before it comes. Whether it is held."""
        self._hold_may_end.set()
        await self._changed()
        return await self._hold()

    async def change_first(self, monkeypatch: pytest.MonkeyPatch) -> tuple[bool, bool]:
        """The change is made and not committed when the hold comes. Whether it is held, and the desk knows it."""
        made, may_end, record = asyncio.Event(), asyncio.Event(), audit.record

        async def wait(*of: Any, **what: Any) -> None:
            await record(*of, **what)
            made.set()
            await may_end.wait()

        monkeypatch.setattr(audit, "record", wait)
        self._hold_may_end.set()
        change = asyncio.create_task(self._changed())
        await made.wait()
        hold = asyncio.create_task(self._hold())
        await waits_or_is_done(hold)
        may_end.set()
        return await hold, self._code in await change

    async def _hold(self) -> bool:
        try:
            async with transaction():
                await take(self._window, self._booking_id, now=NOW, lapses_at=NOW + HOUR)
                self._hold_has_taken.set()
                await self._hold_may_end.wait()
        except WindowTaken:
            return False
        return True

    async def _changed(self) -> set[str]:
        return await self._change(self._nia, self._small)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_waits_for_the_hold_that_is_being_taken_and_sees_it(change: Change) -> None:
    assert await (await Race.between(change)).hold_first() == (True, True)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_hold_that_began_before_a_change_was_made_sees_it_all_the_same(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await (await Race.between(change)).change_first(monkeypatch) == (False, False)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_that_does_not_wait_misses_the_hold_that_is_being_taken(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_the_guards(monkeypatch)

    assert await (await Race.between(change)).hold_first() == (True, False)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_hold_that_locks_nothing_misses_the_change_that_is_being_made(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_the_guards(monkeypatch)

    held, _known = await (await Race.between(change)).change_first(monkeypatch)

    assert held


async def test_a_hold_that_does_not_compare_what_it_began_with_misses_the_closure_for_which_it_waited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _claiming(monkeypatch, " AND r.xmin = there.version", "")

    assert await (await Race.between(closes)).change_first(monkeypatch) == (True, False)


@pytest.mark.parametrize("change", CHANGES)
async def test_dates_that_were_shown_before_a_change_are_looked_at_again(change: Change) -> None:
    assert not await (await Race.between(change)).one_after_the_other()


async def test_a_hold_that_does_not_ask_what_the_resources_can_do_by_now_is_with_one_who_no_longer_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _claiming(monkeypatch, " AND r.skills ?& string_to_array(w.asks, ' ')", "")

    assert await (await Race.between(loses_a_skill)).one_after_the_other()


def _without_the_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> None:
        """Nobody waits."""

    for module in (change_resource, close_resource, keep_resources, resources):
        monkeypatch.setattr(module, "changing", nothing)
    _claiming(monkeypatch, "ORDER BY id FOR KEY SHARE", "")
    monkeypatch.setattr(claims, "CHOSEN", claims.CHOSEN.replace(" FOR SHARE OF l", ""))


def _claiming(monkeypatch: pytest.MonkeyPatch, guard: str, instead: str) -> None:
    assert guard in claims.CLAIM
    monkeypatch.setattr(claims, "take_with", claims.take_with.__wrapped__)
    monkeypatch.setattr(claims, "CLAIM", claims.CLAIM.replace(guard, instead))
