"""Whatever several people do at one clinic, in any order: after each deed no promise is broken, and what is shown can be had.

`make stories` tells more of these stories, and longer ones.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta
from functools import partial
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from booking.bookings import waitlist
from booking.bookings.wishes import Wish
from booking.demo.world import World
from booking.journeys import reschedule
from booking.kit.db import execute
from booking.services import Services
from booking.slots import claims
from booking.slots.models import LotState
from tests.journeys.small_days import FAMILIES, OPEN_WEEKS, WHOLE_APRIL, SmallDays, refused
from tests.journeys.trips import FIRST, LAST
from tests.outside import Clock

STORIES: Final = int(os.environ.get("LEEWARD_STORIES", "5"))
DEEDS: Final = int(os.environ.get("LEEWARD_DEEDS", "20"))

FAMILY: Final = st.integers(0, len(FAMILIES) - 1)
WHICH: Final = st.integers(0, 11)
DAY: Final = st.sampled_from([monday + timedelta(days=day) for monday in OPEN_WEEKS for day in range(6)])
SPAN: Final = st.sampled_from([timedelta(minutes=20), timedelta(minutes=70), timedelta(hours=25), timedelta(days=9)])
WISH: Final = st.sampled_from(
    [WHOLE_APRIL, Wish(OPEN_WEEKS[1], LAST), Wish(FIRST, LAST, away=((OPEN_WEEKS[0], OPEN_WEEKS[0]),))]
)

HOURS: Final = st.sampled_from([time(9), time(10, 30), time(13, 30)])

someone_has_dates: Final = precondition(lambda story: bool(story._days.live))
someone_holds: Final = precondition(lambda story: bool(story._days.held))
someone_waits: Final = precondition(lambda story: bool(story._days.in_line))
someone_is_not_told: Final = precondition(lambda story: any(one.aside for one in story._days.live))

# A story's deeds are done one after the other in the test's own loop, and waited for in Hypothesis' thread.
Do = Callable[[Awaitable[object]], None]


class Story(RuleBasedStateMachine):
    """One story: it begins with everyone ready to choose, and leaves nothing behind."""

    seen: Bundle[str] = Bundle("dates that someone has seen")
    pages: Bundle[str] = Bundle("pages to pay on")

    def __init__(self, days: SmallDays, do: Do) -> None:
        super().__init__()
        self._days, self._do, self._began = days, do, days.now
        do(execute("SAVEPOINT story"))

    def teardown(self) -> None:
        self._do(execute("ROLLBACK TO SAVEPOINT story"))
        self._days.clock.at = self._began

    @invariant()
    def no_promise_is_broken(self) -> None:
        self._do(self._days.stands())

    @initialize(holders=st.integers(0, 2), pays=st.booleans())
    def some_were_quicker(self, holders: int, pays: bool) -> None:
        self._do(self._days.begin(holders, pays=pays))

    @rule(target=seen, who=FAMILY, which=WHICH)
    def looks(self, who: int, which: int) -> MultipleResults[str]:
        shown: list[str] = []
        self._try(self._days.look(who, shown))
        return multiple(*(shown[which % len(shown) :][:1] if shown else ()))

    @rule(who=FAMILY, token=seen)
    def chooses_what_was_seen(self, who: int, token: str) -> None:
        self._try(self._days.hold(who, token))

    @rule(who=FAMILY, which=WHICH)
    def chooses_what_is_shown(self, who: int, which: int) -> None:
        self._try(self._days.hold_what_is_shown(who, which))

    @someone_holds
    @rule(which=WHICH, token=seen)
    def moves_their_hold(self, which: int, token: str) -> None:
        self._try(self._days.move_hold(which, token))

    @someone_holds
    @rule(which=WHICH)
    def lets_go(self, which: int) -> None:
        self._try(self._days.let_go(which))

    @someone_holds
    @rule(target=pages, which=WHICH, pays=st.booleans())
    def goes_to_pay(self, which: int, pays: bool) -> MultipleResults[str]:
        opened: list[str] = []
        self._try(self._days.open_page(which, opened))
        for page in opened if pays else ():
            self._do(self._days.pay(page))
            self._do(self._days.hear_of(page))
        return multiple(*opened)

    @rule(page=pages)
    def pays(self, page: str) -> None:
        self._do(self._days.pay(page))

    @rule(page=pages)
    def is_heard_of(self, page: str) -> None:
        self._do(self._days.hear_of(page))

    @someone_has_dates
    @rule(which=WHICH, staff=st.booleans())
    def cancels(self, which: int, staff: bool) -> None:
        self._try(self._days.cancel(which, staff=staff))

    @rule(who=FAMILY, wish=WISH)
    def waits_in_line(self, who: int, wish: Wish) -> None:
        self._try(self._days.wait_in_line(who, wish))

    @someone_waits
    @rule(which=WHICH)
    def leaves_the_line(self, which: int) -> None:
        self._try(self._days.leave_the_line(which))

    @someone_has_dates
    @rule(which=WHICH, where=WHICH, tell=st.booleans())
    def is_moved(self, which: int, where: int, tell: bool) -> None:
        self._try(self._days.move(which, where, tell=tell))

    @someone_has_dates
    @rule(which=WHICH, entry=WHICH, where=WHICH, later=st.integers(-1, 1), at=HOURS, tell=st.booleans())
    def has_a_step_moved(self, which: int, entry: int, where: int, **elsewhere: Any) -> None:
        self._try(self._days.move_step(which, entry, where, **elsewhere))

    @someone_is_not_told
    @rule()
    def is_told(self) -> None:
        self._try(self._days.tell())

    @rule(which=WHICH, first=DAY, days=st.sampled_from([1, 6]))
    def someone_is_away(self, which: int, first: date, days: int) -> None:
        self._try(self._days.close_one(which, first, days))

    @rule(which=WHICH)
    def someone_is_back(self, which: int) -> None:
        self._try(self._days.open_one(which))

    @rule(is_open=st.booleans())
    def the_clinic_keeps_a_holiday(self, is_open: bool) -> None:
        self._try(self._days.keep_holiday(is_open=is_open))

    @rule(which=WHICH, to=st.sampled_from([LotState.RELEASED, LotState.QUARANTINED, LotState.RECALLED]))
    def a_lot_is_looked_at(self, which: int, to: LotState) -> None:
        self._try(self._days.set_lot(which, to))

    @someone_has_dates
    @rule(which=WHICH)
    def gets_another_dose(self, which: int) -> None:
        self._try(self._days.exchange(which))

    @someone_has_dates
    @rule(recalled=st.booleans(), tell=st.booleans())
    def the_desk_goes_round_what_is_in_the_way(self, recalled: bool, tell: bool) -> None:
        self._try(self._days.accept_all(recalled=recalled, tell=tell))

    @rule(span=SPAN)
    def time_passes(self, span: timedelta) -> None:
        self._do(self._days.time_passes(span))

    @rule()
    def the_worker_works(self) -> None:
        self._do(self._days.work())

    def _try(self, deed: Awaitable[object]) -> None:
        """A deed that is refused is a deed: it has changed nothing that is promised."""
        self._do(refused(deed))


async def told(days: SmallDays, stories: settings) -> None:
    """Stories from here on, until so many are told or one ends badly. Nothing of them stays."""
    loop = asyncio.get_running_loop()

    def do(deed: Awaitable[object]) -> None:
        asyncio.run_coroutine_threadsafe(_awaited(deed), loop).result()

    # It takes whatever makes a machine, and says that it takes a class.
    story: Any = partial(Story, days, do)
    await asyncio.to_thread(run_state_machine_as_test, story, settings=stories)


async def _awaited(deed: Awaitable[object]) -> None:
    await deed


@pytest.fixture
async def days(world: World, services: Services, clock: Clock) -> SmallDays:
    """Everyone is ready to choose dates, which are few."""
    days = SmallDays(world, services, clock)
    await days.made_ready()
    return days


async def test_a_clinic_without_the_constraint_is_overbooked_by_the_second_who_was_shown_the_dates(
    days: SmallDays,
) -> None:
    shown: list[str] = []
    await days.look(0, shown)
    await execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")

    await days.hold(0, shown[0])
    await days.hold(1, shown[0])

    with pytest.raises(AssertionError, match="G1 no resource has two overlapping claims"):
        await days.stands()


async def test_a_clinic_whose_lapsed_holds_stay_in_the_way_shows_what_cannot_be_had(
    days: SmallDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    await days.hold_what_is_shown(0, 0)
    await days.time_passes(timedelta(hours=25))
    monkeypatch.setattr(claims, "take_with", claims.take_with.__wrapped__)
    monkeypatch.setattr(
        claims, "CLAIM", claims.CLAIM.replace("lapses_at <= $6 AS gone", "lapses_at <= $6 AND false AS gone")
    )

    with pytest.raises(AssertionError, match="what was shown could not be had"):
        await days.hold_what_is_shown(1, 0)


async def test_a_clinic_that_offers_to_the_last_in_line_first_is_seen_through(
    days: SmallDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in (0, 1):
        await days.hold_what_is_shown(who, 0)
    for who in (2, 3):
        await days.wait_in_line(who, WHOLE_APRIL)
        await days.time_passes(timedelta(minutes=20))
    monkeypatch.setattr(waitlist, "LINE", waitlist.LINE.replace("ORDER BY wait.since", "ORDER BY wait.since DESC"))

    await days.time_passes(timedelta(hours=25))

    with pytest.raises(AssertionError, match="the first in line was to be offered"):
        await days.work()


async def test_a_move_that_leaves_the_mails_behind_is_seen_through(
    days: SmallDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def leave(*_: object, **__: object) -> None:
        """Nothing goes along."""

    await days.begin(1, pays=True)
    await days.stands()
    monkeypatch.setattr(reschedule, "plan_booking_messages", leave)

    await days.move(0, 0, tell=True)

    with pytest.raises(AssertionError, match="check-in"):
        await days.stands()


HOUSE: Final = settings(stateful_step_count=DEEDS, deadline=None, suppress_health_check=list(HealthCheck))


async def test_whatever_is_done_in_any_order_no_promise_is_broken_and_what_is_shown_can_be_had(days: SmallDays) -> None:
    await told(days, settings(HOUSE, max_examples=STORIES))
