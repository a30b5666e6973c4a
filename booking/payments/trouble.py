"""Money that needs a person: refunds that failed or wait, and what is overdue. Read for a clinic's desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from booking.kit.db import run, run_one
from booking.kit.money import Money
from booking.kit.times import UTC


class TroubleKind(StrEnum):
    """`failed`: a refund could not be paid out. `overdue`: a balance was not paid in time. `on_the_way` needs nobody yet."""

    FAILED = "failed"
    OVERDUE = "overdue"
    REFUND_DUE = "refund_due"
    ON_THE_WAY = "on_the_way"


@dataclass(frozen=True, slots=True)
class MoneyTrouble:
    """One sum. `code` is the refund's or the charge's; `why` its cause or kind; `due_on` a date at the clinic."""

    kind: TroubleKind
    code: str
    case_code: str
    booking_code: str
    patient: str
    money: Money
    why: str
    at: datetime
    due_on: date | None


# A failed refund that was promised anew, for the same cause and sum, is dealt with.
ALL: Final = """
    WITH trip AS (
        SELECT booking.id, booking.code AS booking_code, booking.status, c.code AS case_code, person.name AS patient,
               ($2::timestamptz AT TIME ZONE clinic.zone)::date AS today
          FROM booking JOIN "case" AS c ON c.id = booking.case_id JOIN clinic ON clinic.id = c.clinic_id
          LEFT JOIN person ON person.id = c.patient_id
         WHERE c.clinic_id = ANY($1::bigint[])
    )
    SELECT CASE WHEN refund.status = 'failed' THEN 'failed' WHEN trip.status = 'refund_due' THEN 'refund_due'
                ELSE 'on_the_way' END AS kind,
           refund.code, trip.case_code, trip.booking_code, trip.patient, refund.amount, refund.currency,
           refund.reason AS why, coalesce(refund.settled_at, refund.wanted_at) AS at, NULL::date AS due_on
      FROM refund JOIN charge ON charge.id = refund.charge_id JOIN trip ON trip.id = charge.booking_id
     WHERE refund.status IN ('wanted', 'sent') OR (refund.status = 'failed' AND NOT EXISTS (
           SELECT FROM refund AS anew WHERE anew.attempt_id = refund.attempt_id AND anew.reason = refund.reason
              AND anew.amount = refund.amount AND anew.id <> refund.id AND anew.wanted_at >= refund.settled_at))
    UNION ALL
    SELECT 'overdue', charge.code, trip.case_code, trip.booking_code, trip.patient, charge.amount, charge.currency,
           charge.kind, charge.opened_at, charge.due_on
      FROM charge JOIN trip ON trip.id = charge.booking_id
     WHERE charge.status = 'due' AND charge.due_on < trip.today AND trip.status = 'confirmed'
"""
LISTED: Final = ALL + " ORDER BY at, code"
COUNTED: Final = f"SELECT count(*) AS counted FROM ({ALL}) AS trouble WHERE kind <> 'on_the_way'"  # noqa: S608 - ours


async def money_in_trouble(clinic_ids: Iterable[int], *, now: datetime) -> list[MoneyTrouble]:
    """All of it at these clinics, the longest waiting first."""
    return [
        MoneyTrouble(
            TroubleKind(row["kind"]),
            row["code"],
            row["case_code"],
            row["booking_code"],
            row["patient"] or "",
            Money(row["amount"], row["currency"]),
            row["why"],
            row["at"].astimezone(UTC),
            row["due_on"],
        )
        for row in await run(LISTED, list(clinic_ids), now)
    ]


async def count_money_in_trouble(clinic_ids: Iterable[int], *, now: datetime) -> int:
    """How many of them need a person, in one statement."""
    row = await run_one(COUNTED, list(clinic_ids), now)
    return int(row["counted"]) if row else 0
