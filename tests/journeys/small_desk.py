"""The coordinator of a clinic with few dates: everything that she does there, by the product's own journeys."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from booking.accounts.viewers import Viewer
from booking.bookings.booking import LIVE
from booking.bookings.models import Booking
from booking.consultations.models import Case
from booking.demo.world import World
from booking.journeys.accept_remedies import Choice, accept_remedies
from booking.journeys.change_resource import bring_back_resource, change_resource, retire_resource, set_hours
from booking.journeys.close_resource import close_resource, open_again
from booking.journeys.exchange_doses import exchange_doses
from booking.journeys.find_other_dates import find_other_dates
from booking.journeys.find_remedies import Change, find_remedies
from booking.journeys.keep_resources import add_resource, set_holiday
from booking.journeys.move_step import Entry, look_at_step, move_step
from booking.journeys.receive_lot import set_lot_state
from booking.journeys.reschedule import reschedule
from booking.journeys.set_first_day import set_first_day
from booking.journeys.tell_family import tell_family
from booking.slots.claims import WindowTaken
from booking.slots.closures import Closing
from booking.slots.hours import Hours
from booking.slots.models import Claim, Closure, Lot, LotState, Resource
from booking.slots.resources import Rostered
from booking.slots.step_moves import Target
from booking.slots.windows import Window
from tests.journeys.refusals import had, refused
from tests.journeys.trips import FIRST, KEY, LINKS, nia
from tests.outside import Clock

HOLIDAY: Final = date(2027, 4, 14)


@dataclass
class Desk:
    world: World
    clock: Clock

    @property
    def now(self) -> datetime:
        return self.clock.at

    @property
    def nia(self) -> Viewer:
        return nia(self.world)

    async def move(self, which: int, where: int, *, tell: bool) -> None:
        """To other dates that the coordinator is shown at this moment, which must be had."""
        mine = await self._one_of(which)
        found = await find_other_dates(self.nia, mine.code, FIRST, interpreter=None, key=KEY, now=self.now)
        others = [window for window in found.dates.windows if window.steps != found.before.steps]
        if others:
            token, spoken = found.dates.token(others[where % len(others)]), found.interpreter or None
            how: dict[str, Any] = {"interpreter": spoken, "tell": tell, "key": KEY, "links": LINKS, "now": self.now}
            await had(reschedule(self.nia, mine.code, token, **how))

    async def move_step(self, which: int, entry: int, where: int, *, later: int, at: time, tell: bool) -> None:
        """One appointment: it goes where the look says that it can go, and nowhere else."""
        mine = await self._one_of(which)
        claims = await Claim.filter(booking_id=mine.id).select_related("resource").order_by("starts_at", "resource_id")
        if not claims:  # it has lapsed, and others have them
            return
        claim = claims[entry % len(claims)]
        alike = await self.resources(claim.resource.kind)
        was = next(step for step in Window.from_json(mine.claimed).steps if step.key == claim.step)
        target = Target(alike[where % len(alike)].id, was.day + timedelta(days=later), at if later else was.starts)
        moved = Entry(mine.code, claim.step, claim.resource_id)
        looked = await look_at_step(self.nia, moved, target, language="en", now=self.now)
        works = looked.move.works and not (looked.change and looked.change.too_soon)
        went = not await refused(move_step(self.nia, moved, target, tell=tell, links=LINKS, now=self.now))
        assert went == works, looked.move

    async def tell(self) -> None:
        untold = next(one for one in await self._live() if one.aside)
        await tell_family(self.nia, untold.code, links=LINKS, now=self.now)

    async def close(self, resource_id: int, first: date, *, days: int) -> None:
        """Someone is away, or something broken; what is claimed stays claimed until it is moved."""
        closing = Closing(resource_id, first, first + timedelta(days=days - 1))
        await close_resource(self.nia, closing, anyway=True, now=self.now)

    async def close_one(self, which: int, first: date, days: int) -> None:
        everything = await self.resources()
        await self.close(everything[which % len(everything)].id, first, days=days)

    async def open_one(self, which: int) -> None:
        told = await Closure.filter(reason="").order_by("id")
        if told:
            await open_again(self.nia, [told[which % len(told)].id], now=self.now)

    async def set_hours(self, which: int, opens: time, from_day: date, *, anyway: bool) -> None:
        """Other weekly hours from a day on: who is outside of them stays where they are."""
        everything = await self.resources()
        week = [Hours(day, opens, time(18)) for day in range(6)]
        one = everything[which % len(everything)]
        await set_hours(self.nia, one.id, week, from_day, anyway=anyway, now=self.now)

    async def set_languages(self, which: int, skills: tuple[str, ...]) -> None:
        """Unless a booking asks for one that the interpreter would lose: nobody is ever with someone who does not speak theirs."""
        interpreters = await self.resources("interpreter")
        one = interpreters[which % len(interpreters)]
        await change_resource(self.nia, one.id, name=one.name, skills=skills, now=self.now)

    async def retire_one(self, which: int) -> None:
        """Nobody may be left with it: the check says so of every deed. Whoever is the last of all stays."""
        everything = await self.resources()
        if everything[1:]:
            await retire_resource(self.nia, everything[which % len(everything)].id, now=self.now)

    async def bring_back(self, which: int) -> None:
        """Someone, or something, that was retired, whatever has become of the rest."""
        retired = await Resource.filter(is_active=False).order_by("id")
        if retired:
            await bring_back_resource(self.nia, retired[which % len(retired)].id, None, now=self.now)

    async def take_on(self, which: int) -> None:
        """Someone, or something, of a kind that there is, with its hours."""
        everything = await self.resources()
        like = everything[which % len(everything)]
        one = Rostered(like.kind, f"Another {await Resource.all().count()}", tuple(like.skills))
        await add_resource(self.nia, one, count=1, like=like.id, now=self.now)

    async def set_first_day(self, case: Case, day: date | None) -> None:
        """Records are awaited, or have come. Dates that they have stay."""
        await set_first_day(self.nia, case.code, day, now=self.now)

    async def keep_holiday(self, *, is_open: bool) -> None:
        await set_holiday(self.nia, HOLIDAY, is_open=is_open, now=self.now)

    async def set_lot(self, which: int, to: LotState) -> None:
        lots = await Lot.filter(code__in=["TB-UC-0102", "TB-UC-0103"]).order_by("id")
        lot = lots[which % 2]
        await set_lot_state(self.nia, lot.code, lot.state, to, reason="why", now=self.now)

    async def exchange(self, which: int) -> None:
        mine = await self._one_of(which)
        await exchange_doses(self.nia, mine.code, now=self.now)

    async def accept_all(self, *, recalled: bool, tell: bool) -> None:
        """What stands in the way of bookings is gone round: each gets the first that it may have instead, worked out together."""
        lots = await Lot.filter(state__in=[LotState.RECALLED, LotState.QUARANTINED], code="TB-UC-0102")
        change = Change(lot=lots[0].code) if recalled and lots else Change()
        found = await find_remedies(self.nia, change, key=KEY, now=self.now)
        choices = [Choice(one.code, one.offers[0][1], tell) for one in found.touches if one.offers]
        for answer in await accept_remedies(self.nia, change, choices, key=KEY, links=LINKS, now=self.now):
            assert not isinstance(answer.refused, WindowTaken), answer.choice

    async def resources(self, kind: str | None = None) -> list[Resource]:
        kinds = (
            {"kind": kind}
            if kind
            else {"kind__in": ["clinician", "infusion-chair", "bed", "room", "therapist", "interpreter"]}
        )
        return await Resource.filter(**kinds, is_active=True).order_by("id")

    async def _live(self) -> list[Booking]:
        return await Booking.filter(status__in=LIVE).select_related("case").order_by("id")

    async def _one_of(self, which: int) -> Booking:
        live = await self._live()
        return live[which % len(live)]
