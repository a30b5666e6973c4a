"""A patient's permission for a supporter: many stroke survivors cannot type. Scoped, dated, revocable."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts.models import Support
from booking.accounts.viewers import Scope
from booking.kit.db import execute, run, run_one
from booking.kit.errors import NotFound, Refusal
from booking.kit.times import UTC
from booking.kit.words import _


class NothingAllowed(Refusal):
    status = 422
    say = _("Please choose at least one thing that this person may do for you.")


class SupportsThemselves(Refusal):
    status = 422
    say = _("This is your own address. Please write the address of the person who helps you.")


@dataclass(frozen=True, slots=True)
class Supporter:
    """Who may do what on a case."""

    person_id: int
    code: str
    name: str
    scopes: frozenset[Scope]
    granted_at: datetime


# From the case itself, so that nobody gives away another's case.
GRANT: Final = """
    INSERT INTO support (patient_id, supporter_id, case_id, scopes, granted_at)
    SELECT patient_id, $3, id, to_jsonb($4::text[]), $5 FROM "case" WHERE id = $2 AND patient_id = $1
    RETURNING id
"""


async def grant(patient_id: int, case_id: int, supporter_id: int, scopes: AbstractSet[Scope], *, now: datetime) -> None:
    """Allow a supporter these things on the patient's own case, in place of what they were allowed before.

    Whoever may act, pay or see records may also read. Raises NotFound for another's case.
    """
    if not scopes:
        raise NothingAllowed
    if supporter_id == patient_id:
        raise SupportsThemselves
    await revoke(patient_id, case_id, supporter_id, now=now)
    given = sorted({scope.value for scope in scopes} | {Scope.READ.value})
    if await run_one(GRANT, patient_id, case_id, supporter_id, given, now) is None:
        raise NotFound


async def revoke(patient_id: int, case_id: int, supporter_id: int, *, now: datetime) -> None:
    """Take the permission back: the supporter's next request sees nothing. Twice is no fault."""
    await execute(
        "UPDATE support SET revoked_at = $4"
        " WHERE patient_id = $1 AND case_id = $2 AND supporter_id = $3 AND revoked_at IS NULL",
        patient_id,
        case_id,
        supporter_id,
        now,
    )


async def revoke_all(case_id: int, *, now: datetime) -> None:
    """For an erasure: nobody helps with this case any more."""
    await execute("UPDATE support SET revoked_at = $2 WHERE case_id = $1 AND revoked_at IS NULL", case_id, now)


async def supporters_of(case_id: int) -> list[Supporter]:
    """Who may do what on a case now, in the order in which they were allowed."""
    rows = (
        await Support.filter(case_id=case_id, revoked_at=None).select_related("supporter").order_by("granted_at", "id")
    )
    return [
        Supporter(
            row.supporter_id,
            row.supporter.code,
            row.supporter.name,
            frozenset(Scope(scope) for scope in row.scopes),
            row.granted_at.astimezone(UTC),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Addressee:
    """Someone who is written to, as far as a mail needs to know them."""

    id: int
    name: str
    email: str
    language: str
    zone: str


RECIPIENTS: Final = """
    SELECT person.id, name, email, person.language, person.zone FROM person JOIN "case" ON "case".id = $1
    WHERE person.email IS NOT NULL AND (person.id = "case".patient_id OR person.id IN (
        SELECT supporter_id FROM support WHERE case_id = $1 AND revoked_at IS NULL))
    ORDER BY person.id
"""


async def recipients_of(case_id: int) -> list[Addressee]:
    """Whom a case's messages go to: the patient, if they have an address, and their supporters; in a fixed order."""
    return [Addressee(**row) for row in await run(RECIPIENTS, case_id)]
