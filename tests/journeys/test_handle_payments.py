from datetime import datetime, timedelta

import pytest

from booking.bookings.models import Booking
from booking.demo.world import World
from booking.journeys.cancel import cancel
from booking.journeys.handle_payments import OnlyCoordinatorsRefund, open_payments, refund_again
from booking.journeys.open_board import open_board
from booking.kit.db import transaction
from booking.kit.errors import NotFound, WrongMoment
from booking.payments.models import Charge, ChargeKind, Refund, RefundStatus
from booking.payments.refunds import settle_refund
from booking.payments.terms import RefundCause
from booking.payments.trouble import TroubleKind
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.test_review_case import STRANGER
from tests.journeys.trips import a_case, a_confirmed


async def a_failed_refund(world: World, services: Services, now: datetime) -> tuple[Booking, Refund]:
    booking = await a_confirmed(await a_case(world, now=now), services)
    await cancel(staff(world), booking.code, RefundCause.HEALTH, services=services, now=now)
    refund = await Refund.get(charge__booking_id=booking.id)
    async with transaction():
        await settle_refund(refund, None, now=now)
    return booking, refund


async def test_a_refund_that_failed_waits_for_a_coordinator_who_sends_it_again_once(
    world: World, services: Services, now: datetime
) -> None:
    booking, refund = await a_failed_refund(world, services, now)

    waiting = await open_payments(staff(world), now=now)
    counted = (await open_board(staff(world), now=now)).trouble.payments
    await refund_again(staff(world), refund.code, now=now)

    assert [(one.kind, one.code, one.booking_code, one.money, one.patient) for one in waiting] == [
        (TroubleKind.FAILED, refund.code, booking.code, refund.money, "Samuel Adeyemi")
    ]
    assert counted == 1
    again = await Refund.filter(charge__booking_id=booking.id).order_by("id")
    assert [(one.status, one.money) for one in again] == [
        (RefundStatus.FAILED, refund.money),
        (RefundStatus.WANTED, refund.money),
    ]
    assert [one.kind for one in await open_payments(staff(world), now=now)] == [TroubleKind.ON_THE_WAY]
    with pytest.raises(WrongMoment):
        await refund_again(staff(world, "tomas"), refund.code, now=now)
    assert (await open_board(staff(world), now=now)).trouble.payments == 0


async def test_a_balance_is_overdue_on_the_day_after_it_was_due_at_the_clinic(
    world: World, services: Services, now: datetime
) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    balance = await Charge.get(booking_id=booking.id, kind=ChargeKind.BALANCE)
    late_that_day = datetime.combine(balance.due_on, datetime.min.time(), now.tzinfo) + timedelta(hours=27)

    on_the_day = await open_payments(staff(world), now=late_that_day)
    the_day_after = await open_payments(staff(world), now=late_that_day + timedelta(hours=2))

    assert on_the_day == []
    assert [(one.kind, one.code, one.due_on) for one in the_day_after] == [
        (TroubleKind.OVERDUE, balance.code, balance.due_on)
    ]


async def test_clinicians_and_strangers_send_no_money(world: World, services: Services, now: datetime) -> None:
    _booking, refund = await a_failed_refund(world, services, now)

    with pytest.raises(OnlyCoordinatorsRefund):
        await refund_again(staff(world, "baptiste"), refund.code, now=now)
    with pytest.raises(NotFound):
        await refund_again(STRANGER, refund.code, now=now)
    assert await open_payments(STRANGER, now=now) == []
