"""What a story at the small clinic is made of: everyone's deeds as Hypothesis' rules, in any order."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta
from functools import partial
from typing import Any, Final

from hypothesis import settings
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

from booking.bookings.wishes import Wish
from booking.kit.db import execute
from booking.slots.models import LotState
from tests.journeys.refusals import refused
from tests.journeys.small_days import FAMILIES, OPEN_WEEKS, WHOLE_APRIL, Seen, SmallDays
from tests.journeys.trips import FIRST, LAST

FAMILY: Final = st.integers(0, len(FAMILIES) - 1)
WHICH: Final = st.integers(0, 11)
DAY: Final = st.sampled_from([monday + timedelta(days=day) for monday in OPEN_WEEKS for day in range(6)])
SPAN: Final = st.sampled_from([timedelta(minutes=20), timedelta(minutes=70), timedelta(hours=25), timedelta(days=9)])
WISH: Final = st.sampled_from(
    [
        WHOLE_APRIL,
        Wish(OPEN_WEEKS[1], LAST),
        Wish(FIRST, LAST, away=((OPEN_WEEKS[0], OPEN_WEEKS[0]),)),
        Wish(FIRST, LAST, weekdays=frozenset({5})),
    ]
)

INTERPRETER: Final = st.sampled_from([None, None, "", "es", "fr", "ar"])
LANGUAGES: Final = st.sampled_from([(), ("es",), ("fr",), ("ar", "es")])
HOURS: Final = st.sampled_from([time(9), time(10, 30), time(13, 30)])

someone_has_dates: Final = precondition(lambda story: bool(story._days.live))
someone_holds: Final = precondition(lambda story: bool(story._days.held))
someone_waits: Final = precondition(lambda story: bool(story._days.in_line))
someone_is_not_told: Final = precondition(lambda story: any(one.aside for one in story._days.live))

# A story's deeds are done one after the other in the test's own loop, and waited for in Hypothesis' thread.
Do = Callable[[Awaitable[object]], None]


class Story(RuleBasedStateMachine):
    """One story: it begins with everyone ready to choose, and leaves nothing behind."""

    seen: Bundle[Seen] = Bundle("dates that someone has seen")
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

    @rule(target=seen, who=FAMILY, which=WHICH, interpreter=INTERPRETER)
    def looks(self, who: int, which: int, interpreter: str | None) -> MultipleResults[Seen]:
        shown: list[Seen] = []
        self._try(self._days.look(who, shown, interpreter))
        return multiple(*(shown[which % len(shown) :][:1] if shown else ()))

    @rule(who=FAMILY, dates=seen)
    def chooses_what_was_seen(self, who: int, dates: Seen) -> None:
        self._try(self._days.hold(who, dates))

    @rule(who=FAMILY, which=WHICH, interpreter=INTERPRETER)
    def chooses_what_is_shown(self, who: int, which: int, interpreter: str | None) -> None:
        self._try(self._days.hold_what_is_shown(who, which, interpreter))

    @someone_holds
    @rule(which=WHICH, dates=seen)
    def moves_their_hold(self, which: int, dates: Seen) -> None:
        self._try(self._days.move_hold(which, dates))

    @rule(who=FAMILY)
    def takes_the_consent_back(self, who: int) -> None:
        self._try(self._days.take_consent_back(who))

    @rule(who=FAMILY)
    def consents_again(self, who: int) -> None:
        self._try(self._days.consent_again(who))

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

    @rule(which=WHICH, skills=LANGUAGES)
    def an_interpreter_has_other_languages(self, which: int, skills: tuple[str, ...]) -> None:
        self._try(self._days.desk.set_languages(which, skills))

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
        self._try(self._days.desk.move(which, where, tell=tell))

    @someone_has_dates
    @rule(which=WHICH, entry=WHICH, where=WHICH, later=st.integers(-1, 1), at=HOURS, tell=st.booleans())
    def has_a_step_moved(self, which: int, entry: int, where: int, **elsewhere: Any) -> None:
        self._try(self._days.desk.move_step(which, entry, where, **elsewhere))

    @someone_is_not_told
    @rule()
    def is_told(self) -> None:
        self._try(self._days.desk.tell())

    @rule(which=WHICH, first=DAY, days=st.sampled_from([1, 6]))
    def someone_is_away(self, which: int, first: date, days: int) -> None:
        self._try(self._days.desk.close_one(which, first, days))

    @rule(which=WHICH)
    def someone_is_back(self, which: int) -> None:
        self._try(self._days.desk.open_one(which))

    @rule(which=WHICH, opens=HOURS, from_day=DAY, anyway=st.booleans())
    def someone_comes_at_other_hours(self, which: int, opens: time, from_day: date, anyway: bool) -> None:
        self._try(self._days.desk.set_hours(which, opens, from_day, anyway=anyway))

    @rule(which=WHICH)
    def someone_leaves_for_good(self, which: int) -> None:
        self._try(self._days.desk.retire_one(which))

    @rule(which=WHICH)
    def someone_who_left_comes_back(self, which: int) -> None:
        self._try(self._days.desk.bring_back(which))

    @rule(which=WHICH)
    def someone_new_comes(self, which: int) -> None:
        self._try(self._days.desk.take_on(which))

    @rule(who=FAMILY, day=st.none() | DAY)
    def records_are_awaited(self, who: int, day: date | None) -> None:
        self._try(self._days.desk.set_first_day(self._days.cases[who], day))

    @rule(is_open=st.booleans())
    def the_clinic_keeps_a_holiday(self, is_open: bool) -> None:
        self._try(self._days.desk.keep_holiday(is_open=is_open))

    @rule(which=WHICH, to=st.sampled_from([LotState.RELEASED, LotState.QUARANTINED, LotState.RECALLED]))
    def a_lot_is_looked_at(self, which: int, to: LotState) -> None:
        self._try(self._days.desk.set_lot(which, to))

    @someone_has_dates
    @rule(which=WHICH)
    def gets_another_dose(self, which: int) -> None:
        self._try(self._days.desk.exchange(which))

    @someone_has_dates
    @rule(recalled=st.booleans(), tell=st.booleans())
    def the_desk_goes_round_what_is_in_the_way(self, recalled: bool, tell: bool) -> None:
        self._try(self._days.desk.accept_all(recalled=recalled, tell=tell))

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
