"""Staff open the board: every case of their clinics by stage, what waits on us first, in a fixed number of statements."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.consultations.way import Turn
from booking.journeys.board_row import BoardRow, Stage, board_row
from booking.kit.db import run, run_one, transaction
from booking.payments.trouble import count_money_in_trouble

ENDED_SHOWN_FOR: Final = timedelta(days=90)
# Of a column, unless all of it is asked for: about two screens.
AT_FIRST: Final = 20


class Show(StrEnum):
    """Which cases a board shows."""

    OPEN = "open"
    US = "us"
    MINE = "mine"
    THEM = "them"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Column:
    """The cases of a stage that are shown, the most pressing of `total`: AT_FIRST, and every one with a red flag."""

    stage: Stage
    rows: tuple[BoardRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands above the board, however it is filtered."""

    alerts: int
    payments: int
    messages: int
    untold: int


@dataclass(frozen=True, slots=True)
class Board:
    """`counts` are of every filter, whichever is shown."""

    columns: tuple[Column, ...]
    counts: dict[Show, int]
    trouble: Trouble
    found: int


# The latest booking alone tells where the case's trip stands.
ROWS: Final = """
    SELECT c.code, c.status, c.changed_at, patient.name AS patient, asker.name AS asked_by,
           booking.status AS booking_status, booking.starts_at, booking.ends_at, booking.held_at, booking.lapses_at, booking.aside_at,
           coalesce(open.questions, 0) AS questions, open.asked_at, flag.raised_at,
           EXISTS (SELECT FROM silence WHERE silence.case_id = c.id AND lifted_at IS NULL) AS silenced,
           EXISTS (SELECT FROM wait WHERE wait.case_id = c.id AND wait.status IN ('waiting', 'offered')) AS waits
      FROM "case" AS c
      LEFT JOIN person AS patient ON patient.id = c.patient_id
      LEFT JOIN person AS asker ON asker.id = c.asked_by_id
      LEFT JOIN LATERAL (
          SELECT status, starts_at, ends_at, held_at, lapses_at, aside_at FROM booking
          WHERE case_id = c.id ORDER BY held_at DESC, id DESC LIMIT 1
      ) AS booking ON true
      LEFT JOIN LATERAL (
          SELECT count(*) AS questions, min(asked_at) AS asked_at FROM question
          WHERE case_id = c.id AND answered_at IS NULL
      ) AS open ON true
      LEFT JOIN LATERAL (
          SELECT min(raised_at) AS raised_at FROM alert JOIN booking ON booking.id = alert.booking_id
          WHERE booking.case_id = c.id AND alert.status = 'raised'
      ) AS flag ON true
     WHERE c.clinic_id = ANY($1::bigint[]) AND c.status <> 'draft'
       AND ($2 = '' OR c.code ILIKE $2 OR patient.name ILIKE $2 OR asker.name ILIKE $2)
       AND ($2 <> '' OR c.changed_at > $3 OR c.status NOT IN ('closed', 'withdrawn', 'unsuitable'))
     ORDER BY c.id
"""
TROUBLE: Final = """
    SELECT (SELECT count(*) FROM alert JOIN booking ON booking.id = booking_id JOIN "case" AS c ON c.id = case_id
             WHERE c.clinic_id = ANY($1::bigint[]) AND alert.status = 'raised') AS alerts,
           (SELECT count(*) FROM message JOIN "case" AS c ON c.id = case_id
             WHERE c.clinic_id = ANY($1::bigint[]) AND message.status IN ('failed', 'unknown', 'dropped')
               AND handled_at IS NULL AND withdrawn_at IS NULL
               AND NOT EXISTS (SELECT FROM silence WHERE silence.case_id = c.id AND lifted_at IS NULL)) AS messages,
           (SELECT count(*) FROM booking JOIN "case" AS c ON c.id = case_id
             WHERE c.clinic_id = ANY($1::bigint[]) AND aside_at IS NOT NULL) AS untold
"""

ROLE_TURNS: Final = {"clinician": Turn.CLINICIAN, "coordinator": Turn.COORDINATOR, "admin": Turn.COORDINATOR}


async def open_board(
    viewer: Viewer, *, show: Show = Show.OPEN, search: str = "", whole: Collection[Stage] = (), now: datetime
) -> Board:
    """The board of the viewer's clinics. A search looks for a code or a name in every case there is, ended ones too.

    Of the stages in `whole` every case is shown, of the others the most pressing. Leaves one audit row. `counts` of a
    search are of what it found.
    """
    clinics = sorted(viewer.clinics)
    wanted = _pattern(search)
    async with transaction():
        rows = [board_row(row, now=now) for row in await run(ROWS, clinics, wanted, now - ENDED_SHOWN_FOR)]
        trouble = await run_one(TROUBLE, clinics) or {}
        money = await count_money_in_trouble(clinics, now=now)
        await audit.record(viewer, "board.search" if wanted else "board.read", "board", now=now)
    belongs = _belongs(viewer)
    shown = rows if wanted else [row for row in rows if belongs[show](row)]
    return Board(
        _columns(shown, whole),
        {each: sum(map(rule, rows)) for each, rule in belongs.items()},
        Trouble(trouble["alerts"], money, trouble["messages"], trouble["untold"]),
        len(shown),
    )


def _belongs(viewer: Viewer) -> dict[Show, Callable[[BoardRow], bool]]:
    mine = {ROLE_TURNS[role.value] for _clinic, role in viewer.roles}
    return {
        Show.OPEN: lambda row: row.stage is not Stage.ENDED,
        Show.US: lambda row: row.waits_on_us,
        Show.MINE: lambda row: bool(row.turns & mine),
        Show.THEM: lambda row: row.stage is not Stage.ENDED and not row.waits_on_us,
        Show.ENDED: lambda row: row.stage is Stage.ENDED,
    }


def _columns(rows: Sequence[BoardRow], whole: Collection[Stage]) -> tuple[Column, ...]:
    """Every stage with its cases in their order; the ended ones only if there are any to show."""
    stages = {stage: sorted((row for row in rows if row.stage is stage), key=lambda row: row.place) for stage in Stage}
    return tuple(
        Column(stage, tuple(found if stage in whole else _at_first(found)), len(found))
        for stage, found in stages.items()
        if found or stage is not Stage.ENDED
    )


def _at_first(found: Sequence[BoardRow]) -> Sequence[BoardRow]:
    """Red flags stand before all others, so a longer start has them all."""
    return found[: max(AT_FIRST, sum(row.is_red for row in found))]


def _pattern(search: str) -> str:
    """For ILIKE: what was typed anywhere in a name or code, its own signs taken as they stand."""
    typed = search.strip()
    for sign in ("\\", "%", "_"):
        typed = typed.replace(sign, f"\\{sign}")
    return f"%{typed}%" if typed else ""
