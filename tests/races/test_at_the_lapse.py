"""The second in which a hold lapses: its payment, its move, the sweep, other families and the desk, all at once, by clocks that differ."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

import pytest

from booking.bookings.models import Booking, BookingStatus
from booking.consultations.models import Case
from booking.demo.world import World
from booking.journeys.change_resource import retire_resource
from booking.journeys.check import Violation, check
from booking.journeys.keep_resources import set_holiday
from booking.journeys.release_hold import release_hold
from booking.journeys.reschedule import reschedule
from booking.journeys.reserve import reserve
from booking.journeys.settle_payment import settle_checkout
from booking.journeys.sweep_lapses import sweep_lapses
from booking.kit.db import execute, run, transaction
from booking.payments.models import Charge, ChargeStatus, Refund
from booking.services import Services
from booking.slots import claims
from booking.slots.windows import Window
from tests.journeys.refusals import refused
from tests.journeys.trips import KEY, LINKS, a_case, a_hold, nia, patient_of, pay, tokens
from tests.races.waiting import waits_or_is_done

ROUNDS: Final = 10
SECOND: Final = timedelta(seconds=1)
LAST: Final = date(2027, 12, 1)
HOLIDAY: Final = "INSERT INTO holiday (clinic_id, day, name, is_open) VALUES ($1, $2, 'A day', true)"

Deed = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Round:
    """A hold that is paid for, of which nobody has told us; two other families, and the dates that all of them want."""

    world: World
    services: Services
    case: Case
    others: tuple[Case, Case]
    booking: Booking
    session: str
    tokens: tuple[str, str]

    @classmethod
    async def begun(cls, world: World, services: Services) -> "Round":
        case, *others = [await a_case(world, who=who, now=services.now()) for who in ("samuel", "helene", "abdullah")]
        first, second, *_ = await tokens(case, services, last=LAST)
        booking = await a_hold(case, services, first)
        session = await pay(await patient_of(case), booking, services)
        held = await Booking.get(id=booking.id)
        return cls(world, services, case, (others[0], others[1]), held, session, (first, second))

    async def deeds(self) -> dict[str, Deed]:
        assert self.booking.lapses_at is not None
        before, after = self.booking.lapses_at - SECOND, self.booking.lapses_at + SECOND
        patient, families = await patient_of(self.case), [await patient_of(other) for other in self.others]
        chair = Window.from_json(self.booking.window).steps[1].resources[-1]
        code, (first, second), payments = self.booking.code, self.tokens, self.services.payments
        how: dict[str, Any] = {"key": KEY, "links": LINKS}

        def heard(now: datetime) -> Deed:
            return lambda: settle_checkout(self.session, payments=payments, links=LINKS, now=now)

        def taken(which: int, token: str) -> Deed:
            return lambda: reserve(families[which], self.others[which].code, token, key=KEY, now=after)

        return {
            "the payment is heard of in time": heard(before),
            "the payment is heard of late": heard(after),
            "the family moves": lambda: reschedule(patient, code, second, **how, now=before),
            "the family lets go": lambda: release_hold(patient, code, now=before),
            "the family takes others": lambda: reserve(patient, self.case.code, second, key=KEY, now=after),
            "another takes the dates": taken(0, first),
            "a third takes where they would go": taken(1, second),
            "the worker sweeps": lambda: sweep_lapses(now=after),
            "the desk keeps a holiday": lambda: set_holiday(nia(self.world), LAST, is_open=False, now=after),
            "the desk retires the chair": lambda: retire_resource(nia(self.world), chair, now=after),
        }


async def broken(now: datetime) -> list[Violation]:
    async with transaction():
        await execute(f"SET LOCAL leeward.now = '{now}'")
        return await check()


async def owed(booking: Booking) -> bool:
    """Whether money was paid for it, with neither dates nor a refund to show for it."""
    paid = await Charge.exists(booking_id=booking.id, status=ChargeStatus.PAID)
    has = (await Booking.get(id=booking.id)).status is BookingStatus.CONFIRMED
    return paid and not has and not await Refund.exists(charge__booking_id=booking.id)


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_whoever_comes_in_the_second_of_the_lapse_nothing_is_lost_and_nothing_had_twice(
    lasting_world: World, services: Services, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - the same order every time
    await execute(HOLIDAY, lasting_world.clinic.id, LAST)
    played = await Round.begun(lasting_world, services)
    deeds = list((await played.deeds()).values())
    random.shuffle(deeds)

    async def soon(deed: Deed) -> None:
        await asyncio.sleep(random.random() / 20)
        await refused(deed())

    went = await asyncio.gather(*(soon(deed) for deed in deeds), return_exceptions=True)

    assert [fault for fault in went if isinstance(fault, BaseException)] == []
    assert played.booking.lapses_at is not None
    assert await broken(played.booking.lapses_at + 2 * SECOND) == []
    assert not await owed(played.booking)
    assert await run("SELECT id FROM claim c WHERE NOT EXISTS (SELECT FROM booking b WHERE b.id = c.booking_id)") == []


async def test_a_late_payment_and_other_dates_for_the_same_case_never_wait_for_each_other_in_a_circle(
    lasting_world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = await Round.begun(lasting_world, services)
    assert played.booking.lapses_at is not None
    after, take = played.booking.lapses_at + SECOND, claims.take
    await sweep_lapses(now=after)
    heard: list[asyncio.Task[None]] = []
    outside = copy_context()

    async def late(*what: Any, **how: Any) -> None:
        """The new booking is open, and nothing of it is claimed, when the payment of the first is heard of."""
        settling = settle_checkout(played.session, payments=services.payments, links=LINKS, now=after)
        heard.append(asyncio.create_task(settling, context=outside.copy()))
        await asyncio.create_task(waits_or_is_done(heard[0]), context=outside.copy())
        await take(*what, **how)

    monkeypatch.setattr(claims, "take", late)
    patient = await patient_of(played.case)
    # The same dates: what the payment would have taken again is what the new booking asks for.
    await reserve(patient, played.case.code, played.tokens[0], key=KEY, now=after)
    await heard[0]

    assert (await Booking.get(id=played.booking.id)).status is BookingStatus.REFUND_DUE
    assert await broken(after) == []


async def test_a_payment_for_what_is_left_of_a_hold_and_who_takes_it_never_wait_for_each_other_in_a_circle(
    lasting_world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = await Round.begun(lasting_world, services)
    assert played.booking.lapses_at is not None
    before, after = played.booking.lapses_at - SECOND, played.booking.lapses_at + SECOND
    retake, outside, held = claims.retake, copy_context(), list[asyncio.Task[Booking]]()
    # Someone for whom it had lapsed took a part of it, and let it go again.
    await execute("DELETE FROM claim WHERE id = (SELECT max(id) FROM claim WHERE booking_id = $1)", played.booking.id)

    async def late(*what: Any, **how: Any) -> None:
        """It is known that the hold is not whole, and nothing is taken again, when another family takes these dates."""
        other = played.others[0]
        taking = reserve(await patient_of(other), other.code, played.tokens[0], key=KEY, now=after)
        held.append(asyncio.create_task(taking, context=outside.copy()))
        await asyncio.create_task(waits_or_is_done(held[0]), context=outside.copy())
        monkeypatch.setattr(claims, "retake", retake)
        await retake(*what, **how)

    monkeypatch.setattr(claims, "retake", late)
    await settle_checkout(played.session, payments=services.payments, links=LINKS, now=before)

    assert (await held[0]).status is BookingStatus.HELD
    assert (await Booking.get(id=played.booking.id)).status is BookingStatus.REFUND_DUE
    assert await broken(after) == []
