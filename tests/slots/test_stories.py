"""Whatever several people do at one clinic, in any order: after each step nothing is broken, and what is offered can be had."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.bookings.models import Booking, BookingStatus
from booking.kit.db import execute, run, savepoint
from booking.slots import claims
from booking.slots.checks import INVARIANTS
from booking.slots.claims import WindowTaken
from booking.slots.models import Closure, Lot, LotState
from booking.slots.windows import Window
from tests.slots.rows import FIRST, HOUR, NOW, Small, booking, free, small_clinic

pytestmark = pytest.mark.usefixtures("db")
LIVE: Final = (BookingStatus.HELD, BookingStatus.CONFIRMED)


class _Undone(Exception):
    """Ends a story without keeping anything of it."""


@dataclass
class Story:
    """One clinic, the bookings made so far, the windows that anyone has seen, and the moment."""

    small: Small
    now: datetime = NOW
    bookings: list[Booking] = field(default_factory=list)
    seen: list[Window] = field(default_factory=list)

    async def hold(self, which: int) -> None:
        """Somebody takes what is offered just now, and gets it."""
        if offered := await self._look():
            await self._take(offered[which % len(offered)])

    async def hold_what_was_seen(self, which: int) -> None:
        """Somebody took a while to choose: the dates may be gone, and then nothing is kept of the attempt."""
        if self.seen:
            try:
                await self._take(self.seen[which % len(self.seen)])
            except WindowTaken:
                self.bookings.pop()

    async def confirm(self, which: int) -> None:
        """A deposit comes, perhaps late; dates that are gone meanwhile are owed back."""
        if not (mine := self._one_of(which, BookingStatus.HELD)):
            return
        window = Window.from_json(mine.window)
        try:
            async with savepoint():
                if not await claims.keep(window, mine.id):
                    await claims.retake(window, mine.id, now=self.now)
                await self._update(mine, status=BookingStatus.CONFIRMED, lapses_at=None)
        except WindowTaken:
            async with savepoint():
                await claims.release(mine.id)
                await self._update(mine, status=BookingStatus.REFUND_DUE)

    async def move(self, which: int) -> None:
        """A booking goes to other dates, its own counting as free."""
        mine = self._one_of(which, *LIVE)
        if mine is None or (mine.lapses_at and mine.lapses_at <= self.now):
            return
        offered = await self._look(but_for=mine.id)
        async with savepoint():
            for window in offered[which % len(offered) :][:1] if offered else ():
                await claims.move(mine.id, window, now=self.now, lapses_at=mine.lapses_at)
                await self._update(mine, window=window.to_json(), starts_at=window.starts_at, ends_at=window.ends_at)

    async def cancel(self, which: int) -> None:
        if mine := self._one_of(which, *LIVE):
            async with savepoint():
                await self._update(mine, status=BookingStatus.CANCELLED)
                await claims.release(mine.id)

    async def wait(self, which: int) -> None:
        self.now += timedelta(minutes=(20, 70)[which % 2])

    async def close(self, which: int) -> None:
        """Someone falls ill; what is claimed stays claimed until the desk moves it."""
        everyone = [*self.small.clinicians, *self.small.chairs]
        day = FIRST + timedelta(days=which % 7)
        await Closure.create(resource=everyone[which % len(everyone)], first_day=day, last_day=day)

    async def open_again(self, _which: int) -> None:
        await Closure.all().delete()

    async def recall(self, which: int) -> None:
        """A lot is recalled, or released again."""
        state = (LotState.RECALLED, LotState.RELEASED)[which % 2]
        await Lot.filter(id=self.small.lot.id).update(state=state)

    async def broken(self) -> list[str]:
        await execute(f"SET LOCAL leeward.now = '{self.now}'")
        return [name for name, sql in INVARIANTS.items() if await run(sql)]

    async def _look(self, *, but_for: int | None = None) -> list[Window]:
        offered = await free(self.small, self.now, but_for=but_for)
        self.seen += offered
        return offered

    async def _take(self, window: Window) -> None:
        lapses_at = self.now + HOUR
        async with savepoint():
            mine = await booking(self.small, window)
            self.bookings.append(mine)
            await self._update(mine, lapses_at=lapses_at)
            await claims.take(window, mine.id, now=self.now, lapses_at=lapses_at)

    def _one_of(self, which: int, *statuses: BookingStatus) -> Booking | None:
        found = [one for one in self.bookings if one.status in statuses]
        return found[which % len(found)] if found else None

    async def _update(self, mine: Booking, **changes: object) -> None:
        await mine.update_from_dict(changes).save(update_fields=list(changes))


Deed = Callable[[Story, int], Awaitable[None]]
# What happens often stands here often.
DEEDS: Final[tuple[Deed, ...]] = (
    Story.hold, Story.hold, Story.hold_what_was_seen, Story.confirm, Story.confirm, Story.move, Story.cancel,
    Story.wait, Story.close, Story.close, Story.open_again, Story.recall,
)  # fmt: skip


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 20)), min_size=8, max_size=16))
async def test_in_any_order_of_deeds_nothing_is_broken_and_what_is_offered_can_be_had(
    deeds: list[tuple[Deed, int]],
) -> None:
    with pytest.raises(_Undone):
        await _told(deeds)


async def _told(deeds: list[tuple[Deed, int]]) -> None:
    async with savepoint():
        story = Story(await small_clinic(clinicians=2))
        for deed, which in deeds:
            await deed(story, which)
            assert await story.broken() == []
        raise _Undone
