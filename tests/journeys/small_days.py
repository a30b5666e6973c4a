"""A clinic with few dates in April, five families who want them, one of them twice, and a coordinator: everything that they do, by the product's own journeys.

A deed that is refused is a deed: `refused` says so. What must hold afterwards is looked at by `stands`, and by the deeds
themselves: what was shown a moment ago can be had, and a lapsed hold is in nobody's way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from booking.accounts.viewers import Viewer
from booking.bookings import waitlist
from booking.bookings.booking import LIVE, lapse_of, live_of
from booking.bookings.elsewhere import OtherStays
from booking.bookings.models import Booking, BookingStatus, Wait
from booking.bookings.turns import InLine, became
from booking.bookings.wishes import Wish
from booking.consultations.consents import Signature
from booking.consultations.models import Case
from booking.demo.world import World
from booking.journeys.agreement import require_agreement
from booking.journeys.cancel import cancel
from booking.journeys.check import check
from booking.journeys.close_pages import close_pages
from booking.journeys.complete_stays import complete_stays
from booking.journeys.find_dates import find_dates
from booking.journeys.first_day import first_day
from booking.journeys.give_consent import consent_paper, give_consent, withdraw_consent
from booking.journeys.join_waitlist import join_waitlist, leave_waitlist
from booking.journeys.offer import offer_of
from booking.journeys.offer_freed import free_for, offer_freed
from booking.journeys.plan_messages import plan_booking_messages
from booking.journeys.release_hold import release_hold
from booking.journeys.reschedule import reschedule
from booking.journeys.reserve import DatesGone, reserve
from booking.journeys.send_refunds import send_refunds
from booking.journeys.settle_payment import settle_checkout
from booking.journeys.start_deposit import start_payment
from booking.journeys.sweep_lapses import sweep_lapses
from booking.kit.db import execute, run
from booking.kit.times import in_zone
from booking.messages.planning import not_before
from booking.payments.models import ChargeKind
from booking.payments.terms import RefundCause
from booking.services import Services
from booking.slots.windows import Window
from tests.journeys.refusals import must
from tests.journeys.small_desk import HOLIDAY, Desk
from tests.journeys.trips import FIRST, KEY, LAST, LINKS, a_case, patient_of, pay_on
from tests.journeys.waiting import close_but
from tests.outside import Clock

# Samuel has two cases: he is in one place all the same.
FAMILIES: Final = ("samuel", "helene", "abdullah", "lucia", "folake", "samuel")
OPEN_WEEKS: Final = (date(2027, 4, 5), date(2027, 4, 12))
WHOLE_APRIL: Final = Wish(FIRST, LAST)

FEW_DOSES: Final = """
DELETE FROM dose USING lot WHERE lot.id = dose.lot_id AND NOT (lot.code IN ('TB-UC-0102', 'TB-UC-0103') AND number <= 2)"""
OPEN_WEEK: Final = "DELETE FROM closure WHERE first_day BETWEEN $1 AND $2"
STILL_PLANNED: Final = """
SELECT occasion, recipient_id, zone, due_local::timestamp, useful_until FROM message
 WHERE booking_id = $1 AND status = 'planned' ORDER BY 1, 2"""
CHECK_INS: Final = "SELECT day, due_on FROM check_in WHERE booking_id = $1 ORDER BY 1"
SPEAKS: Final = """
SELECT DISTINCT c.step FROM claim c JOIN resource r ON r.id = c.resource_id
 WHERE c.booking_id = $1 AND r.kind = 'interpreter' AND r.skills ? $2"""
NO_LAPSED: Final = (
    "DELETE FROM claim WHERE lapses_at <= $1",
    "UPDATE dose SET booking_id = NULL, step = NULL, lapses_at = NULL WHERE lapses_at <= $1",
)


class Seen(NamedTuple):
    """Dates that someone was shown, with the interpreter that they are with."""

    token: str
    interpreter: str | None


@dataclass
class SmallDays:
    world: World
    services: Services
    clock: Clock
    cases: list[Case] = field(default_factory=list)
    live: Sequence[Booking] = ()
    in_line: Sequence[Wait] = ()
    wished: dict[int, str | None] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.clock.at

    @property
    def held(self) -> list[Booking]:
        return [one for one in self.live if one.status is BookingStatus.HELD]

    @property
    def desk(self) -> Desk:
        return Desk(self.world, self.clock)

    async def made_ready(self) -> None:
        """Two weeks of April are open, the doctors away in the second; there are four doses for five families."""
        self.cases = [await a_case(self.world, who=who, now=self.now) for who in FAMILIES]
        await close_but(None)
        for monday in OPEN_WEEKS:
            await execute(OPEN_WEEK, monday, monday + timedelta(days=5))
        for doctor in await self.desk.resources("clinician"):
            await self.desk.close(doctor.id, OPEN_WEEKS[1], days=6)
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

    async def look(self, who: int, shown: list[Seen], interpreter: str | None = None) -> None:
        """The dates that a family is shown on its page; with the interpreter that it wished before, if none is named."""
        case, viewer = await self._family(who)
        how: dict[str, Any] = {"interpreter": interpreter, "key": KEY, "now": self.now}
        _case, dates = await find_dates(viewer, case.code, FIRST, LAST, **how)
        shown += [Seen(dates.token(window), dates.interpreter) for window in dates.windows]

    async def hold(self, who: int, seen: Seen) -> None:
        """A family chooses dates that someone saw, perhaps long ago. Who is too late can have the nearest."""
        case, viewer = await self._family(who)
        try:
            await self._reserve(viewer, case, seen)
        except DatesGone as gone:
            for _window, nearest in gone.nearest[:1]:
                await must(self._reserve(viewer, case, Seen(nearest, seen.interpreter)))

    async def hold_what_is_shown(self, who: int, which: int, interpreter: str | None = None) -> None:
        """Nothing stands between the look and the hold: it must succeed, whoever let dates lapse before."""
        shown: list[Seen] = []
        await self.look(who, shown, interpreter)
        case, viewer = await self._family(who)
        if shown and await live_of(case.id, now=self.now) is None:
            await must(self._reserve(viewer, case, shown[which % len(shown)]))

    async def _reserve(self, viewer: Viewer, case: Case, seen: Seen) -> None:
        booking = await reserve(viewer, case.code, seen.token, interpreter=seen.interpreter, key=KEY, now=self.now)
        self.wished[booking.id] = seen.interpreter

    async def move_hold(self, which: int, seen: Seen) -> None:
        mine, viewer = await self._one_of(self.live, which)
        how: dict[str, Any] = {"interpreter": seen.interpreter, "key": KEY, "links": LINKS, "now": self.now}
        await reschedule(viewer, mine.code, seen.token, **how)
        self.wished[mine.id] = seen.interpreter

    async def take_consent_back(self, who: int) -> None:
        """Dates that are only held go with it."""
        case, viewer = await self._family(who)
        await withdraw_consent(viewer, case.code, now=self.now)

    async def consent_again(self, who: int) -> None:
        """The time to think begins anew."""
        case, viewer = await self._family(who)
        paper = await consent_paper(viewer, case.code, language="en")
        answers = {question.key: question.right for question in paper.questions}
        signed: dict[str, Any] = {"language": "en", "shown": paper.sha256.hex(), "now": self.now}
        await give_consent(viewer, case.code, answers, Signature(viewer.name), **signed)

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
        by, cause = (self.desk.nia, RefundCause.HEALTH) if staff else (viewer, RefundCause.CHANGE_OF_MIND)
        await cancel(by, mine.code, cause, services=self.services, now=self.now)

    async def wait_in_line(self, who: int, wish: Wish) -> None:
        case, viewer = await self._family(who)
        await join_waitlist(viewer, case.code, wish, now=self.now)

    async def leave_the_line(self, which: int) -> None:
        case = self.in_line[which % len(self.in_line)].case
        await leave_waitlist(await patient_of(case), case.code, now=self.now)

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
            if (spoken := self.wished.get(one.id)) and lapse_of(one, self.now) is None:
                steps = {row["step"] for row in await run(SPEAKS, one.id, spoken)}
                protocol = (await offer_of(one.case.version_id)).protocol
                spoken_in = {each.key for each in protocol.steps if any(need.if_wished for need in each.needs)}
                assert steps == spoken_in, f"{one.code} is without its interpreter of {spoken}"

    async def _says_what_it_has(self, booking: Booking) -> None:
        """Mails and check-ins went along with the dates, whatever was done: to plan them anew changes nothing (G6)."""
        planned = await self._planned(booking)
        await execute("SAVEPOINT planned")
        await plan_booking_messages(booking, now=self.now)
        anew = await self._planned(booking)
        await execute("ROLLBACK TO SAVEPOINT planned")
        assert planned == anew, [one for one in {*planned, *anew} if one not in planned or one not in anew]

    async def _planned(self, booking: Booking) -> list[tuple[object, ...]]:
        """Who would get which mail when if it were sent from now on: what is late while nobody sends goes when its reader is awake."""
        mails = [
            (mail["occasion"], mail["recipient_id"], at)
            for mail in await run(STILL_PLANNED, booking.id)
            if mail["useful_until"] > (at := not_before(mail["occasion"], mail["due_local"], mail["zone"], self.now))
        ]
        return [*mails, *(tuple(row.values()) for row in await run(CHECK_INS, booking.id))]

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
        """The first day that is free for them and that they were not offered before. The notice leaves time to think about it."""
        case, clinic = await Case.get(id=place.case_id), self.world.clinic
        wish, offer, agreement = (
            Wish.of(await Wait.get(id=place.id)),
            await offer_of(case.version_id),
            await require_agreement(case),
        )
        before = await waitlist.offered_before(place.id)
        first = first_day(case, clinic, offer, agreement, self.now).day
        others = await OtherStays.of(case, now=self.now)
        free = await free_for(clinic, offer, wish, others=others, now=self.now)
        return next((each.start for each in free if each.start not in before and each.start >= first), None)

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
