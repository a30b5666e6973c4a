import asyncio
import signal
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from booking.demo.mailbox.server import Fault
from booking.demo.postgres import Running
from booking.demo.world import World
from booking.messages import claiming
from booking.messages.claiming import LEASE
from booking.messages.models import Message, Silence, SilenceReason
from booking.messages.outbox import cancel_planned, say
from booking.messages.silence import lift_silence, silence
from tests.faults.deliver_once import deliver_once
from tests.faults.mail import Post, post_office
from tests.messages.examples import FACTS
from tests.messages.outboxes import a_case, broken_promises, recipient, rows
from tests.programs import forked

SAMUEL = "samuel"


@pytest.fixture
async def post(lasting_world: World, tmp_path: Path, now: datetime) -> AsyncIterator[Post]:
    async with post_office(tmp_path, now) as post:
        yield post


async def one_message(world: World, now: datetime, occasion: str = "received", about: str = "") -> int:
    """Planned and committed. Returns its case's id."""
    case = await a_case(world, now=now)
    await say(occasion, recipient(world.people[SAMUEL]), FACTS, case_id=case.id, about=about, now=now)
    return int(case.id)


def address(world: World) -> str:
    email = world.people[SAMUEL].email
    assert email is not None
    return email


async def test_a_due_message_arrives_once(lasting_world: World, post: Post, now: datetime) -> None:
    await one_message(lasting_world, now)
    worker = post.deliverer()

    assert await worker.empty() == 1
    assert await worker.empty() == 0

    assert post.arrived() == [(address(lasting_world), "We have your request")]
    assert await rows("status", "attempt", "sent_at", "leased_until") == [("sent", 1, now, None)]
    assert await broken_promises() == []


async def test_two_workers_at_once_send_each_message_once(lasting_world: World, post: Post, now: datetime) -> None:
    case = await a_case(lasting_world, now=now)
    for number in range(40):
        await say(
            "question-answered",
            recipient(lasting_world.people[SAMUEL]),
            FACTS,
            case_id=case.id,
            about=f"Q{number}",
            now=now,
        )

    patient = timedelta(seconds=20)
    started = await asyncio.gather(*[post.deliverer(patience=patient).empty() for _worker in range(3)])

    assert sum(started) == 40
    assert len(post.arrived()) == 40
    assert {row[0] for row in await rows("status")} == {"sent"}
    assert len({kept.parsed()["Message-ID"] for kept in post.store.newest()}) == 40
    assert await broken_promises() == []


@pytest.mark.parametrize(
    "fault", [Fault.BUSY_AT_ONCE, Fault.GREYLISTED, Fault.REFUSED_AT_DATA, Fault.SILENT_BEFORE_CONTENT, Fault.DRIPPING]
)
async def test_what_the_server_did_not_take_is_tried_again_until_it_does(
    fault: Fault, lasting_world: World, post: Post, now: datetime
) -> None:
    await one_message(lasting_world, now)
    worker = post.deliverer()
    post.server.fault = fault

    await worker.empty()
    assert await rows("status", "attempt", "due_at") == [("planned", 1, now + timedelta(seconds=10))]
    post.clock.forward(timedelta(seconds=10))
    await worker.empty()
    assert await rows("status", "attempt", "due_at") == [("planned", 2, now + timedelta(seconds=30))]
    assert post.arrived() == []

    post.server.fault = Fault.NONE
    post.clock.forward(timedelta(seconds=20))
    await worker.empty()

    assert post.arrived() == [(address(lasting_world), "We have your request")]
    assert await rows("status", "attempt", "last_error") == [("sent", 3, "")]
    assert await broken_promises() == []


async def test_a_server_that_is_not_there_is_tried_again(lasting_world: World, post: Post, now: datetime) -> None:
    await one_message(lasting_world, now)

    await post.deliverer(port=1).empty()

    [(status, error)] = await rows("status", "last_error")
    assert (status, error[:16]) == ("planned", "SMTPConnectError")


