"""What is offered when the clinic changes: everything that is offered first can be had, all of it together, or any part."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.bookings.models import Booking, BookingStatus
from booking.kit.db import run, savepoint
from booking.slots import claims, exchange
from booking.slots.checks import INVARIANTS
from booking.slots.closures import Closing, add, touched_by
from booking.slots.explain import Why
from booking.slots.load import load_stock
from booking.slots.models import Dose, Lot, LotState
from booking.slots.remedies import Hit, Remedy, remedies
from booking.slots.stock import Given
from booking.slots.windows import Window
from tests.slots.rows import FIRST, LAST, NOW, PROTOCOL, Small, booking, free, resources, small_clinic

pytestmark = pytest.mark.usefixtures("db")
DAY: Final = timedelta(days=1)


class _Undone(Exception):
    """Ends an example without keeping anything of it."""


@dataclass
class Desk:
    """A clinic with bookings, some of which something has come in the way of."""

    small: Small

    async def booked(self, *which: int) -> list[Booking]:
        """So many bookings that are kept, each on one of the windows that are free then."""
        made = []
        for choice in which:
            if offered := await free(self.small):
                window = offered[choice % len(offered)]
                made.append(await booking(self.small, window, BookingStatus.CONFIRMED))
                await claims.take(window, made[-1].id, now=NOW, lapses_at=None)
        return made

    async def closed(self, resource_id: int, first: int, length: int) -> set[str]:
        """The bookings that the closure touches."""
        day = FIRST + first * DAY
        closing = Closing(resource_id, day, day + length * DAY)
        await add(self.small.clinic.id, closing)
        return {one.booking for one in await touched_by(self.small.clinic.id, closing, now=NOW)}

    async def recalled(self, made: list[Booking]) -> set[str]:
        """The bookings with a dose of the first lot."""
        await Lot.filter(id=self.small.lot.id).update(state=LotState.RECALLED)
        rows = await Dose.filter(lot_id=self.small.lot.id, booking_id__in=[one.id for one in made])
        return {one.code for one in made if one.id in {row.booking_id for row in rows}}

    async def offered(self, made: list[Booking], codes: set[str], now: datetime = NOW) -> list[Remedy]:
        stock = await load_stock(self.small.clinic.id, now.date(), LAST + 10 * DAY, now)
        return remedies([await self._hit(one) for one in made if one.code in codes], stock)

    async def accepted(self, remedy: Remedy, made: list[Booking]) -> None:
        """As the journey does it. Raises WindowTaken."""
        [mine] = [one for one in made if one.code == remedy.hit.booking]
        if remedy.only_doses:
            await exchange.exchange_doses(remedy.hit.window, mine.id, now=NOW, lapses_at=None)
            return
        window = remedy.offers[0]
        await claims.move(mine.id, window, now=NOW, lapses_at=None)
        changes = {"window": window.to_json(), "starts_at": window.starts_at, "ends_at": window.ends_at}
        await mine.update_from_dict(changes).save(update_fields=list(changes))

    async def broken(self) -> list[str]:
        return [name for name, sql in INVARIANTS.items() if await run(sql)]

    async def _hit(self, one: Booking) -> Hit:
        window = Window.from_json(one.window)
        mine = await Dose.filter(booking_id=one.id).select_related("lot")
        released = [dose.lot_id for dose in mine if dose.lot.state is LotState.RELEASED]
        lost = [Given("cells", window.end, 1) for dose in mine if dose.lot.state is not LotState.RELEASED]
        return Hit(one.code, window, PROTOCOL, doses={lot: released.count(lot) for lot in released}, lost=tuple(lost))


async def a_desk(*, clinicians: int = 2, chairs: int = 2, doses: int = 4) -> Desk:
    """Two lots: the first is used up first, for it expires first."""
    small = await small_clinic(clinicians=clinicians, chairs=chairs, doses=doses)
    later = await Lot.create(
        clinic=small.clinic, product="cells", code="B", state=LotState.RELEASED, usable_from=FIRST + 2 * DAY,
        usable_until=LAST + 5 * DAY,
    )  # fmt: skip
    await Dose.bulk_create(Dose(lot_id=later.id, number=n) for n in range(doses))
    return Desk(small)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, 3), min_size=3, max_size=6),
    st.tuples(st.sets(st.integers(0, 3), min_size=1), st.integers(0, 4), st.integers(0, 2)) | st.none(),
    st.sampled_from([63]) | st.integers(0, 63),
)
async def test_any_of_the_first_offers_can_be_accepted_in_their_order(
    which: list[int], closure: tuple[set[int], int, int] | None, some: int
) -> None:
    with pytest.raises(_Undone):
        await _told(which, closure, some)


async def _told(which: list[int], closure: tuple[set[int], int, int] | None, some: int) -> None:
    async with savepoint():
        desk = await a_desk()
        made = await desk.booked(*which)
        everyone = [*desk.small.clinicians, *desk.small.chairs]
        touched = set() if closure else await desk.recalled(made)
        who, *days = closure or ((), 0, 0)
        for one in who:
            touched |= await desk.closed(everyone[one].id, *days)
        in_order = [one.code for one in _by_start(made) if one.code in touched]

        offered = await desk.offered(made, touched)

        assert [one.hit.booking for one in offered] == in_order
        assert all(bool(one.offers) != (one.none is not None) for one in offered)
        for number, remedy in enumerate(offered):
            if remedy.offers and some >> number & 1:
                await desk.accepted(remedy, made)
                assert await desk.broken() == []
        raise _Undone


def _by_start(made: list[Booking]) -> list[Booking]:
    starts = {one.code: Window.from_json(one.window).starts_at for one in made}
    return sorted(made, key=lambda one: (starts[one.code], one.code))


async def test_someone_else_at_the_same_times_and_nothing_more_changes() -> None:
    desk = await a_desk()
    [mine] = await desk.booked(0)
    before = Window.from_json(mine.window)
    ill = before.steps[0].resources[0]

    [remedy] = await desk.offered([mine], await desk.closed(ill, 0, 6))

    assert remedy.same is not None
    assert [(step.day, step.starts) for step in remedy.same.steps] == [(s.day, s.starts) for s in before.steps]
    stands_in = next(one.id for one in desk.small.clinicians if one.id != ill)
    swapped = [tuple(stands_in if one == ill else one for one in step.resources) for step in before.steps]
    assert [step.resources for step in remedy.same.steps] == swapped


async def test_without_anyone_else_the_nearest_dates_and_the_later_of_two() -> None:
    desk = await a_desk(clinicians=1)
    [mine] = await desk.booked(3)
    doctor = desk.small.clinicians[0].id

    [remedy] = await desk.offered([mine], await desk.closed(doctor, 3, 0))

    assert (remedy.same, [window.start - FIRST for window in remedy.nearest]) == (None, [4 * DAY, 5 * DAY, 1 * DAY])


async def test_of_two_that_would_do_a_booking_keeps_its_own() -> None:
    desk = await a_desk()
    first, second = await desk.booked(0, 0)
    [its_chair] = {row.resource_id for row in Window.from_json(second.window).rows()} & {
        chair.id for chair in desk.small.chairs
    }
    assert its_chair == desk.small.chairs[1].id
    await claims.release(first.id)

    [remedy] = await desk.offered([second], await desk.closed(desk.small.clinicians[1].id, 0, 3))

    assert remedy.same is not None
    assert {row.resource_id for row in remedy.same.rows()} == {desk.small.clinicians[0].id, its_chair}


async def test_nobody_is_offered_to_come_on_the_day_itself() -> None:
    desk = await a_desk(clinicians=1)
    [mine] = await desk.booked(3)
    codes = await desk.closed(desk.small.clinicians[0].id, 3, 3)
    that_morning = datetime.combine(FIRST, time(10), UTC)

    [remedy] = await desk.offered([mine], codes, that_morning)

    assert FIRST in {window.start for window in await free(desk.small, that_morning)}
    assert min(window.start for window in remedy.nearest) == FIRST + DAY


async def test_two_are_not_offered_the_same_and_none_relies_on_the_other() -> None:
    desk = await a_desk(clinicians=2, chairs=2)
    made = await desk.booked(1, 1)
    await resources(desk.small.clinic, "clinician", 1)  # one for both of them
    for doctor in desk.small.clinicians:
        touched = await desk.closed(doctor.id, 1, 1)

    first, second = await desk.offered(made, {one.code for one in made} | touched)

    assert (first.same is not None, second.same) == (True, None)
    assert second.nearest
    assert second.nearest[0].start != FIRST + DAY


async def test_why_there_is_nothing_else_is_said() -> None:
    desk = await a_desk(clinicians=1)
    [mine] = await desk.booked(0)

    [remedy] = await desk.offered([mine], await desk.closed(desk.small.clinicians[0].id, 0, 20))

    assert remedy.offers == ()
    assert remedy.none is not None
    assert [(one.why, one.what) for one in remedy.none.obstacles] == [(Why.CLOSED, "clinician")]


async def test_a_recall_is_met_by_another_lot_at_the_same_dates_and_if_there_is_none_by_others() -> None:
    desk = await a_desk()
    early, late = await desk.booked(0, 2)

    first, second = await desk.offered([early, late], await desk.recalled([early, late]))

    # The other lot may be used from the third day on: the first booking's dose is due on the second.
    assert (first.only_doses, second.only_doses) == (False, True)
    assert first.nearest[0].end >= FIRST + 2 * DAY


async def test_a_stay_that_has_begun_is_shown_and_not_moved() -> None:
    desk = await a_desk()
    early, late = await desk.booked(0, 2)
    codes = {early.code, late.code}
    begun = Window.from_json(early.window).starts_at

    shown, moved = await desk.offered([early, late], codes, begun)
    await desk.recalled([early, late])
    given = await desk.offered([early, late], codes, Window.from_json(late.window).starts_at)

    assert (shown.has_begun, shown.offers, moved.has_begun) == (True, (), False)
    assert [(one.has_begun, one.only_doses) for one in given] == [(True, False), (True, True)]
