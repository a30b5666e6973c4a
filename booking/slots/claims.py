"""Taking what a window needs: all of it or none, in one order, counted.

Every function runs in the journey's transaction. Nothing is looked up first and written later: a statement tries,
the exclusion constraint decides, and the count says whether it worked. Claims are always locked, removed and added
in the order of their resource and start, after the resources in theirs and before any dose, so that two journeys can wait
for each other but never in a circle.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Final

from booking.kit.db import Record, execute, run
from booking.kit.errors import Refusal
from booking.kit.words import _
from booking.slots.local import days_of, instant, opening
from booking.slots.windows import ClaimRow, Wanted, Window


class WindowTaken(Refusal):
    """Someone else was first, or the clinic has closed meanwhile. Nothing is claimed once the journey has rolled back."""

    status = 409
    say = _("Those dates were taken a moment ago. Here are the closest ones that are free.")


class WindowPassed(Refusal):
    """The window's first step has begun."""

    status = 409
    say = _("Those dates have already begun. Please choose later ones.")


CLOSED_FROM: Final = instant("(day + coalesce(x.from_time, '00:00'))", "$8")
CLOSED_UNTIL: Final = instant("(day + coalesce(nullif(x.to_time, '00:00'), '24:00'))", "$8")

# A lapsed claim of anyone's is cleared if it is in the way, and so are the booking's own: it may keep its resources
# while it moves. One that is about to lapse is locked in the same order, though it stays: for another journey, whose
# moment is a little later, it has lapsed already, and to meet its removal only at the INSERT would be to wait in a circle.
# `cleared` is counted in the INSERT only so that it has run to its end before the first row goes in, `there` likewise.
# `there` is each resource as it stands now, locked, and before any claim: whoever changes the clinic locks many, and must not
# be waited for by someone whose claims another waits for. What is read of its hours and closures is as old as the statement. If
# it has another version by now, someone has changed them meanwhile (`changing.py`), and whoever claims must look again.
CLAIM: Final = f"""
WITH wanted AS (
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[], $10::text[])
             AS w (resource_id, step, starts_at, ends_at, asks)
), there AS (
  SELECT id, xmin AS version FROM resource WHERE id = ANY($1::bigint[]) AND is_active ORDER BY id FOR KEY SHARE
), in_the_way AS (
  SELECT id, booking_id = $5 OR lapses_at <= $6 AS gone FROM claim WHERE id IN (
    SELECT id FROM claim WHERE booking_id = $5
     UNION ALL
    SELECT c.id FROM wanted w JOIN claim c
           ON c.resource_id = w.resource_id AND c.ends_at > w.starts_at AND c.starts_at < w.ends_at
     WHERE c.lapses_at <= $6 + interval '1 minute')
     AND (SELECT count(*) FROM there) >= 0
   ORDER BY resource_id, starts_at FOR UPDATE
), cleared AS (
  DELETE FROM claim USING in_the_way WHERE claim.id = in_the_way.id AND in_the_way.gone
  RETURNING claim.id
), taken AS (
  INSERT INTO claim (resource_id, booking_id, step, starts_at, ends_at, lapses_at)
  SELECT w.resource_id, $5, w.step, w.starts_at, w.ends_at, $7
    FROM wanted w JOIN there ON there.id = w.resource_id
    JOIN resource r ON r.id = there.id AND r.xmin = there.version AND r.skills ?& string_to_array(w.asks, ' ')
   WHERE (SELECT count(*) FROM cleared) >= 0
     AND NOT EXISTS (
       SELECT FROM closure x, {days_of("w", "$8")}
        WHERE x.resource_id = w.resource_id AND day BETWEEN x.first_day AND x.last_day
          AND {CLOSED_FROM} < w.ends_at AND {CLOSED_UNTIL} > w.starts_at AND {CLOSED_FROM} < {CLOSED_UNTIL})
     AND tstzrange(w.starts_at, w.ends_at) <@ {opening("w", "$8")}
     AND NOT EXISTS (
       SELECT FROM holiday h JOIN wanted a ON (a.starts_at AT TIME ZONE $8)::date <= h.day
                                          AND a.ends_at AT TIME ZONE $8 > h.day
        WHERE h.clinic_id = $9 AND NOT h.is_open)
   ORDER BY w.resource_id, w.starts_at
  ON CONFLICT DO NOTHING
  RETURNING id
)"""  # noqa: S608 - our own texts
TAKE: Final = f"{CLAIM} SELECT count(*) AS taken FROM taken"  # noqa: S608 - our own texts

