import asyncio
from contextlib import suppress
from datetime import datetime

from booking.kit.db import transaction
from booking.kit.money import Money
from booking.payments.events import last_heard, mark_handled, take_event
from booking.payments.gateway import EventKind, PaymentEvent
from booking.payments.models import StripeEvent


def captured(now: datetime) -> PaymentEvent:
    return PaymentEvent("evt_1", EventKind.CAPTURED, now, session_id="cs_1", money=Money(5, "JPY"))


async def test_an_event_is_taken_once_and_keeps_only_what_we_act_on(db: None, now: datetime) -> None:
    taken = [await take_event(captured(now), now=now) for _ in range(3)]
    await mark_handled(captured(now), now=now)
    row = await StripeEvent.get(event_id="evt_1")

    assert (taken, row.kind, row.handled_at, await last_heard()) == ([True, False, False], "captured", now, now)
    assert {name: value for name, value in row.payload.items() if value is not None} == {
        "session_id": "cs_1",
        "amount": 5,
        "currency": "JPY",
    }


async def test_six_deliveries_at_once_are_taken_once(clean_db: None, now: datetime) -> None:
    async def delivered() -> bool:
        async with transaction():
            return await take_event(captured(now), now=now)

    assert sorted(await asyncio.gather(*(delivered() for _ in range(6)))) == [False] * 5 + [True]


async def test_an_event_whose_handling_failed_can_be_taken_again(clean_db: None, now: datetime) -> None:
    async def crashes() -> None:
        async with transaction():
            await take_event(captured(now), now=now)
            raise ConnectionError

    with suppress(ConnectionError):
        await crashes()

    async with transaction():
        assert await take_event(captured(now), now=now) is True
