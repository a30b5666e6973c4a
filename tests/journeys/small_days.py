"""A clinic with few dates in April, five families who want them, and a coordinator: everything that they do, by the product's own journeys.

A deed that is refused is a deed: `refused` says so. What must hold afterwards is looked at by `stands`, and by the deeds
themselves: what was shown a moment ago can be had, and a lapsed hold is in nobody's way.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from booking.accounts.models import Role
from booking.accounts.viewers import Viewer
from booking.bookings import waitlist
from booking.bookings.booking import LIVE, live_of
from booking.bookings.models import Booking, BookingStatus, Wait
from booking.bookings.turns import InLine, became
from booking.bookings.wishes import Wish
from booking.consultations.models import Case
from booking.demo.ready import staff_of
from booking.demo.world import World
from booking.journeys.accept_remedies import Choice, accept_remedies
from booking.journeys.cancel import cancel
from booking.journeys.check import check
from booking.journeys.close_pages import close_pages
from booking.journeys.close_resource import close_resource, open_again
from booking.journeys.complete_stays import complete_stays
from booking.journeys.exchange_doses import exchange_doses
from booking.journeys.find_dates import find_dates
from booking.journeys.find_other_dates import find_other_dates
from booking.journeys.find_remedies import Change, find_remedies
from booking.journeys.join_waitlist import join_waitlist, leave_waitlist
from booking.journeys.keep_resources import set_holiday
from booking.journeys.move_step import Entry, look_at_step, move_step
from booking.journeys.offer import offer_of
from booking.journeys.offer_freed import free_for, offer_freed
from booking.journeys.plan_messages import plan_booking_messages
from booking.journeys.receive_lot import set_lot_state
from booking.journeys.release_hold import release_hold
from booking.journeys.reschedule import reschedule
from booking.journeys.reserve import DatesGone, reserve
from booking.journeys.send_refunds import send_refunds
from booking.journeys.settle_payment import settle_checkout
from booking.journeys.start_deposit import start_payment
from booking.journeys.sweep_lapses import sweep_lapses
from booking.journeys.tell_family import tell_family
from booking.kit.db import execute, run
from booking.kit.errors import Refusal
from booking.kit.times import in_zone
from booking.payments.models import ChargeKind
from booking.payments.terms import RefundCause
from booking.services import Services
from booking.slots.claims import WindowTaken
from booking.slots.closures import Closing
from booking.slots.models import Claim, Closure, Lot, LotState, Resource
from booking.slots.step_moves import Target
from booking.slots.windows import Window
from tests.journeys.trips import FIRST, KEY, LAST, LINKS, a_case, patient_of, pay_on
from tests.journeys.waiting import close_but
from tests.outside import Clock

FAMILIES: Final = ("samuel", "helene", "abdullah", "lucia", "folake")
OPEN_WEEKS: Final = (date(2027, 4, 5), date(2027, 4, 12))
HOLIDAY: Final = date(2027, 4, 14)
WHOLE_APRIL: Final = Wish(FIRST, LAST)

FEW_DOSES: Final = """
DELETE FROM dose USING lot WHERE lot.id = dose.lot_id AND NOT (lot.code IN ('TB-UC-0102', 'TB-UC-0103') AND number <= 2)"""
OPEN_WEEK: Final = "DELETE FROM closure WHERE first_day BETWEEN $1 AND $2"
STILL_PLANNED: Final = """
SELECT occasion, recipient_id, due_at FROM message WHERE booking_id = $1 AND status = 'planned' AND due_at > $2
 UNION ALL
