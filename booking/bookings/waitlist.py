"""The waiting list: who waits for which dates, in which order, and what becomes of each place.

An offer is a hold like any other, with a lapse of its own: that no window is offered to two is what the claims'
exclusion constraint says of every hold. Everything runs on the caller's connection.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from booking.accounts.viewers import Viewer
from booking.bookings.models import BookingStatus, Wait, WaitEvent, WaitStatus
from booking.bookings.turns import InLine
from booking.bookings.wishes import Wish
from booking.consultations.models import Case, CaseStatus
from booking.kit.db import Record, execute, run, run_one
from booking.kit.errors import MovedMeanwhile, WrongMoment
from booking.kit.words import _
from booking.messages.models import SilenceReason

IN_LINE: Final = (WaitStatus.WAITING, WaitStatus.OFFERED)

NEXT: Final[Mapping[WaitStatus, frozenset[WaitStatus]]] = {
    WaitStatus.WAITING: frozenset(
        {WaitStatus.OFFERED, WaitStatus.RUN_OUT, WaitStatus.LEFT, WaitStatus.REMOVED, WaitStatus.ENDED}
    ),
    # An offer that is declined goes back to waiting, at the end of the line.
    WaitStatus.OFFERED: frozenset({WaitStatus.WAITING, WaitStatus.TAKEN, WaitStatus.UNANSWERED, WaitStatus.ENDED}),
    # A place that is lost is lost: whoever asks again stands at the end of the line.
    **dict.fromkeys(set(WaitStatus) - set(IN_LINE), frozenset()),
}


class WaitsAlready(WrongMoment):
    say = _("You are on the waiting list already. You can change which dates would do.")


class NotWaiting(WrongMoment):
    say = _("This has changed: you are not on the waiting list, or dates are kept for you just now. Please look again.")


# The cheap question, asked whenever something was freed: it reads the index of those in line, and nothing else.
LINES: Final = """
    SELECT DISTINCT clinic_id FROM wait
     WHERE status IN ('waiting', 'offered') AND ($1::bigint IS NULL OR clinic_id = $1) ORDER BY clinic_id
"""
LINE: Final = """
    SELECT wait.id, wait.case_id, wait.status, wait.last_day, c.status AS case_status, offer.status AS booking_status,
           coalesce(offer.status = 'held' AND offer.lapses_at > $2, false) AS offer_stands,
           EXISTS (SELECT FROM booking WHERE booking.case_id = c.id AND (booking.status = 'confirmed'
                      OR booking.status = 'held' AND booking.lapses_at > $2)) AS has_dates,
           EXISTS (SELECT FROM silence WHERE silence.case_id = c.id AND lifted_at IS NULL AND reason <> $3) AS is_silenced,
           EXISTS (SELECT FROM silence WHERE silence.case_id = c.id AND lifted_at IS NULL AND reason = $3) AS is_paused
      FROM wait JOIN "case" AS c ON c.id = wait.case_id LEFT JOIN booking AS offer ON offer.id = wait.booking_id
     WHERE wait.clinic_id = $1 AND wait.status IN ('waiting', 'offered') ORDER BY wait.since, wait.id
"""
JOIN: Final = """
    WITH joined AS (
        INSERT INTO wait (clinic_id, case_id, status, first_day, last_day, away, weekdays, interpreter, since)
        VALUES ($1, $2, 'waiting', $3, $4, $5::jsonb, $9::jsonb, $6, $7)
        ON CONFLICT (case_id) WHERE status IN ('waiting', 'offered') DO NOTHING RETURNING id
    )
    INSERT INTO wait_event (wait_id, status, at, by_id, note) SELECT id, 'waiting', $7, $8, '' FROM joined RETURNING wait_id
"""
# Compared and set, with its event, in one statement. Who declines an offer begins to wait anew.
MOVE: Final = """
    WITH moved AS (
        UPDATE wait SET status = $3::text, booking_id = coalesce($6, booking_id),
               since = CASE WHEN $3::text = 'waiting' THEN $4 ELSE since END
         WHERE id = $1 AND status = $2 RETURNING id, booking_id
    )
    INSERT INTO wait_event (wait_id, status, at, by_id, booking_id, note)
    SELECT id, $3::text, $4, $5, booking_id, $7 FROM moved RETURNING wait_id
