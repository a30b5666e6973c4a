"""What the desk shows of a case beside the case file: the books, the check-ins, the trail, and what may be done now."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from booking.accounts import audit
from booking.accounts.audit import Entry
from booking.accounts.viewers import Viewer
from booking.aftercare.check_ins import Answers, answers_of
from booking.aftercare.models import AlertStatus, CheckIn, CheckInStatus
from booking.consultations import cases
from booking.consultations.sealed_text import subject
from booking.journeys.case_file import CaseFile
from booking.journeys.open_case import open_case
from booking.kit.db import Record, run, transaction
from booking.kit.money import Money
from booking.kit.times import UTC
from booking.payments.models import Account, EntryKind


@dataclass(frozen=True, slots=True)
class BookLine:
    """One side of an entry in the books: a debit is positive."""

    at: datetime
    kind: EntryKind
    account: Account
    money: Money


@dataclass(frozen=True, slots=True)
class CheckInShown:
    """One check-in with what was answered so far; empty answers if nothing was."""

    code: str
    day: int
    due_on: date
    status: CheckInStatus
    answered_at: datetime | None
    alert: AlertStatus | None
    answers: Answers


@dataclass(frozen=True, slots=True)
class DeskFile:
    """A whole case for staff."""

    file: CaseFile
    books: tuple[BookLine, ...]
    check_ins: tuple[CheckInShown, ...]
    trail: tuple[Entry, ...]


BOOKS: Final = """
    SELECT entry.at, entry.kind, line.account, line.amount, line.currency
      FROM ledger_line AS line JOIN ledger_entry AS entry ON entry.id = line.entry_id
      JOIN booking ON booking.id = entry.booking_id
     WHERE booking.case_id = $1 ORDER BY entry.at, entry.id, line.amount DESC
"""


async def open_desk_file(viewer: Viewer, code: str, *, now: datetime, language: str = "") -> DeskFile:
    """The whole case with its health text, for staff of its clinic. Audited and told as by `open_case`. Raises NotFound."""
    cases.require_staff(viewer, await cases.get(viewer, code))
    file = await open_case(viewer, code, now=now, language=language, with_health=True)
    check_ins = await _check_ins(file, viewer, now=now)
    return DeskFile(
        file,
        tuple([_book_line(row) for row in await run(BOOKS, file.case.id)]),
        check_ins,
        tuple(await audit.trail(subject(file.case), at_most=100)),
    )


def _book_line(row: Record) -> BookLine:
    money = Money(row["amount"], row["currency"])
    return BookLine(row["at"].astimezone(UTC), EntryKind(row["kind"]), Account(row["account"]), money)


async def _check_ins(file: CaseFile, viewer: Viewer, *, now: datetime) -> tuple[CheckInShown, ...]:
    async with transaction():
        rows = await CheckIn.filter(booking__case_id=file.case.id).prefetch_related("alerts").order_by("due_on", "id")
        if any(row.answered_at for row in rows):
            await audit.record(viewer, "check-in.read", subject(file.case), now=now)
        return tuple([await _check_in(row) for row in rows])


async def _check_in(row: CheckIn) -> CheckInShown:
    states = {alert.status for alert in row.alerts}
    raised = AlertStatus.RAISED in states
    return CheckInShown(
        row.code,
        row.day,
        row.due_on,
        row.status,
        row.answered_at.astimezone(UTC) if row.answered_at else None,
        AlertStatus.RAISED if raised else next(iter(states), None),
        await answers_of(row),
    )
