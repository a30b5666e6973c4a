"""Staff move one step of a booking."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from booking.bookings.booking import story
from booking.bookings.models import Booking
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys import offer
from booking.journeys.check import check
from booking.journeys.move_step import Entry, StepDoesNotFit, look_at_step, move_step, open_step
from booking.journeys.tell_family import tell_family
from booking.kit.db import execute, run
from booking.kit.errors import NotFound
from booking.messages.models import Message
from booking.services import Services
from booking.slots.models import Claim, Closure, Dose, Resource
from booking.slots.protocol import Offset
from booking.slots.step_moves import Break, Target, Why
from booking.slots.windows import Window, WindowStep
from tests.journeys.trips import LINKS, a_case, a_confirmed, a_hold, nia, patient_of


def step_of(booking: Booking, key: str) -> WindowStep:
    return next(step for step in Window.from_json(booking.claimed).steps if step.key == key)


async def one_of(booking: Booking, key: str, kind: str) -> Entry:
    """The entry on the calendar of the step's resource of that kind."""
    claim = await Claim.get(booking_id=booking.id, step=key, resource__kind=kind)
    return Entry(booking.code, key, claim.resource_id)


async def another(kind: str, than: int) -> int:
    """Another resource of the kind."""
    found: int = (await Resource.filter(kind=kind).exclude(id=than).order_by("id"))[0].id
    return found


async def moved(world: World, entry: Entry, target: Target, now: datetime, *, tell: bool = True) -> Booking:
    return (await move_step(nia(world), entry, target, tell=tell, links=LINKS, now=now)).booking


async def claims_of(booking: Booking) -> list[tuple[str, int, datetime]]:
    rows = await Claim.filter(booking_id=booking.id).order_by("step", "resource_id")
    return [(row.step, row.resource_id, row.starts_at) for row in rows]


async def lots_of(booking: Booking) -> list[str]:
    """Of which lots it has its doses."""
    return [dose.lot.code for dose in await Dose.filter(booking_id=booking.id).select_related("lot")]


async def test_a_chair_is_changed_and_nobody_is_written_to(world: World, services: Services, now: datetime) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    entry, was = await one_of(booking, "infusion", "infusion-chair"), step_of(booking, "infusion")
    other = await another("infusion-chair", entry.resource)
    before, mails = await claims_of(booking), await Message.filter(booking_id=booking.id).count()
    dose = await Dose.get(booking_id=booking.id)

    after = await moved(world, entry, Target(other, was.day, was.starts), now)

    swapped = [(step, other if one == entry.resource else one, at) for step, one, at in before]
    assert await claims_of(booking) == sorted(swapped)
    assert step_of(after, "infusion").resources == tuple(
        other if one == entry.resource else one for one in was.resources
    )
    assert await Message.filter(booking_id=booking.id).count() == mails
    assert await Dose.get(booking_id=booking.id) == dose
    assert [(event.status, event.note) for event in await story(after)][-1] == ("confirmed", "moved step infusion")
    assert await check() == []


