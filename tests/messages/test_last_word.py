"""The race between whoever silences or cancels and a worker that is about to transmit (G17)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from datetime import datetime, timedelta

import pytest

from booking.demo.world import World
from booking.kit.db import transaction
from booking.messages import claiming
from booking.messages.models import SilenceReason
from booking.messages.outbox import cancel_planned, say
from booking.messages.silence import silence
from tests.messages.examples import FACTS
from tests.messages.outboxes import a_case, broken_promises, recipient, rows


async def silenced(case_id: int, now: datetime) -> None:
    await silence(case_id, SilenceReason.DEATH, now=now, by_id=None)


async def cancelled(case_id: int, now: datetime) -> None:
    await cancel_planned(case_id, now=now)


@pytest.mark.parametrize("stopped", [silenced, cancelled])
async def test_a_worker_waits_for_whoever_is_stopping_the_message_and_then_does_not_send_it(
    stopped: Callable[[int, datetime], Awaitable[None]], lasting_world: World, now: datetime
) -> None:
    case = await a_case(lasting_world, now=now)
    await say("received", recipient(lasting_world.people["samuel"]), FACTS, case_id=case.id, now=now)
    [held] = await claiming.claim(1, now=now)
    outside = copy_context()

    async with transaction():
        await stopped(case.id, now)
        worker = asyncio.create_task(claiming.last_word(held, now=now), context=outside)
        await asyncio.sleep(0.3)
        assert not worker.done()

    assert not await worker
    assert await claiming.claim(1, now=now) == []


@pytest.mark.parametrize("stopped", [silenced, cancelled])
async def test_no_worker_takes_up_a_message_while_someone_is_stopping_it(
    stopped: Callable[[int, datetime], Awaitable[None]], lasting_world: World, now: datetime
) -> None:
    case = await a_case(lasting_world, now=now)
    await say("received", recipient(lasting_world.people["samuel"]), FACTS, case_id=case.id, now=now)
    outside = copy_context()

    async with transaction():
        await stopped(case.id, now)
        taken = await asyncio.create_task(claiming.claim(1, now=now), context=outside)

    assert taken == []


async def test_a_hundred_races_between_a_worker_and_a_cancellation_end_either_sent_or_cancelled(
    lasting_world: World, now: datetime
) -> None:
    case = await a_case(lasting_world, now=now)
    for number in range(100):
        to = recipient(lasting_world.people["samuel"])
        await say("question-answered", to, FACTS, case_id=case.id, about=f"Q{number}", now=now)
    held = await claiming.claim(100, now=now)

    words = await asyncio.gather(
        *[claiming.last_word(message, now=now) for message in held[:50]],
        cancel_planned(case.id, now=now),
        *[claiming.last_word(message, now=now) for message in held[50:]],
    )

    let_through = sum(1 for word in words if word is True)
    states = [row[0] for row in await rows("status")]
    assert (states.count("transmitting"), states.count("cancelled")) == (let_through, 100 - let_through)
    assert await broken_promises() == []


async def test_a_message_that_stopped_being_useful_in_the_workers_hands_is_dropped(
    lasting_world: World, now: datetime
) -> None:
    case = await a_case(lasting_world, now=now)
    await say("dates-held", recipient(lasting_world.people["samuel"]), FACTS, case_id=case.id, now=now)
    [held] = await claiming.claim(1, now=now)
    later = now + timedelta(hours=6)

    assert not await claiming.last_word(held, now=later)
    assert await claiming.tidy(later) == 1
    assert await rows("status") == [("dropped",)]
