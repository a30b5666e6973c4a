"""One step of a window goes elsewhere: what it breaks is what the oracle finds, and each thing is said by its name."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from booking.slots.grid import EPOCH, GRAIN, unpacked
from booking.slots.hours import Closed, Hours
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.step_moves import Break, Reach, Scene, StepMove, StepMoves, Taken, Target, Why
from booking.slots.stock import LotStock, Stock, Supply
from booking.slots.windows import Window, Wishes
from tests.slots import clinics, oracle

MONDAY = date(2027, 3, 8)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
ANNA, BEN, CARA, ROOM, OTHER_ROOM, CHAIR = range(1, 7)
NINE, TEN, ELEVEN, NOON = time(9), time(10), time(11), time(12)
HOURS = tuple(Hours(day, time(8), time(17)) for day in range(5))


def step(key: str, day: Any, *needs: dict[str, Any], **more: Any) -> dict[str, Any]:
    plain = {"key": key, "title": {}, "day": day, "earliest": "09:00", "latest": "12:00", "every": 60, "minutes": 60}
    return {**plain, "needs": list(needs), **more}


DOCTOR, SAME = {"kind": "clinician", "skills": ["deep"]}, {"kind": "clinician", "same_as": "visit"}
PROTOCOL = Protocol.parse(
    {
        "steps": [
            step("visit", 0, DOCTOR, {"kind": "room"}, rest_after=60),
            step("rest", 0, latest="15:00"),
            step("infusion", {"from": 1, "to": 2}, SAME, {"kind": "chair"}, dose={"product": "cells"}, buffer_after=30),
        ]
    }
)


def supply(id_: int, kind: str, *skills: str, **more: Any) -> Supply:
    return Supply(id_, kind, frozenset(skills), **{"hours": HOURS, **more})


def scene(*, taken: dict[int, tuple[Taken, ...]] | None = None, **more: Any) -> Scene:
    """Monday 09:00 with Anna in the room, the rest at 11:00, and on Tuesday at 09:00 the infusion with Anna."""
    closed = Closed(TUESDAY, TUESDAY)
    supplies = (
        supply(ANNA, "clinician", "deep"),
        supply(BEN, "clinician", "deep", hours=HOURS[:2], **more),
        supply(CARA, "clinician"),
        supply(ROOM, "room"),
        supply(OTHER_ROOM, "room"),
        supply(CHAIR, "chair"),
        supply(CHAIR + 1, "chair", closures=(closed,)),
    )
    lots = (LotStock(1, "cells", MONDAY, TUESDAY, 1),)
    now = datetime(2027, 3, 7, 12, tzinfo=UTC)
    stretch = MONDAY - timedelta(days=7), MONDAY + timedelta(days=14)
    stock = Stock(1, "America/Antigua", *stretch, now, supplies, lots)
    window = windows(PROTOCOL, Wishes(), MONDAY, MONDAY, stock)[0]
    return Scene(PROTOCOL, window, stock, taken or {})


def taken(resource: int, day: date, hour: int, booking: str = "LW-OTHR-BOOK") -> dict[int, tuple[Taken, ...]]:
    at = datetime(day.year, day.month, day.day, hour + 4, tzinfo=UTC)
    return {resource: (Taken(booking, at, at + timedelta(hours=1)),)}


def looked(key: str, resource: int, to: tuple[int, date, time], where: Scene | None = None) -> StepMove:
    return StepMoves(where or scene(), key, resource).look(Target(*to))


def broken(key: str, resource: int, to: tuple[int, date, time], where: Scene | None = None) -> list[Why]:
    return [one.why for one in looked(key, resource, to, where).breaks]


def test_the_scene_is_what_it_says() -> None:
    told = [(at.key, at.day, at.starts, at.resources) for at in scene().window.steps]

    assert told == [
        ("visit", MONDAY, NINE, (ANNA, ROOM)),
        ("rest", MONDAY, ELEVEN, ()),
        ("infusion", TUESDAY, NINE, (ANNA, CHAIR)),
    ]


def test_a_step_goes_to_a_free_time_and_the_rest_of_the_window_stays() -> None:
    move = looked("infusion", CHAIR, (CHAIR, TUESDAY, ELEVEN))

    assert (move.works, move.steps) == (True, ("infusion",))
    assert move.window.steps[:2] == scene().window.steps[:2]
    assert (move.window.steps[2].starts, move.window.steps[2].resources) == (ELEVEN, (ANNA, CHAIR))


def test_where_it_is_already_nothing_changes() -> None:
    assert looked("visit", ROOM, (ROOM, MONDAY, NINE)) == StepMove(scene().window, (), ())


def test_another_room_is_had_alone_and_another_doctor_in_every_step_that_wants_the_same() -> None:
    room = looked("visit", ROOM, (OTHER_ROOM, MONDAY, NINE))
    doctor = looked("infusion", ANNA, (BEN, TUESDAY, NINE))

    assert (room.works, room.steps) == (True, ("visit",))
    assert (doctor.works, doctor.steps) == (True, ("visit", "infusion"))
    assert [at.resources for at in doctor.window.steps] == [(BEN, ROOM), (), (BEN, CHAIR)]


def test_a_doctor_who_could_do_this_step_but_not_the_one_with_the_same_is_refused_for_that() -> None:
    where = scene(taken=taken(BEN, MONDAY, 9))

    move = looked("infusion", ANNA, (BEN, TUESDAY, NINE), where)

    assert move.breaks == (Break(Why.TAKEN, "visit", BEN, "LW-OTHR-BOOK"),)


def test_a_room_that_is_taken_at_the_new_time_gives_way_to_one_that_is_free_and_a_bound_doctor_does_not() -> None:
    free = looked("visit", ANNA, (ANNA, MONDAY, TEN), scene(taken=taken(ROOM, MONDAY, 10)))
    bound = scene(taken=taken(ANNA, TUESDAY, 11))

    # The patient's rest at eleven is too near, but not because of a room.
    assert ([one.why for one in free.breaks], free.window.steps[0].resources) == ([Why.REST], (ANNA, OTHER_ROOM))
    assert looked("infusion", CHAIR, (CHAIR, TUESDAY, ELEVEN), bound).breaks == (
        Break(Why.TAKEN, "infusion", ANNA, "LW-OTHR-BOOK"),
    )


def test_a_stay_goes_up_to_another_of_the_patient_s_and_never_into_it() -> None:
    """Between the first step and the last they are here, also in the hours between two steps."""
    at = datetime(2027, 3, 9, 15, tzinfo=UTC)  # eleven
    where = replace(scene(), elsewhere=((at, at + timedelta(hours=9)),))

    assert broken("infusion", CHAIR, (CHAIR, TUESDAY, TEN), where) == []
    assert looked("infusion", CHAIR, (CHAIR, TUESDAY, ELEVEN), where).breaks == (Break(Why.ELSEWHERE, "infusion"),)


def test_each_thing_that_is_in_the_way_is_said() -> None:
    assert broken("visit", ROOM, (CHAIR, MONDAY, NINE)) == [Why.KIND]
    assert broken("visit", ROOM, (99, MONDAY, NINE)) == [Why.NOT_HERE]
    assert broken("visit", ANNA, (CARA, MONDAY, NINE)) == [Why.SKILLS]
    assert broken("infusion", CHAIR, (CHAIR + 1, TUESDAY, NINE)) == [Why.CLOSED]
    assert broken("rest", 0, (0, MONDAY, NINE), _resting()) == [Why.TWO_PLACES]
    assert broken("visit", ANNA, (ANNA, MONDAY, NOON)) == [Why.ORDER]
    assert broken("visit", ANNA, (ANNA, MONDAY, TEN)) == [Why.REST]
    assert broken("infusion", CHAIR, (CHAIR, TUESDAY, time(13))) == [Why.TIMES]
    assert broken("infusion", CHAIR, (CHAIR, WEDNESDAY, NINE)) == [Why.DOSE]
    assert broken("infusion", CHAIR, (CHAIR, date(2027, 3, 6), NINE)) == [Why.DAYS, Why.DOSE]
    assert broken("infusion", CHAIR, (CHAIR, date(2028, 3, 6), NINE)) == [Why.DAYS, Why.UNKNOWN, Why.DOSE]
    friday_doctor = replace(scene(), stock=replace(scene().stock, lots=(LotStock(1, "cells", MONDAY, WEDNESDAY, 1),)))
    assert broken("infusion", ANNA, (BEN, WEDNESDAY, NINE), friday_doctor) == [Why.HOURS]


def _resting() -> Scene:
    """The same, with a bed for the rest."""
    steps = [step("visit", 0, DOCTOR), step("rest", 0, {"kind": "room"}, latest="15:00")]
    protocol = Protocol.parse({"steps": steps})
    stock = replace(scene().stock, resources=(supply(ANNA, "clinician", "deep"), supply(0, "room")))
    return Scene(protocol, windows(protocol, Wishes(), MONDAY, MONDAY, stock)[0], stock)


def test_the_first_step_cannot_leave_its_day_without_the_steps_that_count_from_it() -> None:
    move = looked("visit", ANNA, (ANNA, TUESDAY, NINE))

    assert move.breaks[0] == Break(Why.DAYS, "rest", least=0, most=0)


def test_what_has_begun_stays_also_where_another_step_would_take_it_along() -> None:
    monday_noon = replace(scene(), stock=replace(scene().stock, now=datetime(2027, 3, 8, 16, tzinfo=UTC)))

    assert broken("visit", ROOM, (OTHER_ROOM, MONDAY, NINE), monday_noon) == [Why.PAST]
    assert looked("infusion", ANNA, (BEN, TUESDAY, NINE), monday_noon).breaks == (Break(Why.PAST, "visit"),)
    assert looked("infusion", CHAIR, (CHAIR, TUESDAY, TEN), monday_noon).works


def test_a_time_that_the_clock_jumps_over_is_refused_and_the_same_a_night_later_is_not() -> None:
    night = step("night", {"from": 0, "to": 2}, {"kind": "chair"}, earliest="02:30", latest="02:30")
    protocol = Protocol.parse({"steps": [{**step("arrival", 0), "earliest": "01:00", "latest": "01:00"}, night]})
    saturday = date(2027, 3, 13)
    always = tuple(Hours(day, time(), time()) for day in range(7))
    stretch = saturday - timedelta(days=7), saturday + timedelta(days=14)
    chairs = (Supply(CHAIR, "chair", hours=always),)
    stock = Stock(1, "America/New_York", *stretch, datetime(2027, 3, 1, tzinfo=UTC), chairs)
    [window] = windows(protocol, Wishes(), saturday, saturday, stock)
    moves = StepMoves(Scene(protocol, window, stock), "night", CHAIR)

    jumped = moves.look(Target(CHAIR, saturday + timedelta(days=1), time(2, 30)))
    after = moves.look(Target(CHAIR, saturday + timedelta(days=2), time(2, 30)))

    assert [one.why for one in jumped.breaks] == [Why.CLOCK]
    assert after.works


def test_flights_are_advice() -> None:
    lands = datetime(2027, 3, 9, 13, 30, tzinfo=UTC)
    where = replace(scene(), there=(lands, lands + timedelta(hours=1)))

    move = looked("infusion", CHAIR, (CHAIR, TUESDAY, TEN), where)

    assert (move.works, [one.why for one in move.advice]) == (True, [Why.GONE_HOME])


def test_a_resource_and_a_day_tell_the_times_that_work_or_the_least_that_is_in_the_way() -> None:
    moves = StepMoves(scene(taken=taken(CHAIR, TUESDAY, 11)), "infusion", CHAIR)

    assert moves.candidates == (CHAIR, CHAIR + 1)
    assert moves.reach(CHAIR, TUESDAY) == Reach((NOON,), ())  # at ten its buffer would meet the other's hour
    assert moves.reach(CHAIR + 1, TUESDAY) == Reach((), (Break(Why.CLOSED, "infusion", CHAIR + 1),))
    assert moves.reach(CHAIR, WEDNESDAY) == Reach((), (Break(Why.DOSE, "infusion"),))


@settings(max_examples=60)
@given(st.data())
def test_a_move_works_exactly_where_the_oracle_finds_no_fault(data: st.DataObject) -> None:
    band = data.draw(st.sampled_from(sorted(clinics.BANDS)))
    protocol = Wishes().applied(Protocol.parse({"steps": data.draw(clinics.steps(band))}))
    stock = data.draw(clinics.stocks(band))
    found = windows(protocol, Wishes(), stock.first, stock.last, stock)
    if not found:
        return
    window = data.draw(st.sampled_from(found))
    movable = [(at.key, one) for at in window.steps for one in at.resources]
    if not movable:
        return
    key, resource = data.draw(st.sampled_from(movable))
    moves = StepMoves(Scene(protocol, window, stock, _claims(stock)), key, resource)
    days = [stock.first + timedelta(days=n) for n in range((stock.last - stock.first).days + 1)]

    for to in moves.candidates:
        for day in days:
            for starts in {*moves.step.starts(), time(9, 15)}:
                move = moves.look(Target(to, day, starts))
                start = move.window.start
                if move.works:
                    assert oracle.fault(protocol, Wishes(), stock, start, move.window.steps) == ""
                elif move.steps:
                    plain = _plainly(window, key, resource, Target(to, day, starts))
                    assert oracle.fault(protocol, Wishes(), stock, plain.start, plain.steps) != ""


def _claims(stock: Stock) -> dict[int, tuple[Taken, ...]]:
    grain = timedelta(minutes=GRAIN)
    return {
        one.id: tuple(Taken("LW", EPOCH + a * grain, EPOCH + b * grain) for a, b in unpacked(one.busy))
        for one in stock.resources
    }


def _plainly(window: Window, key: str, resource: int, to: Target) -> Window:
    """The one step put there, and nothing else changed."""
    steps = tuple(
        at._replace(
            day=to.day,
            starts=to.starts,
            resources=tuple(to.resource if one == resource else one for one in at.resources),
        )
        if at.key == key
        else at
        for at in window.steps
    )
    return replace(window, steps=steps)