@pytest.mark.parametrize(("fault", "said"), [(Fault.NO_SUCH_BOX, "550"), (Fault.TOO_BIG, "552")])
async def test_what_the_server_refuses_for_good_is_shown_to_staff_and_not_tried_again(
    fault: Fault, said: str, lasting_world: World, post: Post, now: datetime
) -> None:
    await one_message(lasting_world, now)
    post.server.fault = fault

    await post.deliverer().empty()
    post.clock.forward(timedelta(hours=2))
    post.server.fault = Fault.NONE
    await post.deliverer().empty()

    [(status, attempt, error)] = await rows("status", "attempt", "last_error")
    assert (status, attempt, error[:3]) == ("failed", 1, said)
    assert post.arrived() == []
    assert await broken_promises() == []


@pytest.mark.parametrize("fault", [Fault.SILENT_AFTER_CONTENT, Fault.GONE_AFTER_CONTENT])
async def test_what_may_have_arrived_is_never_sent_again_by_itself(
    fault: Fault, lasting_world: World, post: Post, now: datetime
) -> None:
    await one_message(lasting_world, now)
    post.server.fault = fault

    await post.deliverer().empty()
    post.server.fault = Fault.NONE
    post.clock.forward(timedelta(hours=2))
    await post.deliverer().empty()

    assert await rows("status", "attempt") == [("unknown", 1)]
    assert len(post.arrived()) == 1
    assert await broken_promises() == []


async def test_one_slow_recipient_delays_no_other(lasting_world: World, post: Post, now: datetime) -> None:
    case = await a_case(lasting_world, now=now)
    slow, others = (
        lasting_world.people[SAMUEL],
        [person for key, person in lasting_world.people.items() if key != SAMUEL],
    )
    post.server.fault_for[address(lasting_world)] = Fault.SILENT_BEFORE_CONTENT
    await say("received", recipient(slow), FACTS, case_id=case.id, now=now - timedelta(minutes=1))
    for person in others:
        await say("received", recipient(person), FACTS, case_id=case.id, now=now)
    worker = post.deliverer(lanes=2, patience=timedelta(seconds=5))

    began = time.monotonic()
    while len(post.arrived()) < len(others):
        await worker.tick()
        await asyncio.sleep(0.02)
        assert time.monotonic() - began < 4.5

    assert {who for who, _what in post.arrived()} == {person.email for person in others}


async def test_one_message_that_cannot_be_written_delays_no_other(
    lasting_world: World, post: Post, now: datetime
) -> None:
    await one_message(lasting_world, now - timedelta(minutes=1))
    await Message.all().update(facts={"clinic": "broken"})
    await one_message(lasting_world, now, "consent-copy")

    await post.deliverer().empty()

    assert await rows("occasion", "status", "last_error") == [
        ("received", "failed", "it could not be written: WrongFacts"),
        ("consent-copy", "sent", ""),
    ]


async def test_after_an_outage_what_is_still_useful_is_sent_and_the_rest_is_dropped_visibly(
    lasting_world: World, post: Post, now: datetime
) -> None:
    await one_message(lasting_world, now, "dates-held")
    await one_message(lasting_world, now, "confirmed")
    post.clock.forward(timedelta(hours=7))

    await post.deliverer().empty()

    assert await rows("occasion", "status") == [("dates-held", "dropped"), ("confirmed", "sent")]


async def test_an_outage_that_ends_at_night_wakes_nobody(lasting_world: World, post: Post, now: datetime) -> None:
    await one_message(lasting_world, now, "plan-ready")
    zone = lasting_world.people[SAMUEL].zone
    assert zone == "Africa/Lagos"
    post.clock.forward(timedelta(hours=12))  # two in the morning in Lagos

    await post.deliverer().empty()
    assert await rows("status", "due_at") == [("planned", now.replace(day=13, hour=7))]
    post.clock.forward(timedelta(hours=6))
    await post.deliverer().empty()

    assert await rows("status") == [("sent",)]


async def test_nothing_is_sent_about_a_silenced_case_until_the_silence_is_lifted(
    lasting_world: World, post: Post, now: datetime
) -> None:
    case_id = await one_message(lasting_world, now)
    await silence(case_id, SilenceReason.DEATH, now=now, by_id=None)

    assert await post.deliverer().empty() == 0
    await lift_silence(case_id, now=now)
    await post.deliverer().empty()

    assert await rows("status") == [("sent",)]


