"""Who is asking: a frozen value, read in one statement per request, that every query is scoped by."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from booking.accounts.models import Role, Strength
from booking.kit.db import run_one
from booking.kit.ids import token_hash
from booking.kit.times import UTC

IDLE_FOR: Final = timedelta(days=14)
SEEN_EVERY: Final = timedelta(minutes=5)


class Scope(StrEnum):
    """What a patient may allow a supporter to do on a case."""

    READ = "read"
    ACT = "act"
    PAY = "pay"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner's system, by its key."""

    key_id: int
    clinic_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking, and what they are allowed. Holds no health data and may be kept for one request only."""

    person_id: int | None = None
    person_code: str = ""
    name: str = ""
    language: str = ""
    zone: str = ""
    session_id: int | None = None
    strength: Strength | None = None
    signed_in_at: datetime | None = None
    roles: frozenset[tuple[int, Role]] = frozenset()
    supports: frozenset[tuple[int, Scope]] = frozenset()
    partner: Partner | None = None
    is_system: bool = False

    @property
    def is_anonymous(self) -> bool:
        return self.person_id is None and self.partner is None and not self.is_system

    @property
    def is_patient(self) -> bool:
        """Signed in as themselves, with no clinic's powers: a patient or a supporter."""
        return self.person_id is not None and not self.roles

    @property
    def is_staff(self) -> bool:
        return bool(self.roles)

    @property
    def is_coordinator(self) -> bool:
        return any(role in (Role.COORDINATOR, Role.ADMIN) for _clinic, role in self.roles)

    @property
    def is_clinician(self) -> bool:
        return any(role is Role.CLINICIAN for _clinic, role in self.roles)

    @property
    def is_partner(self) -> bool:
        return self.partner is not None

    @property
    def clinics(self) -> frozenset[int]:
        """The clinics whose cases they work on."""
        return frozenset(clinic for clinic, _role in self.roles)

    @property
    def acting_as(self) -> str:
        """For the audit trail: a role of a clinic, `person`, `partner`, `system` or `anonymous`."""
        if self.roles:
            return "+".join(sorted({role.value for _clinic, role in self.roles}))
        if self.person_id is not None:
            return "person"
        if self.partner is not None:
            return "partner"
        return "system" if self.is_system else "anonymous"

    def has_role(self, clinic_id: int, *roles: Role) -> bool:
        """Whether they hold one of these roles at this clinic."""
        return any((clinic_id, role) in self.roles for role in roles)

    def cases_with(self, scope: Scope) -> list[int]:
        """The cases of others on which a patient allowed them this."""
        return sorted(case for case, given in self.supports if given is scope)


ANONYMOUS: Final = Viewer()
SYSTEM: Final = Viewer(is_system=True)

# One statement on every request: the session, its person and post, and the permissions they were given.
# `seen_at` is written at most every five minutes, so that reading pages does not rewrite a row each time.
SESSION_VIEWER: Final = """
    WITH live AS (
        SELECT id, person_id, staff_id, strength, seen_at, created_at FROM session
        WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > $2 AND seen_at > $3
    ), seen AS (
        UPDATE session SET seen_at = $2 FROM live WHERE session.id = live.id AND live.seen_at < $4
    )
    SELECT live.id AS session_id, live.strength, live.created_at, staff.clinic_id, staff.role,
           person.id AS person_id, person.code, person.name, person.language, person.zone,
           (SELECT jsonb_agg(jsonb_build_array(support.case_id, scope))
              FROM support, jsonb_array_elements_text(support.scopes) AS scope
             WHERE support.supporter_id = person.id AND support.revoked_at IS NULL) AS supports
    FROM live JOIN person ON person.id = live.person_id
    LEFT JOIN staff ON staff.id = live.staff_id AND staff.is_active
    WHERE live.staff_id IS NULL OR staff.id IS NOT NULL
"""


async def viewer_of_session(token: str | None, now: datetime) -> Viewer:
    """Who holds this session, in one statement; ANONYMOUS if it is unknown, revoked, idle or over."""
    if not token:
        return ANONYMOUS
    row = await run_one(SESSION_VIEWER, token_hash(token), now, now - IDLE_FOR, now - SEEN_EVERY)
    return _of_session(row) if row else ANONYMOUS


def _of_session(row: dict[str, Any]) -> Viewer:
    post = row["clinic_id"]
    return Viewer(
        person_id=row["person_id"],
        person_code=row["code"],
        name=row["name"],
        language=row["language"],
        zone=row["zone"],
        session_id=row["session_id"],
        strength=Strength(row["strength"]),
        signed_in_at=row["created_at"].astimezone(UTC),
        roles=frozenset({(post, Role(row["role"]))}) if post is not None else frozenset(),
        supports=frozenset((case, Scope(scope)) for case, scope in json.loads(row["supports"] or "[]")),
    )


PARTNER_VIEWER: Final = "SELECT id, clinic_id, name FROM partner_key WHERE key_hash = $1 AND revoked_at IS NULL"


async def viewer_of_partner_key(key: str | None, now: datetime) -> Viewer:  # noqa: ARG001 - the shape of its twin
    """Whose key this is; ANONYMOUS if it is unknown or revoked."""
    if not key:
        return ANONYMOUS
    row = await run_one(PARTNER_VIEWER, token_hash(key))
    if row is None:
        return ANONYMOUS
    return Viewer(name=row["name"], partner=Partner(row["id"], row["clinic_id"], row["name"]))
