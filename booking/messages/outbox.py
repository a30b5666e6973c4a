"""The outbox: what is planned for a case and what is withdrawn. All of it runs in the caller's transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from booking.kit.db import Statement, execute, run
from booking.kit.ids import new_code
from booking.kit.json_text import json_of
from booking.kit.times import settle
from booking.messages.facts import Facts, fitting
from booking.messages.models import Message, MessageStatus
from booking.messages.occasions import OCCASIONS, SCHEDULED
from booking.messages.planning import Planned, Recipient, at_once

# A row that was sent, or may have been, is never touched again (G15, G16); any other is planned anew. A worker that
# holds the row finds its claim gone at the last word.
PLAN: Final = """
INSERT INTO message (code, case_id, booking_id, recipient_id, occasion, about, language, zone, due_at, due_local,
                     useful_until, facts, calendar, status, attempt, last_error)
SELECT p.code, $1, $2, p.recipient, p.occasion, p.about, p.language, p.zone, p.due_at, p.due_local, p.useful_until,
       p.facts, p.calendar, 'planned', 0, ''
FROM jsonb_to_recordset($3::jsonb) AS p(code text, recipient bigint, language text, zone text, occasion text, about text,
                                        due_at timestamptz, due_local text, useful_until timestamptz, facts jsonb, calendar text)
ORDER BY p.recipient, p.occasion, p.about
ON CONFLICT (case_id, recipient_id, occasion, about) DO UPDATE
SET booking_id = EXCLUDED.booking_id, language = EXCLUDED.language, zone = EXCLUDED.zone, due_at = EXCLUDED.due_at,
    due_local = EXCLUDED.due_local, useful_until = EXCLUDED.useful_until, facts = EXCLUDED.facts,
    calendar = EXCLUDED.calendar, status = 'planned', leased_until = NULL, withdrawn_at = NULL, handled_at = NULL,
    last_error = ''
WHERE message.status IN ('planned', 'claimed', 'failed', 'dropped', 'cancelled')
RETURNING id
"""

# One being transmitted cannot be called back, but if the carrier does not take it there is no second attempt.
WITHDRAW: Final = """
UPDATE message
SET status = CASE WHEN status IN ('planned', 'claimed') THEN 'cancelled' ELSE status END,
    leased_until = CASE WHEN status IN ('planned', 'claimed') THEN NULL ELSE leased_until END,
    facts = CASE WHEN status IN ('planned', 'claimed') THEN facts - 'secret_link' ELSE facts END,
    withdrawn_at = $1
