"""Whatever several families do around the waiting list, in any order: after each deed nothing is broken, and nobody waits for what is free."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.accounts.viewers import Viewer
from booking.bookings import waitlist
from booking.bookings.booking import live_of, locked
from booking.bookings.models import Booking, BookingStatus, Wait
from booking.bookings.turns import InLine
from booking.bookings.wishes import Wish
from booking.consultations.models import Case
from booking.demo.world import World
from booking.journeys import settle_payment
from booking.journeys.check import check
from booking.journeys.find_dates import find_dates
from booking.journeys.join_waitlist import join_waitlist, leave_waitlist
from booking.journeys.offer import offer_of
from booking.journeys.offer_freed import free_for, offer_freed
from booking.journeys.release_hold import release_hold
from booking.journeys.reserve import reserve
from booking.journeys.sweep_lapses import sweep_lapses
from booking.kit.db import execute, savepoint, transaction
from booking.kit.errors import Refusal
from tests.journeys.trips import KEY, a_case, patient_of
from tests.journeys.waiting import APRIL, HOUR, close_but

PEOPLE: Final = ("samuel", "helene", "abdullah", "lucia")


class _Undone(Exception):
    """Ends a story without keeping anything of it."""


@dataclass
class Story:
    """A clinic with few dates in April, and four families who want them."""

    world: World
    now: datetime
    cases: list[Case] = field(default_factory=list)

    async def hold(self, which: int) -> None:
        """A family takes the first dates that it sees."""
        case, viewer = await self._one(which)
        _case, dates = await find_dates(
            viewer, case.code, APRIL.first_day, APRIL.last_day, interpreter=None, key=KEY, now=self.now
        )
        for window in dates.windows[:1]:
            await reserve(viewer, case.code, dates.token(window), key=KEY, now=self.now)

    async def join(self, which: int) -> None:
        case, viewer = await self._one(which)
        first = APRIL.first_day if which % 3 else APRIL.first_day.replace(day=10)
        await join_waitlist(viewer, case.code, Wish(first, APRIL.last_day), now=self.now)

    async def leave(self, which: int) -> None:
        case, viewer = await self._one(which)
        await leave_waitlist(viewer, case.code, now=self.now)

    async def let_go(self, which: int) -> None:
        """Of dates that it chose, or that it was offered."""
        case, viewer = await self._one(which)
        if mine := await live_of(case.id, now=self.now):
            await release_hold(viewer, mine.code, now=self.now)

    async def pay(self, which: int) -> None:
        case, _viewer = await self._one(which)
        async with transaction():
            mine = await Booking.get_or_none(case_id=case.id, status=BookingStatus.HELD)
            if mine is not None:
                mine = await locked(mine.id)
                await mine.fetch_related("case")
                await settle_payment._confirmed(mine, now=self.now)

    async def wait(self, which: int) -> None:
        self.now += (1, 25)[which % 2] * HOUR
        await sweep_lapses(now=self.now)

    async def open_or_close(self, which: int) -> None:
        """A week of April can be had, or no longer: what is claimed stays claimed."""
        week = f"daterange('2027-04-{(5, 12)[which % 2]:02}', '2027-04-{(12, 19)[which % 2]:02}')"
        if not await execute(f"DELETE FROM closure WHERE {week} @> first_day"):  # noqa: S608 - our own days
            await execute(
                "INSERT INTO closure (resource_id, first_day, last_day, reason)"  # noqa: S608 - our own days
                f" SELECT resource.id, day, day, 'away' FROM resource, generate_series(lower({week}), upper({week}) - 1, '1 day') AS day"
            )

    async def broken(self) -> list[str]:
        """Promises that do not hold, and families that wait though something that suits them is free."""
        await execute(f"SET LOCAL leeward.now = '{self.now}'")
        return [str(each) for each in await check()] + [
            f"{place.case_id} waits" for clinic in await waitlist.lines() for place in await self._idle(clinic)
        ]

    async def _idle(self, clinic_id: int) -> list[InLine]:
        line = [place for place in await waitlist.line(clinic_id, now=self.now) if place.can_be_offered]
        return [place for place in line if await self._free(place)]

    async def _free(self, place: InLine) -> bool:
        wait, case = await Wait.get(id=place.id), await Case.get(id=place.case_id)
        free = await free_for(self.world.clinic, await offer_of(case.version_id), Wish.of(wait), now=self.now)
        before = await waitlist.offered_before(wait.id)
        return any(window.start not in before for window in free)

    async def _one(self, which: int) -> tuple[Case, Viewer]:
        case = await Case.get(id=self.cases[which % len(self.cases)].id)
        return case, await patient_of(case)


Deed = Callable[[Story, int], Awaitable[None]]
# What happens often stands here often.
DEEDS: Final[tuple[Deed, ...]] = (
    Story.hold, Story.hold, Story.join, Story.join, Story.join, Story.leave,
    Story.let_go, Story.pay, Story.wait, Story.open_or_close, Story.open_or_close,
)  # fmt: skip


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 11)), min_size=8, max_size=14))
async def test_in_any_order_of_deeds_nothing_is_broken_and_nobody_waits_for_what_is_free(
    world: World, now: datetime, deeds: list[tuple[Deed, int]]
) -> None:
    with pytest.raises(_Undone):
        await _told(Story(world, now), deeds)


async def _told(story: Story, deeds: list[tuple[Deed, int]]) -> None:
    async with savepoint():
        story.cases = [await a_case(story.world, who=who, now=story.now) for who in PEOPLE]
        await close_but(None)
        await execute("DELETE FROM closure WHERE first_day BETWEEN '2027-04-05' AND '2027-04-09'")
        for deed, which in deeds:
            try:
                async with savepoint():
                    await deed(story, which)
            except Refusal:
                pass  # a deed that is refused has changed nothing
            await offer_freed(now=story.now)
            assert await story.broken() == []
        raise _Undone