SELECT 'check-in', day, due_on::timestamptz FROM check_in WHERE booking_id = $1 ORDER BY 1, 2"""
NO_LAPSED: Final = (
    "DELETE FROM claim WHERE lapses_at <= $1",
    "UPDATE dose SET booking_id = NULL, step = NULL, lapses_at = NULL WHERE lapses_at <= $1",
)


@dataclass
class SmallDays:
    world: World
    services: Services
    clock: Clock
    cases: list[Case] = field(default_factory=list)
    live: Sequence[Booking] = ()
    in_line: Sequence[Wait] = ()

    @property
    def now(self) -> datetime:
        return self.clock.at

    @property
    def held(self) -> list[Booking]:
        return [one for one in self.live if one.status is BookingStatus.HELD]

    @property
    def nia(self) -> Viewer:
        return staff_of(self.world, "nia", Role.COORDINATOR)

    async def made_ready(self) -> None:
        """Two weeks of April are open, the doctors away in the second; there are four doses for five families."""
        self.cases = [await a_case(self.world, who=who, now=self.now) for who in FAMILIES]
        await close_but(None)
        for monday in OPEN_WEEKS:
            await execute(OPEN_WEEK, monday, monday + timedelta(days=5))
        for doctor in await self._resources("clinician"):
            await self.close(doctor.id, OPEN_WEEKS[1], days=6)
        await execute(FEW_DOSES)
        await execute(
            "INSERT INTO holiday (clinic_id, day, name, is_open) VALUES ($1, $2, 'Day of the clinic', true)",
            self.world.clinic.id,
            HOLIDAY,
        )

    async def begin(self, holders: int, *, pays: bool) -> None:
        """So many families have dates already, the first of them paid for."""
        for who in range(holders):
            await self.hold_what_is_shown(who, 0)
        if holders and pays:
            await self.stands()
            opened: list[str] = []
            await self.open_page(0, opened)
            await self.pay(opened[0])
            await self.hear_of(opened[0])

    # families

    async def look(self, who: int, shown: list[str]) -> None:
        """The dates that a family is shown, as the tokens on its page."""
        case, viewer = await self._family(who)
        _case, dates = await find_dates(viewer, case.code, FIRST, LAST, interpreter=None, key=KEY, now=self.now)
        shown += [dates.token(window) for window in dates.windows]

    async def hold(self, who: int, token: str) -> None:
        """A family chooses dates that someone saw, perhaps long ago. Who is too late can have the nearest."""
        case, viewer = await self._family(who)
        try:
            await reserve(viewer, case.code, token, key=KEY, now=self.now)
        except DatesGone as gone:
            for _window, nearest in gone.nearest[:1]:
                await must(reserve(viewer, case.code, nearest, key=KEY, now=self.now))

    async def hold_what_is_shown(self, who: int, which: int) -> None:
        """Nothing stands between the look and the hold: it must succeed, whoever let dates lapse before."""
        shown: list[str] = []
        await self.look(who, shown)
        case, viewer = await self._family(who)
        if shown and await live_of(case.id, now=self.now) is None:
            await must(reserve(viewer, case.code, shown[which % len(shown)], key=KEY, now=self.now))

    async def move_hold(self, which: int, token: str) -> None:
        mine, viewer = await self._one_of(self.live, which)
        await reschedule(viewer, mine.code, token, key=KEY, links=LINKS, now=self.now)

    async def let_go(self, which: int) -> None:
        """Of dates that they chose, or that they were offered."""
        mine, viewer = await self._one_of(self.held, which)
        await release_hold(viewer, mine.code, now=self.now)

    async def open_page(self, which: int, opened: list[str]) -> None:
        mine, viewer = await self._one_of(self.held, which)
        payments, kind = self.services.payments, ChargeKind.DEPOSIT
        opened.append(await start_payment(viewer, mine.code, kind, payments=payments, links=LINKS, now=self.now))

    async def pay(self, page: str) -> None:
        """On Stripe's page; nobody tells us."""
        await pay_on(page)

    async def hear_of(self, page: str) -> None:
        """Of what was done on the page, however late and however often."""
        await settle_checkout(page.rsplit("/", 1)[1], payments=self.services.payments, links=LINKS, now=self.now)

    async def cancel(self, which: int, *, staff: bool) -> None:
        mine, viewer = await self._one_of(self.live, which)
        by, cause = (self.nia, RefundCause.HEALTH) if staff else (viewer, RefundCause.CHANGE_OF_MIND)
        await cancel(by, mine.code, cause, services=self.services, now=self.now)

    async def wait_in_line(self, who: int, wish: Wish) -> None:
        case, viewer = await self._family(who)
        await join_waitlist(viewer, case.code, wish, now=self.now)

    async def leave_the_line(self, which: int) -> None:
        case = self.in_line[which % len(self.in_line)].case
        await leave_waitlist(await patient_of(case), case.code, now=self.now)

    # the clinic

    async def move(self, which: int, where: int, *, tell: bool) -> None:
        """To other dates that the coordinator is shown at this moment, which must be had."""
        mine, _viewer = await self._one_of(self.live, which)
        found = await find_other_dates(self.nia, mine.code, FIRST, interpreter=None, key=KEY, now=self.now)
        others = [window for window in found.dates.windows if window.steps != found.before.steps]
        if others:
            token = found.dates.token(others[where % len(others)])
            await had(reschedule(self.nia, mine.code, token, tell=tell, key=KEY, links=LINKS, now=self.now))

    async def move_step(self, which: int, entry: int, where: int, *, later: int, at: time, tell: bool) -> None:
        """One appointment: it goes where the look says that it can go, and nowhere else."""
        mine, _viewer = await self._one_of(self.live, which)
        claims = await Claim.filter(booking_id=mine.id).select_related("resource").order_by("starts_at", "resource_id")
        if not claims:  # it has lapsed, and others have them
            return
        claim = claims[entry % len(claims)]
        alike = await self._resources(claim.resource.kind)
        was = next(step for step in Window.from_json(mine.claimed).steps if step.key == claim.step)
        target = Target(alike[where % len(alike)].id, was.day + timedelta(days=later), at if later else was.starts)
        moved = Entry(mine.code, claim.step, claim.resource_id)
        looked = await look_at_step(self.nia, moved, target, language="en", now=self.now)
        went = not await refused(move_step(self.nia, moved, target, tell=tell, links=LINKS, now=self.now))
        assert went == looked.move.works, looked.move

    async def tell(self) -> None:
        untold = next(one for one in self.live if one.aside)
        await tell_family(self.nia, untold.code, links=LINKS, now=self.now)

    async def close(self, resource_id: int, first: date, *, days: int) -> None:
        """Someone is away, or something broken; what is claimed stays claimed until it is moved."""
        closing = Closing(resource_id, first, first + timedelta(days=days - 1))
        await close_resource(self.nia, closing, anyway=True, now=self.now)

    async def close_one(self, which: int, first: date, days: int) -> None:
        everything = await self._resources()
        await self.close(everything[which % len(everything)].id, first, days=days)

    async def open_one(self, which: int) -> None:
        told = await Closure.filter(reason="").order_by("id")
        if told:
            await open_again(self.nia, [told[which % len(told)].id], now=self.now)

    async def keep_holiday(self, *, is_open: bool) -> None:
        await set_holiday(self.nia, HOLIDAY, is_open=is_open, now=self.now)

    async def set_lot(self, which: int, to: LotState) -> None:
        lots = await Lot.filter(code__in=["TB-UC-0102", "TB-UC-0103"]).order_by("id")
        lot = lots[which % 2]
        await set_lot_state(self.nia, lot.code, lot.state, to, reason="why", now=self.now)

    async def exchange(self, which: int) -> None:
        mine, _viewer = await self._one_of(self.live, which)
        await exchange_doses(self.nia, mine.code, now=self.now)

    async def accept_all(self, *, recalled: bool, tell: bool) -> None:
        """What stands in the way of bookings is gone round: each gets the first that it may have instead, worked out together."""
        lots = await Lot.filter(state__in=[LotState.RECALLED, LotState.QUARANTINED], code="TB-UC-0102")
        change = Change(lot=lots[0].code) if recalled and lots else Change()
        found = await find_remedies(self.nia, change, key=KEY, now=self.now)
        choices = [Choice(one.code, one.offers[0][1], tell) for one in found.touches if one.offers]
        for answer in await accept_remedies(self.nia, change, choices, key=KEY, links=LINKS, now=self.now):
            assert not isinstance(answer.refused, WindowTaken), answer.choice

    # time

    async def time_passes(self, span: timedelta) -> None:
        """Nobody sweeps: what has lapsed is free all the same."""
        self.clock.at += span
        assert await self._free() == await self._free_without_lapsed(), "what has lapsed is in someone's way"

    async def work(self) -> None:
        """A round of the worker's. Who waits first gets the first dates that suit them, and nobody waits for what is free."""
        first = await self._first_in_line()
        await sweep_lapses(now=self.now)
        await offer_freed(now=self.now)
        if first is not None:
            wait = await Wait.get(id=first[0]).select_related("booking")
            offered = wait.booking and Window.from_json(wait.booking.window).start
            assert offered == first[1], f"the first in line was to be offered {first[1]}, and has {offered}"
        waits = await self._first_in_line()
        assert waits is None, f"someone waits for what is free: {waits}"
        await send_refunds(payments=self.services.payments, links=LINKS, now=self.now)
        await close_pages(payments=self.services.payments, links=LINKS, now=self.now)
        await complete_stays(now=self.now)

    # what must hold

    async def stands(self) -> None:
        """Where all stands after a deed, with no promise broken that SQL can check."""
        self.live = await Booking.filter(status__in=LIVE).select_related("case").order_by("id")
        self.in_line = await Wait.filter(status__in=waitlist.IN_LINE).select_related("case").order_by("id")
        await execute(f"SET LOCAL leeward.now = '{self.now}'")
        await execute("SET CONSTRAINTS ALL IMMEDIATE")
        await execute("SET CONSTRAINTS ALL DEFERRED")
        broken = [str(each) for each in await check()]
        assert not broken, broken
        for one in self.live:
            if one.status is BookingStatus.CONFIRMED:
                await self._says_what_it_has(one)

    async def _says_what_it_has(self, booking: Booking) -> None:
        """Mails and check-ins went along with the dates, whatever was done: to plan them anew changes nothing (G6)."""
        planned = await self._planned(booking)
        await execute("SAVEPOINT planned")
        await plan_booking_messages(booking, now=self.now)
        anew = await self._planned(booking)
        await execute("ROLLBACK TO SAVEPOINT planned")
        assert planned == anew, [one for one in {*planned, *anew} if one not in planned or one not in anew]

    async def _planned(self, booking: Booking) -> list[tuple[object, ...]]:
        rows = await run(STILL_PLANNED, booking.id, self.now)
        return [tuple(row.values()) for row in rows]

    async def _first_in_line(self) -> tuple[int, date] | None:
        """The first in line for whom something is free, and the first day of it."""
        today = in_zone(self.now, self.world.clinic.zone).date()
        line = {place.id: place for place in await waitlist.line(self.world.clinic.id, now=self.now)}
        for wait in await Wait.filter(status__in=waitlist.IN_LINE).order_by("since", "id"):
            place = line[wait.id]
            if place.can_be_offered and became(place, today=today) is None and (start := await self._suits(place)):
                return place.id, start
        return None

    async def _suits(self, place: InLine) -> date | None:
        """The first day that is free for them and that they were not offered before, if there is time to think about it."""
        case = await Case.get(id=place.case_id)
        wish = Wish.of(await Wait.get(id=place.id))
        before = await waitlist.offered_before(place.id)
        soon = self.now + timedelta(days=4)
        free = await free_for(self.world.clinic, await offer_of(case.version_id), wish, now=self.now)
        return next((each.start for each in free if each.start not in before and each.starts_at > soon), None)

    async def _free(self) -> list[Window]:
        offer = await offer_of(self.world.version.id)
        return await free_for(self.world.clinic, offer, WHOLE_APRIL, now=self.now)

    async def _free_without_lapsed(self) -> list[Window]:
        """What would be free if all that has lapsed were not there."""
        await execute("SAVEPOINT lapsed")
        for sql in NO_LAPSED:
            await execute(sql, self.now)
        free = await self._free()
        await execute("ROLLBACK TO SAVEPOINT lapsed")
        return free

    async def _family(self, who: int) -> tuple[Case, Viewer]:
        case = await Case.get(id=self.cases[who].id)
        return case, await patient_of(case)

    async def _one_of(self, bookings: Sequence[Booking], which: int) -> tuple[Booking, Viewer]:
        mine = bookings[which % len(bookings)]
        return mine, await patient_of(mine.case)

    async def _resources(self, kind: str | None = None) -> list[Resource]:
        kinds = {"kind": kind} if kind else {"kind__in": ["clinician", "infusion-chair", "bed", "room", "therapist"]}
        return await Resource.filter(**kinds).order_by("id")


async def refused(deed: Awaitable[object]) -> bool:
    """Whether it was refused; whatever else goes wrong is a fault."""
    try:
        await deed
    except Refusal:
        return True
    return False


async def must(deed: Awaitable[object]) -> None:
    """Nothing may stand in its way."""
    try:
        await deed
    except Refusal as refusal:
        raise AssertionError(f"what was shown could not be had: {refusal.code}") from refusal


async def had(deed: Awaitable[object]) -> None:
    """It may be refused, though not because somebody had been faster: nobody was."""
    try:
        await deed
    except WindowTaken as gone:
        raise AssertionError("what was shown could not be had") from gone
