"""Who did what to whose record. Written in the transaction of what it records, and only ever added to (G24, G25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts.viewers import Viewer
from booking.kit.db import Statement, run
from booking.kit.logs import request_id as current_request_id
from booking.kit.times import UTC


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail."""

    at: datetime
    who: str
    acting_as: str
    action: str


# What was done, and to whose record: `("plan.read", "case LW-7K3M-2QXD")`. Subjects are codes, never names.
Deed = tuple[str, str]

WRITE: Final = """
    INSERT INTO audit_row (at, person_id, partner_id, acting_as, action, subject, request_id)
    SELECT $1, $2, $3, $4, action, subject, $5
      FROM unnest($6::text[], $7::text[]) WITH ORDINALITY AS deed (action, subject, nth) ORDER BY nth
    RETURNING id
"""


async def record(viewer: Viewer, action: str, subject: str, *, now: datetime, request_id: str | None = None) -> None:
    """Add one row: `record(viewer, "plan.read", "case LW-7K3M-2QXD", now=now)`. Subjects are codes, never names."""
    await rows(viewer, [(action, subject)], now=now, request_id=request_id).write()


def rows(viewer: Viewer, deeds: Sequence[Deed], *, now: datetime, request_id: str | None = None) -> Statement:
    """A row for each deed, in their order, for a journey that writes more in the same round trip."""
    actions, subjects = [action for action, _ in deeds], [subject for _, subject in deeds]
    partner = viewer.partner.key_id if viewer.partner else None
    request = current_request_id.get() if request_id is None else request_id
    return Statement(WRITE, (now, viewer.person_id, partner, viewer.acting_as, request, actions, subjects))


async def trail(subject: str, *, at_most: int = 200) -> list[Entry]:
    """What was done to a record, the latest first."""
    rows = await run(
        "SELECT at, coalesce(person.name, partner_key.name, '') AS who, acting_as, action FROM audit_row"
        " LEFT JOIN person ON person.id = person_id LEFT JOIN partner_key ON partner_key.id = partner_id"
        " WHERE subject = $1 ORDER BY at DESC, audit_row.id DESC LIMIT $2",
        subject,
        at_most,
    )
    return [Entry(row["at"].astimezone(UTC), row["who"], row["acting_as"], row["action"]) for row in rows]
