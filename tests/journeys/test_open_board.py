from datetime import datetime, timedelta
from typing import Any

import pytest

from booking.consultations import questions
from booking.consultations.models import Case, CaseStatus, Decision
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.board_row import Stage as Column
from booking.journeys.board_row import board_row
from booking.journeys.open_board import AT_FIRST, Board, Show, open_board
from booking.journeys.review_case import review_case
from booking.kit.db import transaction
from booking.kit.ids import new_code
from booking.services import Services
from tests.journeys.full_case import staff
from tests.journeys.test_acknowledge_alert import a_red_flag
from tests.journeys.test_review_case import STRANGER
from tests.journeys.trips import a_case, patient_of
from tests.statements import statements

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SAME_OF_A_CASE = ("clinic_id", "programme_id", "version_id", "patient_id", "asked_by_id", "status", "language", "zone")


def cards(board: Board) -> dict[str, list[str]]:
    return {column.stage.value: [row.code for row in column.rows] for column in board.columns if column.rows}


async def test_each_case_stands_in_its_stage_what_waits_on_us_first_and_the_oldest_before(
    world: World, now: datetime
) -> None:
    new = await a_case(world, Stage.SUITABLE, "helene", now=now)
    old = await a_case(world, Stage.SUITABLE, now=now - 3 * DAY)
    theirs = await a_case(world, Stage.PLANNED, now=now - 9 * DAY)
    asking = await a_case(world, Stage.READY, now=now)
    async with transaction():
        await questions.ask(asking, "When?", viewer=await patient_of(asking), now=now - DAY)

    board = await open_board(staff(world), now=now)

    assert cards(board) == {"plan": [old.code, new.code, theirs.code], "dates": [asking.code]}
    assert board.counts == {Show.OPEN: 4, Show.US: 3, Show.MINE: 3, Show.THEM: 1, Show.ENDED: 0}
    card = next(column.rows[0] for column in board.columns if column.stage is Column.DATES)
    assert ([str(reason) for reason in card.reasons], card.since) == (
        ["A question to be answered", "Their choice of dates"],
        now - DAY,
    )


async def test_mine_is_what_waits_for_my_role(world: World, now: datetime) -> None:
    await a_case(world, Stage.SUITABLE, now=now)
    to_review = await a_case(world, Stage.REQUESTED, now=now)

    board = await open_board(staff(world, "baptiste"), show=Show.MINE, now=now)

    assert cards(board) == {"review": [to_review.code]}


async def test_a_search_finds_names_and_codes_in_ended_cases_too_and_takes_signs_as_they_are(
    world: World, now: datetime
) -> None:
    case = await a_case(world, Stage.REQUESTED, now=now)
    await a_case(world, Stage.REQUESTED, "helene", now=now)
    await review_case(staff(world, "baptiste"), case.code, Decision.NOT_SUITABLE, reasons="No.", now=now)

    async def found(search: str) -> list[str]:
        board = await open_board(staff(world), search=search, now=now + 200 * DAY)
        return [row.code for column in board.columns for row in column.rows]

    assert await found("adeyemi") == [case.code]
    assert await found(case.code.lower()) == [case.code]
    assert [await found(sign) for sign in ("%", "_", "\\", "nobody")] == [[], [], [], []]
    later = await open_board(staff(world), show=Show.ENDED, now=now + 200 * DAY)
    assert cards(later) == {}


async def test_another_clinic_sees_an_empty_board(world: World, now: datetime) -> None:
    await a_case(world, Stage.REQUESTED, now=now)

    board = await open_board(STRANGER, search="Samuel", now=now)

    assert (board.found, set(board.counts.values())) == (0, {0})


async def test_a_board_of_sixty_takes_as_many_statements_as_a_board_of_one(world: World, now: datetime) -> None:
    await a_case(world, Stage.REQUESTED, now=now)
    with statements() as of_one:
        await open_board(staff(world), now=now)
    for who in ("samuel", "helene"):
        await many_cases(await a_case(world, Stage.READY, who, now=now), 30, now=now)
    with statements() as of_many:
        await open_board(staff(world), now=now)

    assert len(of_many) == len(of_one)


