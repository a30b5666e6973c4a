from datetime import UTC, date, datetime, timedelta

import pytest

from booking.demo.world import World
from booking.messages.attention import CannotBeSentAgain, mark_handled, needing_attention, requeue
from booking.messages.facts import WrongFacts
from booking.messages.models import Message, SilenceReason
from booking.messages.occasions import OCCASIONS, SCHEDULED
from booking.messages.outbox import cancel_planned, cancel_trip, follow_recipient, messages_of, plan_messages, say
from booking.messages.planning import Anchors, Recipient, plan
from booking.messages.silence import is_silenced, lift_silence, silence
from tests.messages.examples import CALENDAR, FACTS
from tests.messages.outboxes import a_booking, a_case, broken_promises, recipient, rows

TRIP = Anchors(arrival=date(2027, 3, 9), last_treatment=date(2027, 3, 15), balance_due=date(2027, 2, 7))
BEFORE_THE_TRIP = [OCCASIONS[key] for key in ("flight-check", "what-to-bring", "pick-up-tomorrow")]


async def test_the_same_thing_is_said_once_however_often_it_is_asked_for(world: World, now: datetime) -> None:
    case = await a_case(world, now=now)
    to = recipient(world.people["samuel"])

    for _again in range(3):
        await say("received", to, FACTS, case_id=case.id, now=now)
    await say("question-answered", to, FACTS, case_id=case.id, about="Q1", now=now)
    await say("question-answered", to, FACTS, case_id=case.id, about="Q2", now=now)

    assert await rows("occasion", "about", "status") == [
        ("received", "", "planned"),
        ("question-answered", "Q1", "planned"),
        ("question-answered", "Q2", "planned"),
    ]


async def test_a_sign_in_link_needs_no_case(world: World, now: datetime) -> None:
    to = recipient(world.people["samuel"])

    await say("sign-in", to, FACTS, about="link 1", now=now)
    await say("sign-in", to, FACTS, about="link 2", now=now)

    assert await rows("occasion", "case_id", "due_at") == [("sign-in", None, now), ("sign-in", None, now)]


async def test_a_message_without_a_fact_that_it_must_tell_is_refused_when_it_is_planned(
    world: World, now: datetime
) -> None:
    case = await a_case(world, now=now)

    with pytest.raises(WrongFacts, match="'days' is missing"):
        await say("received", recipient(world.people["samuel"]), {**FACTS, "days": None}, case_id=case.id, now=now)


async def test_only_an_occasion_that_carries_a_calendar_keeps_one(world: World, now: datetime) -> None:
    case = await a_case(world, now=now)
    to = recipient(world.people["samuel"])
    calendar = CALENDAR.format(method="REQUEST")

    await say("confirmed", to, FACTS, case_id=case.id, calendar=calendar, now=now)
    await say("received", to, FACTS, case_id=case.id, calendar=calendar, now=now)

    assert await rows("occasion", "calendar") == [("confirmed", calendar), ("received", None)]


async def planned_trip(world: World, now: datetime, anchors: Anchors = TRIP) -> tuple[int, int, Recipient]:
    case = await a_case(world, now=now)
    booking = await a_booking(case, now=now, starts_at=now + timedelta(days=56), ends_at=now + timedelta(days=63))
    to = Recipient(world.people["samuel"].id, "Africa/Lagos", "en")
    planned = plan(BEFORE_THE_TRIP, anchors, to, now=now, about=booking.code)
    await plan_messages(planned, to, FACTS, case_id=case.id, booking_id=booking.id, now=now)
    return case.id, booking.id, to


async def move(case_id: int, booking_id: int, to: Recipient, anchors: Anchors, now: datetime) -> None:
    about = (await rows("about"))[0][0].split("/")[0]
    planned = plan(BEFORE_THE_TRIP, anchors, to, now=now, about=about)
    await plan_messages(planned, to, FACTS, case_id=case_id, booking_id=booking_id, now=now)


async def test_when_the_trip_moves_every_planned_message_moves(world: World, now: datetime) -> None:
    case_id, booking_id, to = await planned_trip(world, now)

    await move(case_id, booking_id, to, Anchors(arrival=date(2027, 4, 6)), now)

    assert sorted(await rows("status", "due_local", "occasion")) == [
        ("cancelled", "2027-02-27T10:00", "flight-check"),
        ("cancelled", "2027-03-08T16:00", "pick-up-tomorrow"),
        ("planned", "2027-03-27T10:00", "flight-check"),
        ("planned", "2027-04-01T10:00", "what-to-bring"),
        ("planned", "2027-04-05T16:00", "pick-up-tomorrow"),
    ]
    assert await broken_promises() == []


async def test_planning_the_same_trip_again_changes_nothing(world: World, now: datetime) -> None:
    case_id, booking_id, to = await planned_trip(world, now)
    before = await rows("id", "code", "about", "status", "due_at")

    await move(case_id, booking_id, to, TRIP, now)

    assert await rows("id", "code", "about", "status", "due_at") == before


async def test_what_was_sent_is_never_touched_and_is_told_anew_only_where_it_matters(
    world: World, now: datetime
) -> None:
    case_id, booking_id, to = await planned_trip(world, now)
    await Message.all().update(status="sent", sent_at=now, transmitting_at=now, attempt=1)

    await move(case_id, booking_id, to, Anchors(arrival=date(2027, 4, 6)), now)

    assert sorted(await rows("status", "due_local", "occasion")) == [
        ("planned", "2027-03-27T10:00", "flight-check"),
        ("planned", "2027-04-05T16:00", "pick-up-tomorrow"),
        ("sent", "2027-02-27T10:00", "flight-check"),
        ("sent", "2027-03-04T10:00", "what-to-bring"),
        ("sent", "2027-03-08T16:00", "pick-up-tomorrow"),
    ]


