from datetime import datetime
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from booking.bookings.models import Booking
from booking.kit.db import execute, run, savepoint
from booking.payments import ledger
from booking.payments.models import Attempt, LedgerEntry
from tests.payments.rows import paid

LINE = "INSERT INTO ledger_line (entry_id, account, amount, currency) VALUES ($1, 'stripe_clearing', $2, $3)"


async def commit(sql: str, *values: Any) -> None:
    """The statement, and then all that the database checks at a commit."""
    async with savepoint():
        await execute(sql, *values)
        await run("SET CONSTRAINTS ALL IMMEDIATE")


async def entry_of(attempt: Attempt) -> LedgerEntry:
    return await LedgerEntry.get(attempt_id=attempt.id)


@pytest.mark.parametrize(("amount", "currency"), [(1, "USD"), (1, "EUR")])
async def test_a_line_that_unbalances_its_entry_is_refused_at_the_commit(
    booking: Booking, now: datetime, amount: int, currency: str
) -> None:
    entry = await entry_of(await paid(booking, now))

    with pytest.raises(IntegrityError, match="does not balance"):
        await commit(LINE, entry.id, amount, currency)


async def test_an_entry_without_lines_is_refused_at_the_commit(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)
    hollow = """
        INSERT INTO ledger_entry (booking_id, kind, attempt_id, refund_id, at)
        SELECT $1, 'refund_paid', $2, id, $3 FROM refund
    """
    wanted = """
        INSERT INTO refund (code, charge_id, attempt_id, amount, currency, idempotency_key, status, reason, wanted_at, tried_at)
        VALUES ('LW-0', $1, $2, 1, 'USD', 'k', 'wanted', 'health', $3, $3)
    """
    await execute(wanted, attempt.charge_id, attempt.id, now)

    with pytest.raises(IntegrityError, match="does not balance"):
        await commit(hollow, booking.id, attempt.id, now)


async def test_a_capture_is_in_the_books_once(booking: Booking, now: datetime) -> None:
    attempt = await paid(booking, now)

    with pytest.raises(IntegrityError, match="ledger_entry_captures_once"):
        async with savepoint():
            await ledger.record_capture(attempt, await attempt.charge, now=now)
