"""Holding dates: all of them or none, for whoever may choose, and never for two."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from booking.accounts.models import Role
from booking.accounts.viewers import Scope, Viewer
from booking.bookings.booking import DatesStand, require_no_dates
from booking.bookings.models import Booking
from booking.bookings.moves import OtherDatesHeld
from booking.consultations import moves, reviews
from booking.consultations.cases import NotAllowedByThePatient
from booking.consultations.consents import NoConsent
from booking.consultations.models import Case, CaseStatus, Decision
from booking.demo.ready import Stage, staff_of, viewer_for
from booking.demo.world import World
from booking.journeys import reserve as reserving
from booking.journeys.find_dates import find_dates
from booking.journeys.release_hold import release_hold
from booking.journeys.reserve import DatesGone, Ticket, TooYoungThen, reserve
from booking.journeys.sweep_lapses import sweep_lapses
from booking.journeys.wished_interpreter import interpreter_in
from booking.kit.db import Statement, execute, run, transaction
from booking.kit.errors import NotFound, WrongMoment
from booking.services import Services
from booking.slots.models import Resource
from booking.slots.tokens import WindowUnreadable
from booking.slots.windows import Window
from tests.journeys.standing import HELD, replace, standing
from tests.journeys.trips import FIRST, KEY, LAST, a_case, a_confirmed, a_hold, helper_of, patient_of, tokens
from tests.outside import Clock

HOUR = timedelta(hours=1)


async def hold(viewer: Viewer, case: Case, token: str, services: Services) -> Booking:
    return await reserve(viewer, case.code, token, key=KEY, now=services.now())


async def occupy_all(booking: Booking) -> None:
    """Every resource of the clinic is closed on the booking's days, so that nothing can step in."""
    await execute(
        "INSERT INTO closure (resource_id, first_day, last_day, reason) SELECT id, $1, $2, 'away' FROM resource",
        booking.starts_at.date(),
        booking.ends_at.date(),
    )


async def double_everything() -> None:
    """The clinic has a second one of each of its resources."""
    await execute(
        "INSERT INTO resource (clinic_id, kind, name, skills, is_active) SELECT clinic_id, kind, name || ' (2)', skills, true FROM resource"
    )
    await execute(
        "INSERT INTO opening_hours (resource_id, weekday, opens, closes, from_day, until_day)"
        " SELECT twin.id, weekday, opens, closes, from_day, until_day FROM opening_hours AS hours"
        " JOIN resource AS first ON first.id = hours.resource_id JOIN resource AS twin ON twin.name = first.name || ' (2)'"
    )


async def test_a_hold_has_everything_that_its_window_needs_and_lapses_after_an_hour(
    world: World, services: Services
) -> None:
    booking = await a_hold(await a_case(world, now=services.now()), services)

    assert await standing(booking) == HELD
    assert booking.lapses_at == services.now() + HOUR


async def test_a_hold_outlives_the_time_to_think(world: World, services: Services) -> None:
    case = await a_case(world, Stage.CONSENTED, now=services.now())

    booking = await a_hold(case, services)

    assert booking.lapses_at == services.now() - HOUR + timedelta(hours=72) + HOUR


async def test_nothing_is_held_before_the_consent(world: World, services: Services) -> None:
    ready = await a_case(world, now=services.now())
    token = (await tokens(ready, services))[0]
    accepted = await a_case(world, Stage.ACCEPTED, "helene", now=services.now())

    with pytest.raises(NoConsent):
        await hold(await patient_of(accepted), accepted, token, services)
    assert await run("SELECT id FROM booking") == []