async def many_cases(like: Case, number: int, *, now: datetime) -> list[Case]:
    """So many more cases that stand where one stands, each an hour longer than the one before."""
    same = {name: getattr(like, name) for name in SAME_OF_A_CASE}
    more = [Case(code=new_code(), created_at=now, changed_at=now - n * HOUR, **same) for n in range(number)]
    await Case.bulk_create(more)
    return more


async def test_of_a_long_column_the_most_pressing_are_shown_until_all_of_it_is_asked_for(
    world: World, now: datetime
) -> None:
    asking = await a_case(world, Stage.READY, now=now)
    waiting = await many_cases(asking, 63, now=now)
    async with transaction():
        await questions.ask(asking, "When?", viewer=await patient_of(asking), now=now)

    board = await open_board(staff(world), now=now)
    all_of_it = await open_board(staff(world), whole=[Column.DATES], now=now)

    in_order = [asking.code, *(case.code for case in reversed(waiting))]
    assert cards(board) == {"dates": in_order[:AT_FIRST]}
    assert cards(all_of_it) == {"dates": in_order}
    assert [column.total for column in board.columns if column.rows] == [64]
    assert (board.found, board.counts[Show.OPEN]) == (64, 64)


async def test_no_red_flag_is_ever_beyond_what_is_shown(
    world: World, services: Services, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("booking.journeys.open_board.AT_FIRST", 0)
    red, then = await a_red_flag(world, services, now)
    await a_case(world, Stage.READY, "helene", now=now)

    board = await open_board(staff(world), now=then)

    assert cards(board) == {"trip": [red.code]}
    assert [(column.stage.value, column.total) for column in board.columns if column.total] == [
        ("dates", 1),
        ("trip", 1),
    ]


def row(status: CaseStatus, now: datetime, **more: Any) -> dict[str, Any]:
    blank = dict.fromkeys(
        ("waits", "aside_at", "booking_status", "starts_at", "ends_at", "held_at", "lapses_at", "asked_at", "raised_at")
    )
    known = {"code": "LW-1", "status": status.value, "changed_at": now - 5 * DAY, "patient": "A", "asked_by": "A"}
    return {**known, "questions": 0, "silenced": False, **blank, **more}


@pytest.mark.parametrize("status", [status for status in CaseStatus if status is not CaseStatus.DRAFT])
@pytest.mark.parametrize("booking", [None, "held", "confirmed", "lapsed", "cancelled", "refund_due", "completed"])
@pytest.mark.parametrize("begins", [-9, -1, 9])
def test_every_state_of_a_case_and_its_booking_has_a_place_and_a_reason(
    now: datetime, status: CaseStatus, booking: str | None, begins: int
) -> None:
    at = now + begins * DAY
    trip = {"booking_status": booking, "starts_at": at, "ends_at": at + 4 * DAY, "held_at": now, "lapses_at": None}

    card = board_row(row(status, now, **(trip if booking else {})), now=now)

    assert card.reasons
    assert card.since <= now


def test_a_lapsed_hold_waits_for_dates_again_and_a_red_flag_comes_before_all(now: datetime) -> None:
    lapsed = {"booking_status": "held", "starts_at": now, "ends_at": now, "held_at": now - DAY, "lapses_at": now}

    waiting = board_row(row(CaseStatus.CONSENTED, now, **lapsed), now=now)
    red = board_row(row(CaseStatus.TREATED, now, raised_at=now), now=now)

    assert [str(reason) for reason in waiting.reasons] == ["Their choice of dates"]
    assert [str(reason) for reason in red.reasons] == ["A red flag: call them", "Their check-ins"]
    assert (red.is_red, red.waits_on_us, red.since) == (True, True, now)
    assert red.place < waiting.place