# The same for some steps of a window: what the booking has for the others stays, whatever was closed since.
TAKE_STEPS: Final = TAKE.replace("booking_id = $5", "booking_id = $5 AND step = ANY($11::text[])")

# First expired, first out. A dose that another journey is just taking is passed over, not waited for. They are chosen
# once, before the UPDATE: as its subquery a plan may ask for them again at every row, and then takes more than the limit.
# Their lot is locked: it is not recalled before whoever recalls it can see to whom it has gone.
CHOSEN: Final = """
  SELECT d.id, {step} AS step FROM dose d JOIN lot l ON l.id = d.lot_id
   WHERE {condition} AND l.clinic_id = {clinic} AND l.product = {product} AND l.state = 'released'
     AND {day} BETWEEN l.usable_from AND l.usable_until AND (d.booking_id IS NULL OR d.lapses_at <= {now})
   ORDER BY l.usable_until, l.id, d.number
   LIMIT {number} FOR UPDATE OF d SKIP LOCKED FOR SHARE OF l"""

TAKE_DOSES: Final = f"""
WITH chosen AS MATERIALIZED ({CHOSEN.format(step="$2", condition="true", clinic="$4", product="$5", day="$6", now="$7", number="$8")})
UPDATE dose SET booking_id = $1, step = chosen.step, lapses_at = $3 FROM chosen WHERE dose.id = chosen.id
RETURNING dose.id"""  # noqa: S608 - our own texts

FREE_DOSES: Final = "UPDATE dose SET booking_id = NULL, step = NULL, lapses_at = NULL WHERE booking_id = $1"


@cache
def take_with(doses: int) -> str:
    """TAKE, and when all is claimed the doses of so many steps: products, days, numbers and steps are $11 to $14.

    Each step chooses among what those before it have left: within one statement none sees what another has locked.
    """
    if not doses:
        return TAKE
    chosen = [f"chosen_{nth} AS MATERIALIZED ({_chosen(nth)})" for nth in range(1, doses + 1)]
    given = " UNION ALL ".join(f"TABLE chosen_{nth}" for nth in range(1, doses + 1))
    return f"""{CLAIM}, {", ".join(chosen)}, given AS ({given}), dosed AS (
  UPDATE dose SET booking_id = $5, step = given.step, lapses_at = $7 FROM given WHERE dose.id = given.id RETURNING dose.id
)
SELECT (SELECT count(*) FROM taken) AS taken, (SELECT count(*) FROM dosed) AS doses"""  # noqa: S608 - our own texts


def _chosen(nth: int) -> str:
    all_claimed = "(SELECT count(*) FROM taken) = (SELECT count(*) FROM wanted)"
    others = [f"d.id NOT IN (SELECT id FROM chosen_{before})" for before in range(1, nth)]  # noqa: S608 - our own texts
    return CHOSEN.format(
        step=f"($14::text[])[{nth}]",
        condition=" AND ".join([all_claimed, *others]),
        clinic="$9",
        product=f"($11::text[])[{nth}]",
        day=f"($12::date[])[{nth}]",
        now="$6",
        number=f"($13::int[])[{nth}]",
    )


# Whoever gives up claims while taking others is alone with both: two who each go where the other is would wait in a circle.
ALONE: Final = """
SELECT id FROM resource WHERE id = ANY($2::bigint[]) OR id IN (SELECT resource_id FROM claim WHERE booking_id = $1)
 ORDER BY id FOR UPDATE"""

RELEASE: Final = """
DELETE FROM claim
 WHERE id IN (SELECT id FROM claim WHERE booking_id = $1 ORDER BY resource_id, starts_at FOR UPDATE)"""

SET_LAPSE: Final = """
WITH mine AS (
  SELECT id FROM claim WHERE booking_id = $1 AND lapses_at > $2
   ORDER BY resource_id, starts_at FOR UPDATE
), claims AS (
  UPDATE claim SET lapses_at = $3 FROM mine WHERE claim.id = mine.id RETURNING claim.id
), doses AS (
  UPDATE dose SET lapses_at = $3 WHERE booking_id = $1 AND lapses_at > $2 RETURNING id
)
SELECT (SELECT count(*) FROM claims) AS claims, (SELECT count(*) FROM doses) AS doses"""


async def take(window: Window, booking_id: int, *, now: datetime, lapses_at: datetime | None) -> None:
    """Claim everything that the window needs for this booking, until it lapses or for good.

    Raises:
        WindowTaken: it could not have all of it; the journey must roll back.
        WindowPassed: the window has begun.
    """
    if window.starts_at <= now:
        raise WindowPassed
    dosed = [step for step in window.steps if step.doses]
    doses = [list(column) for column in zip(*((s.product, s.day, s.doses, s.key) for s in dosed), strict=True)]
    statement = take_with(len(dosed))
    counted = await _claim(statement, window.wanted(), window, booking_id, *doses, now=now, lapses_at=lapses_at)
    if counted.get("doses", 0) < sum(step.doses for step in dosed):
        raise WindowTaken