async def test_a_cancellation_between_claim_and_data_wins(lasting_world: World, post: Post, now: datetime) -> None:
    case_id = await one_message(lasting_world, now)
    [held] = await claiming.claim(1, now=now)

    await cancel_planned(case_id, now=now)

    assert not await claiming.last_word(held, now=now)
    assert await rows("status") == [("cancelled",)]


async def test_a_silence_between_claim_and_data_wins(lasting_world: World, post: Post, now: datetime) -> None:
    case_id = await one_message(lasting_world, now)
    [held] = await claiming.claim(1, now=now)

    await silence(case_id, SilenceReason.DETERIORATION, now=now, by_id=None)

    assert not await claiming.last_word(held, now=now)
    assert await rows("status") == [("planned",)]
    assert await claiming.claim(1, now=now) == []


async def test_a_silence_that_no_recall_came_with_wins_too(lasting_world: World, post: Post, now: datetime) -> None:
    case_id = await one_message(lasting_world, now)
    [held] = await claiming.claim(1, now=now)

    await Silence.create(case_id=case_id, reason=SilenceReason.WITHDRAWN, since=now)

    assert not await claiming.last_word(held, now=now)


async def test_what_was_cancelled_while_it_was_transmitted_gets_no_second_attempt(
    lasting_world: World, post: Post, now: datetime
) -> None:
    case_id = await one_message(lasting_world, now)
    [held] = await claiming.claim(1, now=now)
    assert await claiming.last_word(held, now=now)

    await cancel_planned(case_id, now=now)
    await claiming.put_back(held, until=now, why="450 later")

    assert await rows("status") == [("cancelled",)]
    assert await broken_promises() == []


async def test_a_worker_that_slept_through_its_lease_has_no_say(
    lasting_world: World, post: Post, now: datetime
) -> None:
    await one_message(lasting_world, now)
    [slept] = await claiming.claim(1, now=now)
    later = now + LEASE

    await claiming.tidy(later)
    [awake] = await claiming.claim(1, now=later)

    assert not await claiming.last_word(slept, now=later)
    assert await claiming.last_word(awake, now=later)
    assert awake.attempt == 2


async def test_a_link_that_opens_a_door_is_gone_from_the_row_once_it_is_sent(
    lasting_world: World, post: Post, now: datetime
) -> None:
    await say("sign-in", recipient(lasting_world.people[SAMUEL]), FACTS, about="link 1", now=now)

    await post.deliverer().empty()

    assert [row[0] for row in await rows("facts")] == ['{"minutes": 10}']
    assert post.arrived() == [(address(lasting_world), "Your sign-in link")]


async def killed_at(failpoint: str, server: Running, post: Post) -> int:
    """Run a worker that dies at the failpoint. Returns how it ended."""
    with forked(deliver_once, server.url, post.server.port, post.clock(), failpoint) as worker:
        return await asyncio.to_thread(worker.wait)


async def test_a_worker_killed_before_data_loses_nothing_and_sends_nothing_twice(
    server: Running, lasting_world: World, post: Post, now: datetime
) -> None:
    await one_message(lasting_world, now)

    assert await killed_at("message-claimed", server, post) == -signal.SIGKILL
    assert await rows("status") == [("claimed",)]
    assert await post.deliverer().empty() == 0
    post.clock.forward(LEASE)
    await post.deliverer().empty()

    assert post.arrived() == [(address(lasting_world), "We have your request")]
    assert await rows("status", "attempt") == [("sent", 2)]
    assert await broken_promises() == []


@pytest.mark.parametrize(("failpoint", "copies"), [("message-before-data", 0), ("message-handed-over", 1)])
async def test_a_worker_killed_after_the_last_word_leaves_the_message_to_a_person(
    failpoint: str, copies: int, server: Running, lasting_world: World, post: Post
) -> None:
    await one_message(lasting_world, post.clock())

    assert await killed_at(failpoint, server, post) == -signal.SIGKILL
    assert await rows("status") == [("transmitting",)]
    post.clock.forward(LEASE)
    await post.deliverer().empty()
    post.clock.forward(timedelta(hours=1))
    await post.deliverer().empty()

    assert await rows("status", "attempt") == [("unknown", 1)]
    assert len(post.arrived()) == copies
    assert await broken_promises() == []


async def test_no_lease_outlives_the_minute_in_which_work_must_resume() -> None:
    assert timedelta(seconds=30) < LEASE < timedelta(seconds=60)