"""
PLACE: Final = """
    SELECT count(*) AS place FROM wait JOIN wait AS mine ON mine.id = $1 AND wait.clinic_id = mine.clinic_id
     WHERE wait.status IN ('waiting', 'offered') AND (wait.since, wait.id) <= (mine.since, mine.id)
"""
OFFERED: Final = """
    SELECT DISTINCT booking."window" ->> 'start' AS start FROM wait_event
      JOIN booking ON booking.id = wait_event.booking_id
     WHERE wait_event.wait_id = $1 AND wait_event.status = 'offered'
"""
FORGET: Final = "UPDATE wait SET away = '[]', weekdays = '[]', interpreter = NULL WHERE case_id = $1"


async def lines(clinic_id: int | None = None) -> list[int]:
    """The clinics in whose line there is anyone: all of them, or this one if it is."""
    return [row["clinic_id"] for row in await run(LINES, clinic_id)]


async def line(clinic_id: int, *, now: datetime) -> list[InLine]:
    """Everyone in a clinic's line, the first first."""
    return [_in_line(row) for row in await run(LINE, clinic_id, now, SilenceReason.PAUSED.value)]


def _in_line(row: Record) -> InLine:
    offer = row["booking_status"]
    known = {
        "status": WaitStatus(row["status"]),
        "case_status": CaseStatus(row["case_status"]),
        "booking_status": BookingStatus(offer) if offer else None,
    }
    return InLine(**{**row, **known})


async def of_case(case_id: int) -> Wait | None:
    """The case's place in the line, or None."""
    return await Wait.get_or_none(case_id=case_id, status__in=IN_LINE)


async def latest_of(case_id: int) -> Wait | None:
    """The case's last place, whatever became of it; None if it never waited."""
    return await Wait.filter(case_id=case_id).order_by("-id").first()


async def place_of(wait: Wait) -> int:
    """How many are in the line up to this place, itself included: 1 is the first."""
    return int((await run(PLACE, wait.id))[0]["place"])


async def offered_before(wait_id: int) -> frozenset[date]:
    """The first days that this place was offered: none is offered to it twice."""
    return frozenset(date.fromisoformat(row["start"]) for row in await run(OFFERED, wait_id))


async def is_offered(booking_id: int) -> bool:
    """Whether the booking is an offer that its case has not answered yet."""
    return await Wait.exists(booking_id=booking_id, status=WaitStatus.OFFERED)


async def story(case_id: int) -> list[WaitEvent]:
    """Every move of every place that the case had, the first first."""
    return await WaitEvent.filter(wait__case_id=case_id).select_related("by").order_by("id")


async def join(case: Case, wish: Wish, *, by: Viewer, now: datetime) -> None:
    """The case takes the last place. Raises WaitsAlready."""
    values = wish.first_day, wish.last_day, json.dumps(wish.told()), wish.interpreter
    weekdays = json.dumps(sorted(wish.weekdays))
    if await run_one(JOIN, case.clinic_id, case.id, *values, now, by.person_id, weekdays) is None:
        raise WaitsAlready


async def change(wait: Wait, wish: Wish) -> None:
    """Other dates would do; the place stays. Raises NotWaiting, also while an offer stands."""
    changed = await Wait.filter(id=wait.id, status=WaitStatus.WAITING).update(
        first_day=wish.first_day,
        last_day=wish.last_day,
        away=wish.told(),
        weekdays=sorted(wish.weekdays),
        interpreter=wish.interpreter,
    )
    if not changed:
        raise NotWaiting


async def move(
    place: Wait | InLine, to: WaitStatus, *, by: Viewer, now: datetime, booking_id: int | None = None, note: str = ""
) -> None:
    """The only writer of a place's status. Raises NotWaiting if it does not follow, and MovedMeanwhile."""
    if to not in NEXT[place.status]:
        raise NotWaiting
    moved = await run_one(MOVE, place.id, place.status.value, to.value, now, by.person_id, booking_id, note)
    if moved is None:
        raise MovedMeanwhile


async def forget(case_id: int) -> None:
    """For an erasure: that the case waited stays, and for what goes."""
    await execute(FORGET, case_id)