WHERE status IN ('planned', 'claimed', 'transmitting', 'unknown', 'failed') AND withdrawn_at IS NULL
"""


async def say(
    occasion: str,
    recipient: Recipient,
    facts: Facts,
    *,
    now: datetime,
    case_id: int | None = None,
    booking_id: int | None = None,
    about: str = "",
    calendar: str | None = None,
) -> None:
    """Plan one mail about something that has just happened.

    The same occasion about the same thing is said once, however often this is called. Raises WrongFacts.
    """
    told = {recipient: calendar}
    await saying(occasion, told, facts, now=now, case_id=case_id, booking_id=booking_id, about=about).write()


def saying(
    occasion: str,
    recipients: Mapping[Recipient, str | None],
    facts: Facts,
    *,
    now: datetime,
    case_id: int | None,
    booking_id: int | None = None,
    about: str = "",
) -> Statement:
    """The same to each of several, with a calendar file of their own if there is one, as one statement. Raises WrongFacts."""
    rows = [
        _row(at_once(occasion, recipient, now=now, about=about), recipient, facts, calendar)
        for recipient, calendar in recipients.items()
    ]
    return _stored(rows, case_id, booking_id)


async def plan_messages(
    planned: Iterable[Planned],
    recipient: Recipient,
    facts: Facts,
    *,
    case_id: int,
    booking_id: int,
    now: datetime,
    special: Mapping[str, Facts] | None = None,
) -> None:
    """Make this the schedule of a booking for a recipient: rows that are there move, rows that are no longer in it are cancelled.

    `facts` may hold more than each occasion tells; `special` adds to them by occasion. Raises WrongFacts.
    """
    wanted = list(planned)
    told = {one.occasion: {**facts, **(special or {}).get(one.occasion, {})} for one in wanted}
    kept = [f"{one.occasion} {one.about}" for one in wanted]
    await execute(
        WITHDRAW + " AND booking_id = $2 AND recipient_id = $3 AND occasion = ANY($4)"
        " AND NOT (occasion || ' ' || about = ANY($5)) AND status IN ('planned', 'claimed', 'transmitting')",
        now,
        booking_id,
        recipient.person_id,
        [occasion.key for occasion in SCHEDULED],
        kept,
    )
    if wanted:
        await _stored([_row(one, recipient, told[one.occasion]) for one in wanted], case_id, booking_id).write()


async def said_to(recipient_id: int, booking_id: int) -> set[str]:
    """The occasions of a booking that this recipient was written to about, or may have been."""
    beyond = [MessageStatus.TRANSMITTING, MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.UNKNOWN]
    told = await Message.filter(booking_id=booking_id, recipient_id=recipient_id, status__in=beyond).only("occasion")
    return {message.occasion for message in told}


async def cancel_planned(case_id: int, *, now: datetime, occasions: Iterable[str] | None = None) -> int:
    """Withdraw what is not sent yet, all of it or some occasions. Returns how many rows it concerned."""
    only = None if occasions is None else list(occasions)
    return await execute(
        WITHDRAW + " AND case_id = $2 AND ($3::text[] IS NULL OR occasion = ANY($3))", now, case_id, only
    )


async def cancel_trip(booking_id: int, *, now: datetime) -> int:
    """Withdraw whatever is planned about a booking."""
    return await execute(WITHDRAW + " AND booking_id = $2", now, booking_id)


async def forget_recipient(case_id: int, recipient_id: int, *, now: datetime) -> int:
    """Withdraw what is planned about a case for someone who may no longer see it."""
    return await execute(WITHDRAW + " AND case_id = $2 AND recipient_id = $3", now, case_id, recipient_id)


async def forget_case(case_id: int) -> list[int]:
    """For an erasure: no mail of the case is kept, sent or not. Returns whom they were for."""
    rows = await run("DELETE FROM message WHERE case_id = $1 RETURNING recipient_id", case_id)
    return sorted({row["recipient_id"] for row in rows})


async def follow_recipient(recipient: Recipient) -> None:
    """After someone changed their zone or language: what is planned for them follows.

    Also right after a change of the zone's own rules: instants are derived from the local times anew.
    """
    rows = await run(
        "SELECT id, due_local, due_at, useful_until FROM message"
        " WHERE recipient_id = $1 AND status = 'planned' AND due_local IS NOT NULL ORDER BY id FOR UPDATE",
        recipient.person_id,
    )
    for row in rows:
        due_at = settle(datetime.fromisoformat(row["due_local"]), recipient.zone)
        useful_until = row["useful_until"] + (due_at - row["due_at"])
        await execute(
            "UPDATE message SET due_at = $2, useful_until = $3 WHERE id = $1", row["id"], due_at, useful_until
        )
    await execute(
        "UPDATE message SET zone = $2, language = $3 WHERE recipient_id = $1 AND status = 'planned'",
        recipient.person_id,
        recipient.zone,
        recipient.language,
    )


async def messages_of(case_id: int) -> list[Message]:
    """Everything sent, planned or given up for a case, in the order of its time."""
    return await Message.filter(case_id=case_id).prefetch_related("recipient").order_by("due_at", "id")


def _stored(rows: list[dict[str, Any]], case_id: int | None, booking_id: int | None) -> Statement:
    return Statement(PLAN, (case_id, booking_id, json_of(rows)))


def _row(one: Planned, to: Recipient, facts: Facts, calendar: str | None = None) -> dict[str, Any]:
    occasion = OCCASIONS[one.occasion]
    return {
        "code": new_code(),
        "recipient": to.person_id,
        "language": to.language,
        "zone": to.zone,
        "occasion": one.occasion,
        "about": one.about,
        "due_at": one.due_at,
        "due_local": one.due_local.isoformat(timespec="minutes") if one.due_local else None,
        "useful_until": one.useful_until,
        "facts": fitting(occasion.facts, facts, occasion.key),
        "calendar": calendar if occasion.calendar else None,
    }