async def test_on_another_day_the_dose_is_of_a_lot_that_may_be_used_then(
    world: World, services: Services, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    known = await offer.offer_of(world.version.id)
    steps = (replace(one, day=Offset(0, 1)) if one.key == "infusion" else one for one in known.protocol.steps)
    monkeypatch.setitem(
        offer._read, world.version.id, replace(known, protocol=replace(known.protocol, steps=tuple(steps)))
    )
    booking = await a_confirmed(await a_case(world, now=now), services)
    entry, was = await one_of(booking, "infusion", "infusion-chair"), step_of(booking, "infusion")
    assert await lots_of(booking) == ["TB-UC-0102"]
    await execute("UPDATE lot SET usable_until = $1 WHERE code = 'TB-UC-0102'", was.day)

    await moved(world, entry, Target(entry.resource, was.day + timedelta(days=1), time(9)), now)

    assert await lots_of(booking) == ["TB-UC-0103"]
    assert await check() == []


async def test_on_the_same_day_the_dose_stays_though_another_would_be_chosen_by_now(
    world: World, services: Services, now: datetime
) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    entry, was = await one_of(booking, "infusion", "infusion-chair"), step_of(booking, "infusion")
    await execute("UPDATE lot SET usable_until = $1 WHERE code = 'TB-UC-0103'", was.day)

    await moved(world, entry, Target(await another("infusion-chair", entry.resource), was.day, was.starts), now)

    assert await lots_of(booking) == ["TB-UC-0102"]
    assert await check() == []


async def test_another_hour_is_told_and_every_other_step_stays(world: World, services: Services, now: datetime) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    entry, was = await one_of(booking, "therapy", "therapist"), step_of(booking, "therapy")
    target = Target(entry.resource, was.day, time(13, 30))

    looked = await look_at_step(nia(world), entry, target, language="en", now=now)
    after = await moved(world, entry, target, now)

    assert looked.move.works
    assert looked.change is not None
    assert [step.starts for step in Window.from_json(after.window).steps if step.key == "therapy"] == [time(13, 30)]
    others = [step for step in Window.from_json(after.window).steps if step.key != "therapy"]
    assert others == [step for step in Window.from_json(booking.window).steps if step.key != "therapy"]
    assert await Message.filter(booking_id=booking.id, occasion="moved").count() == 1
    assert await check() == []


async def test_told_later_the_family_s_dates_stay_and_the_claims_have_moved(
    world: World, services: Services, now: datetime
) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    entry, was = await one_of(booking, "therapy", "therapist"), step_of(booking, "therapy")

    after = await moved(world, entry, Target(entry.resource, was.day, time(13, 30)), now, tell=False)

    assert after.window == booking.window
    assert step_of(after, "therapy").starts == time(13, 30)
    assert not await Message.exists(booking_id=booking.id, occasion="moved")
    assert await check() == []


async def test_what_is_moved_while_they_are_here_can_be_told_a_little_later(
    world: World, services: Services, now: datetime
) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    entry, was = await one_of(booking, "therapy", "therapist"), step_of(booking, "therapy")
    during = booking.starts_at + timedelta(hours=3)

    await moved(world, entry, Target(entry.resource, was.day, time(13, 30)), during, tell=False)
    after = await tell_family(nia(world), booking.code, links=LINKS, now=during + timedelta(hours=1))

    assert (after.aside, step_of(after, "therapy").starts) == (None, time(13, 30))
    assert await Message.filter(booking_id=booking.id, occasion="moved").count() == 1
    assert await check() == []


async def test_with_another_doctor_go_all_the_steps_that_want_the_same(
    world: World, services: Services, now: datetime
) -> None:
    booking = await a_hold(await a_case(world, now=now), services)
    entry, was = await one_of(booking, "infusion", "clinician"), step_of(booking, "infusion")
    other = await another("clinician", entry.resource)

    looked = await look_at_step(nia(world), entry, Target(other, was.day, was.starts), language="en", now=now)

    assert {one.why for one in looked.move.breaks} <= {Why.HOURS}  # the other doctor's week is another
    assert looked.move.steps == ("assessment", "infusion", "discharge")
    assert looked.change is None or looked.move.works


async def test_what_is_taken_is_said_by_whom_and_nothing_moves(world: World, services: Services, now: datetime) -> None:
    booking = await a_hold(await a_case(world, now=now), services)
    entry, was = await one_of(booking, "infusion", "infusion-chair"), step_of(booking, "infusion")
    other = await another("infusion-chair", entry.resource)
    theirs = await a_hold(await a_case(world, Stage.READY, "helene", now=now), services)
    await run("UPDATE claim SET resource_id = $2 WHERE booking_id = $1 AND step = 'observation'", theirs.id, other)
    claim = await Claim.get(booking_id=theirs.id, step="observation")
    await run(
        "UPDATE claim SET starts_at = $2, ends_at = $3 WHERE id = $1",
        claim.id,
        booking.starts_at + timedelta(days=1),
        booking.starts_at + timedelta(days=1, hours=2),
    )
    before = await claims_of(booking)

    with pytest.raises(StepDoesNotFit) as refused:
        await moved(world, entry, Target(other, was.day, was.starts), now)

    assert refused.value.move.breaks == (Break(Why.TAKEN, "infusion", other, theirs.code),)
    assert await claims_of(booking) == before


async def test_a_step_leaves_a_closed_room_though_another_step_is_still_in_one(
    world: World, services: Services, now: datetime
) -> None:
    booking = await a_hold(await a_case(world, now=now), services)
    entry, was = await one_of(booking, "assessment", "room"), step_of(booking, "assessment")
    last = step_of(booking, "discharge").day
    await Closure.create(resource_id=entry.resource, first_day=was.day, last_day=last)
    bed = await Claim.get(booking_id=booking.id, resource__kind="bed")
    await Closure.create(resource_id=bed.resource_id, first_day=was.day, last_day=last)

    await moved(world, entry, Target(await another("room", entry.resource), was.day, was.starts), now)

    assert await check() == []


async def test_a_stay_that_has_begun_can_still_be_mended(world: World, services: Services, now: datetime) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)
    entry, was = await one_of(booking, "therapy", "therapist"), step_of(booking, "therapy")
    during = booking.starts_at + timedelta(hours=5)

    after = await moved(world, entry, Target(entry.resource, was.day, time(13, 30)), during)
    first = await one_of(booking, "assessment", "room")
    begun = await open_step(nia(world), first, was.day, was.day, now=during)

    assert step_of(after, "therapy").starts == time(13, 30)
    spare = await another("room", first.resource)
    there = step_of(booking, "assessment")
    assert [one.why for one in begun.moves.look(Target(spare, there.day, there.starts)).breaks] == [Why.PAST]


async def test_it_is_nobody_else_s_and_nothing_else_s(world: World, services: Services, now: datetime) -> None:
    booking = await a_hold(await a_case(world, now=now), services)
    entry, was = await one_of(booking, "therapy", "therapist"), step_of(booking, "therapy")
    patient = await patient_of(await booking.case)

    with pytest.raises(NotFound):
        await open_step(patient, entry, was.day, was.day, now=now)
    for strange in (entry._replace(step="surgery"), entry._replace(resource=0)):
        with pytest.raises(NotFound):
            await open_step(nia(world), strange, was.day, was.day, now=now)