async def test_nothing_is_held_after_the_clinic_has_said_no(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    token = (await tokens(case, services))[0]
    await moves.move(case, CaseStatus.UNSUITABLE, by=viewer_for(world.people["baptiste"]), now=services.now())

    with pytest.raises(WrongMoment):
        await hold(await patient_of(case), case, token, services)


async def test_the_patient_holds_a_helper_needs_leave_and_a_stranger_finds_nothing(
    world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    token = (await tokens(case, services))[0]
    reads = await helper_of(case, world.people["folake"], Scope.READ, now=services.now())
    acts = await helper_of(case, world.people["folake"], Scope.ACT, now=services.now())

    with pytest.raises(NotFound):
        await hold(viewer_for(world.people["helene"]), case, token, services)
    with pytest.raises(NotAllowedByThePatient):
        await hold(reads, case, token, services)
    assert await standing(await hold(acts, case, token, services)) == replace(HELD, mails=("dates-held", "dates-held"))


async def test_one_case_holds_one_window(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    first, second, *_ = await tokens(case, services)
    booking = await a_hold(case, services, first)

    with pytest.raises(OtherDatesHeld):
        await a_hold(case, services, second)
    assert await standing(booking) == HELD


async def test_a_lapsed_hold_blocks_no_one_even_if_no_worker_runs(
    world: World, services: Services, clock: Clock
) -> None:
    case, other = await a_case(world, now=services.now()), await a_case(world, who="helene", now=services.now())
    token = (await tokens(case, services))[0]
    late = await a_hold(case, services, token)
    clock.at += HOUR

    booking = await a_hold(other, services, token)

    assert await standing(booking) == HELD
    assert (await standing(late)).claims in {"none", "part"}
    assert booking.window == late.window


async def test_who_comes_second_is_told_the_nearest_free_dates(world: World, services: Services) -> None:
    case, other = await a_case(world, now=services.now()), await a_case(world, who="helene", now=services.now())
    token = (await tokens(case, services))[5]
    first = await a_hold(case, services, token)
    await occupy_all(first)

    with pytest.raises(DatesGone) as refusal:
        await a_hold(other, services, token)

    free = await tokens(other, services)
    assert len(refusal.value.nearest) == 3
    assert {told for _window, told in refusal.value.nearest} <= set(free)
    assert await run("SELECT id FROM booking WHERE case_id = $1", other.id) == []


async def test_where_one_resource_is_gone_another_serves_at_the_same_times(world: World, services: Services) -> None:
    case, other = await a_case(world, now=services.now()), await a_case(world, who="helene", now=services.now())
    token = (await tokens(case, services))[0]
    await double_everything()

    first, second = await a_hold(case, services, token), await a_hold(other, services, token)

    def times(booking: Booking) -> list[tuple[Any, ...]]:
        return [(step["key"], step["day"], step["starts"]) for step in booking.window["steps"]]

    assert times(first) == times(second)
    assert first.window != second.window
    assert (await standing(first), await standing(second)) == (HELD, HELD)


async def test_whoever_serves_instead_the_interpreter_that_was_shown_is_there_though_nobody_says_it_again(
    world: World, services: Services
) -> None:
    case, other = await a_case(world, now=services.now()), await a_case(world, who="helene", now=services.now())
    how: dict[str, Any] = {"interpreter": "ar", "key": KEY, "now": services.now()}
    _case, shown = await find_dates(await patient_of(case), case.code, FIRST, LAST, **how)
    token = shown.token(shown.windows[0])
    await double_everything()

    held = [await a_hold(each, services, token) for each in (case, other)]

    windows = [Window.from_json(booking.window) for booking in held]
    assert windows[0] != windows[1]
    assert [await interpreter_in(window, case) for window in windows] == ["ar", "ar"]
    assert [len(step.resources) for step in windows[0].steps] == [len(step.resources) for step in windows[1].steps]


async def test_an_interpreter_who_no_longer_speaks_the_language_is_not_held_another_of_it_or_nobody_is(
    world: World, services: Services
) -> None:
    case, other = await a_case(world, now=services.now()), await a_case(world, who="helene", now=services.now())
    how: dict[str, Any] = {"interpreter": "ar", "key": KEY, "now": services.now()}
    _case, shown = await find_dates(await patient_of(case), case.code, FIRST, LAST, **how)
    token = shown.token(shown.windows[0])
    await Resource.filter(name="Salma Haddad").update(skills=["de"])
    await Resource.filter(name="Luc Fontaine").update(skills=["ar", "fr"])

    booking = await a_hold(case, services, token)
    await Resource.filter(name="Luc Fontaine").update(skills=["fr"])
    with pytest.raises(DatesGone) as gone:
        await hold(await patient_of(other), other, token, services)

    luc, window = await Resource.get(name="Luc Fontaine"), Window.from_json(booking.window)
    assert {one for step in window.steps for one, asks in step.asked() if "ar" in asks.split()} == {luc.id}
    assert await interpreter_in(window, case) == "ar"
    assert gone.value.nearest == []


async def test_a_token_that_was_changed_is_refused(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    token = (await tokens(case, services))[0]

    for spoilt in ("", "a.b", token[:-2], token + "x", "é" * 50):
        with pytest.raises(WindowUnreadable):
            await hold(await patient_of(case), case, spoilt, services)


async def test_what_fails_in_the_middle_leaves_nothing(
    lasting_world: World, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await a_case(lasting_world, now=services.now())
    token = (await tokens(case, services))[0]

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(reserving, "saying_held", broken)
    with pytest.raises(ConnectionError):
        await a_hold(case, services, token)

    left = await run(
        "SELECT (SELECT count(*) FROM booking) AS bookings, (SELECT count(*) FROM claim) AS claims,"
        " (SELECT count(*) FROM message) AS messages, (SELECT count(booking_id) FROM dose) AS doses"
    )
    assert left == [{"bookings": 0, "claims": 0, "messages": 0, "doses": 0}]


async def test_a_hold_that_is_let_go_is_free_at_once(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_hold(case, services)

    await release_hold(await patient_of(case), booking.code, now=services.now())

    assert await standing(booking) == replace(HELD, story=("held", "cancelled"), claims="none", mails=())


async def test_what_is_paid_for_is_not_let_go_as_if_it_were_a_hold(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_confirmed(case, services)
    before = await standing(booking)

    with pytest.raises(WrongMoment):
        await release_hold(await patient_of(case), booking.code, now=services.now())
    assert await standing(booking) == before


async def test_the_sweep_says_so_of_every_lapsed_hold_and_of_no_other(
    world: World, services: Services, clock: Clock
) -> None:
    lapsing = await a_hold(await a_case(world, now=services.now()), services)
    clock.at += HOUR
    fresh = await a_hold(await a_case(world, who="helene", now=services.now()), services)
    paid = await a_confirmed(await a_case(world, who="lucia", now=services.now()), services)

    swept = [await sweep_lapses(now=services.now()), await sweep_lapses(now=services.now())]

    assert swept == [1, 0]
    assert await standing(lapsing) == replace(HELD, story=("held", "lapsed"), claims="none")
    assert ((await standing(fresh)).story, (await standing(paid)).story) == (("held",), ("held", "confirmed"))


@pytest.mark.parametrize(("birthday", "holds"), [("2009-04-05", True), ("2009-04-06", False)])
async def test_the_programmes_age_counts_on_the_first_day_of_treatment(
    world: World, services: Services, *, birthday: str, holds: bool
) -> None:
    """The first window of April begins on Monday the 5th."""
    case = await a_case(world, now=services.now(), birth_date=birthday)
    token = (await tokens(case, services))[0]

    if holds:
        assert (await hold(await patient_of(case), case, token, services)).starts_at.date() == date(2027, 4, 5)
    else:
        with pytest.raises(TooYoungThen):
            await hold(await patient_of(case), case, token, services)
        assert await Booking.filter(case_id=case.id).count() == 0


async def test_what_was_agreed_is_looked_at_again_when_everything_is_held(
    lasting_world: World, services: Services
) -> None:
    """A clinician says no while the dates are being taken: one of the two waits, and sees what the other did."""
    case = await a_case(lasting_world, now=services.now())
    viewer, token = await patient_of(case), (await tokens(case, services))[0]
    decided = asyncio.Event()

    async def decline() -> None:
        async with transaction():
            await require_no_dates(case.id, now=services.now())
            decided.set()
            await asyncio.sleep(0.3)  # the hold has read that everything was agreed, and waits at the case
            doctor = staff_of(lasting_world, "baptiste", Role.CLINICIAN)
            again = await Case.get(id=case.id)
            await reviews.decide(
                again, Decision.NOT_SUITABLE, reasons="It does not suit.", viewer=doctor, now=services.now()
            )

    async def take() -> Booking:
        await decided.wait()
        return await hold(viewer, case, token, services)

    declined, held = await asyncio.gather(decline(), take(), return_exceptions=True)

    assert (declined, type(held)) == (None, WrongMoment)
    assert await Booking.filter(case_id=case.id).count() == 0
    assert await run("SELECT id FROM claim") == []


async def test_whoever_decides_waits_for_dates_that_are_just_being_taken(
    lasting_world: World, services: Services
) -> None:
    case = await a_case(lasting_world, now=services.now())
    token = (await tokens(case, services))[0]
    taken = asyncio.Event()

    def slow(_booking: Booking) -> Statement:
        taken.set()
        return Statement("SELECT pg_sleep(0.3)", ())

    async def take() -> Booking:
        viewer = await patient_of(case)
        return await reserve(
            viewer, case.code, token, ticket=Ticket(slow, unless=WrongMoment), key=KEY, now=services.now()
        )

    async def decide() -> None:
        await taken.wait()
        async with transaction():
            await require_no_dates(case.id, now=services.now())

    held, decided = await asyncio.gather(take(), decide(), return_exceptions=True)

    assert (type(held), type(decided)) == (Booking, DatesStand)
