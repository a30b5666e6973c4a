from datetime import datetime, timedelta

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from booking.accounts import audit
from booking.accounts.audit import Entry
from booking.accounts.checks import INVARIANTS
from booking.accounts.models import AuditRow
from booking.accounts.viewers import ANONYMOUS, SYSTEM
from booking.kit.db import execute, run, savepoint
from tests.consultations.cast import Cast, a_request, helped_by_bob

MINUTE = timedelta(minutes=1)


async def test_the_trail_says_who_did_what_as_whom_the_latest_first(cast: Cast, now: datetime) -> None:
    viewers = (ANONYMOUS, cast.alice_views, cast.dana_views, cast.partner_views, SYSTEM)
    for minutes, viewer in enumerate(viewers):
        await audit.record(viewer, "case.read", "case LW-1", now=now + minutes * MINUTE, request_id="r1")
    await audit.record(cast.charlie_views, "case.read", "case LW-2", now=now)

    assert await audit.trail("case LW-1") == [
        Entry(now + 4 * MINUTE, "", "system", "case.read"),
        Entry(now + 3 * MINUTE, "Partner", "partner", "case.read"),
        Entry(now + 2 * MINUTE, "Dana", "clinician", "case.read"),
        Entry(now + MINUTE, "Alice", "person", "case.read"),
        Entry(now, "", "anonymous", "case.read"),
    ]
    assert await AuditRow.filter(request_id="r1").count() == 5


@pytest.mark.parametrize("change", ["UPDATE audit_row SET action = ''", "DELETE FROM audit_row", "TRUNCATE audit_row"])
async def test_the_database_refuses_to_change_the_trail(change: str, cast: Cast, now: datetime) -> None:
    await audit.record(cast.alice_views, "case.read", "case LW-1", now=now)

    with pytest.raises((IntegrityError, OperationalError), match="only grows"):
        async with savepoint():
            await execute(change)


async def test_what_accounts_leave_behind_breaks_no_promise(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now, cast.partner_views)
    await helped_by_bob(case, cast, now)

    assert {promise: await run(sql) for promise, sql in INVARIANTS.items()} == {key: [] for key in INVARIANTS}


@pytest.mark.parametrize(
    ("breaking", "promise"),
    [
        ("DROP TRIGGER only_grows ON audit_row", "G24 the audit trail is guarded by its trigger"),
        ("UPDATE support SET patient_id = 0 - patient_id", "G27 a supporter was allowed by the case's own patient"),
        ("UPDATE partner_key SET clinic_id = 0 - clinic_id", "G27 a partner's cases are its own clinic's"),
        ("UPDATE session SET person_id = 0 - person_id", "G27 a session of a post belongs to the one who holds it"),
    ],
)
async def test_a_broken_promise_is_found(breaking: str, promise: str, cast: Cast, now: datetime) -> None:
    await helped_by_bob(await a_request(cast, now, cast.partner_views), cast, now)

    await execute("SET LOCAL session_replication_role = replica")  # foreign keys off, for the wrong rows
    await execute(breaking)

    assert [name for name, sql in INVARIANTS.items() if await run(sql)] == [promise]