async def _take_claims(window: Window, booking_id: int, *, now: datetime, lapses_at: datetime | None) -> None:
    if window.starts_at <= now:
        raise WindowPassed
    await _claim(TAKE, window.wanted(), window, booking_id, now=now, lapses_at=lapses_at)


async def _claim(
    statement: str,
    rows: Sequence[Wanted],
    window: Window,
    booking_id: int,
    *more: object,
    now: datetime,
    lapses_at: datetime | None,
) -> Record:
    *what, asks = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], [], []]
    where = window.zone, window.clinic_id
    [counted] = await run(statement, *what, booking_id, now, lapses_at, *where, asks, *more)
    if counted["taken"] < len(rows):
        raise WindowTaken
    return counted


async def _take_doses(window: Window, booking_id: int, *, now: datetime, lapses_at: datetime | None) -> None:
    for step in window.steps:
        if step.doses:
            which = window.clinic_id, step.product, step.day, now, step.doses
            if len(await run(TAKE_DOSES, booking_id, step.key, lapses_at, *which)) < step.doses:
                raise WindowTaken


async def retake(window: Window, booking_id: int, *, now: datetime) -> None:
    """Take a window for good whose hold has lapsed: for a payment that came too late. What is left of the hold is used.

    Raises:
        WindowTaken: the dates are gone. Call it within a savepoint to go on in the same transaction.
        WindowPassed: the window has begun.
    """
    await move(booking_id, window, now=now, lapses_at=None)


async def move(booking_id: int, to: Window, *, now: datetime, lapses_at: datetime | None) -> None:
    """Give the booking another window in place of its own, which stays its own until the journey commits.

    Raises:
        WindowTaken: the journey must roll back, and the old window stays.
        WindowPassed: the new window has begun.
    """
    await _be_alone(booking_id, to.rows())
    await _take_claims(to, booking_id, now=now, lapses_at=lapses_at)
    await execute(FREE_DOSES, booking_id)
    await _take_doses(to, booking_id, now=now, lapses_at=lapses_at)


async def move_steps(
    booking_id: int, to: Window, /, *, steps: Collection[str], doses: bool, now: datetime, lapses_at: datetime | None
) -> None:
    """Give the booking these steps of another window in place of its own; what it has for the others stays.

    With `doses` all of its doses are chosen anew: a step that gives one has another day.

    Raises:
        WindowTaken: the journey must roll back, and all stays as it was.
        WindowPassed: one of the steps has begun.
    """
    rows = [row for row in to.rows() if row.step in steps]
    if any(row.starts_at <= now for row in rows):
        raise WindowPassed
    await _be_alone(booking_id, rows)
    await _claim(TAKE_STEPS, rows, to, booking_id, list(steps), now=now, lapses_at=lapses_at)
    if doses:
        await execute(FREE_DOSES, booking_id)
        await _take_doses(to, booking_id, now=now, lapses_at=lapses_at)


async def _be_alone(booking_id: int, rows: Sequence[ClaimRow]) -> None:
    await run(ALONE, booking_id, sorted({row.resource_id for row in rows}))


async def keep(window: Window, booking_id: int, *, now: datetime) -> bool:
    """Make the hold's claims lapse no more. False if it has lapsed, in part or whole: roll back, then `retake` if it is wanted.

    What is left of it is locked by then, and a `retake` locks resources first.

    A lapsed hold that no one has taken from is not kept either: nobody who changed the clinic since was told of it.
    """
    return await _set_lapse(window, booking_id, now=now, lapses_at=None)


async def extend(window: Window, booking_id: int, *, now: datetime, lapses_at: datetime) -> bool:
    """Let the hold lapse at another time. False if it has lapsed, in part or whole: the journey must roll back."""
    return await _set_lapse(window, booking_id, now=now, lapses_at=lapses_at)


async def _set_lapse(window: Window, booking_id: int, *, now: datetime, lapses_at: datetime | None) -> bool:
    [found] = await run(SET_LAPSE, booking_id, now, lapses_at)
    wanted = {"claims": len(window.rows()), "doses": sum(step.doses for step in window.steps)}
    return found == wanted


async def release(booking_id: int) -> None:
    """Give back everything that the booking has claimed."""
    await execute(RELEASE, booking_id)
    await execute(FREE_DOSES, booking_id)