async def test_moving_back_revives_what_the_first_move_cancelled(world: World, now: datetime) -> None:
    case_id, booking_id, to = await planned_trip(world, now)

    await move(case_id, booking_id, to, Anchors(arrival=date(2027, 4, 6)), now)
    await move(case_id, booking_id, to, TRIP, now)

    assert sorted(row for row in await rows("status", "due_local", "occasion") if row[0] == "planned") == [
        ("planned", "2027-02-27T10:00", "flight-check"),
        ("planned", "2027-03-04T10:00", "what-to-bring"),
        ("planned", "2027-03-08T16:00", "pick-up-tomorrow"),
    ]


async def test_a_cancelled_trip_takes_its_planned_messages_with_it_and_the_news_of_it_still_goes(
    world: World, now: datetime
) -> None:
    case_id, booking_id, to = await planned_trip(world, now)

    assert await cancel_trip(booking_id, now=now) == 3
    await say("cancelled", to, FACTS, case_id=case_id, booking_id=booking_id, now=now)

    assert await rows("occasion", "status") == [
        ("flight-check", "cancelled"),
        ("pick-up-tomorrow", "cancelled"),
        ("what-to-bring", "cancelled"),
        ("cancelled", "planned"),
    ]


async def test_some_occasions_can_be_cancelled_and_the_others_stay(world: World, now: datetime) -> None:
    case_id, _booking_id, _to = await planned_trip(world, now)

    assert await cancel_planned(case_id, now=now, occasions=["flight-check"]) == 1
    assert await cancel_planned(case_id, now=now) == 2
    assert await cancel_planned(case_id, now=now) == 0


async def test_messages_follow_a_recipient_to_another_zone(world: World, now: datetime) -> None:
    _case_id, _booking_id, to = await planned_trip(world, now)

    await follow_recipient(Recipient(to.person_id, "Asia/Tokyo", "es"))

    assert await rows("occasion", "due_at", "zone", "language") == [
        ("flight-check", datetime(2027, 2, 27, 1, tzinfo=UTC), "Asia/Tokyo", "es"),
        ("pick-up-tomorrow", datetime(2027, 3, 8, 7, tzinfo=UTC), "Asia/Tokyo", "es"),
        ("what-to-bring", datetime(2027, 3, 4, 1, tzinfo=UTC), "Asia/Tokyo", "es"),
    ]


async def test_the_messages_of_a_case_are_listed_in_the_order_of_their_time(world: World, now: datetime) -> None:
    case_id, _booking_id, _to = await planned_trip(world, now)

    listed = await messages_of(case_id)

    assert [(message.occasion, message.recipient.name) for message in listed] == [
        ("flight-check", world.people["samuel"].name),
        ("what-to-bring", world.people["samuel"].name),
        ("pick-up-tomorrow", world.people["samuel"].name),
    ]


async def test_a_silence_can_be_put_right(world: World, now: datetime) -> None:
    case = await a_case(world, now=now)

    await silence(case.id, SilenceReason.DEATH, now=now, by_id=None)
    await silence(case.id, SilenceReason.DEATH, now=now, by_id=None)
    assert await is_silenced(case.id)
    await lift_silence(case.id, now=now + timedelta(minutes=5))

    assert not await is_silenced(case.id)


async def test_staff_see_what_failed_send_it_again_or_put_it_aside(world: World, now: datetime) -> None:
    _case_id, _booking_id, _to = await planned_trip(world, now)
    await Message.filter(occasion="flight-check").update(status="failed", last_error="550 No such mailbox")
    await Message.filter(occasion="what-to-bring").update(status="unknown", transmitting_at=now, attempt=1)
    later = now + timedelta(days=1)

    listed = {message.occasion: message for message in await needing_attention(world.clinic.id)}
    assert set(listed) == {"flight-check", "what-to-bring"}
    await requeue(listed["flight-check"], now=later)
    await mark_handled(listed["what-to-bring"], now=later)

    assert await needing_attention(world.clinic.id) == []
    assert [row for row in await rows("occasion", "status", "due_at") if row[0] != "pick-up-tomorrow"] == [
        ("flight-check", "planned", later),
        ("what-to-bring", "unknown", datetime(2027, 3, 4, 9, tzinfo=UTC)),
    ]
    with pytest.raises(CannotBeSentAgain):
        await requeue(listed["flight-check"], now=later)


async def test_another_clinics_staff_do_not_see_them(world: World, now: datetime) -> None:
    await planned_trip(world, now)
    await Message.all().update(status="failed")

    assert await needing_attention(world.clinic.id + 1) == []


async def test_a_sign_in_link_is_not_sent_again_by_hand(world: World, now: datetime) -> None:
    await say("sign-in", recipient(world.people["samuel"]), FACTS, about="link 1", now=now)
    await Message.all().update(status="failed")

    with pytest.raises(CannotBeSentAgain):
        await requeue(await Message.get(), now=now)


async def test_every_scheduled_occasion_can_be_stored(world: World, now: datetime) -> None:
    case = await a_case(world, now=now)
    booking = await a_booking(case, now=now, starts_at=now + timedelta(days=56), ends_at=now + timedelta(days=63))
    to = recipient(world.people["samuel"])

    planned = plan(SCHEDULED, TRIP, to, now=now, about=booking.code)
    await plan_messages(planned, to, FACTS, case_id=case.id, booking_id=booking.id, now=now)

    assert len(await rows("id")) == len(SCHEDULED)
