"""The clinic's people: a post, a password and a code from their phone."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from booking.accounts import throttle
from booking.accounts.models import Role, Staff
from booking.accounts.sessions import revoke_all
from booking.kit.db import execute, outside_only, run_one
from booking.kit.errors import Invalid, Refusal
from booking.kit.seals import seal, unseal
from booking.kit.words import _

TRIES: Final = throttle.Limit(tries=10, within=timedelta(minutes=15))
STEP: Final = 30
SHORTEST_PASSWORD: Final = 12

_hasher: Final = PasswordHasher()


class SignInRefused(Refusal):
    """Wrong address, password or code: which of the three is not told."""

    status = 403
    say = _("The address, the password or the code is not right. A code works once: wait for the next one.")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What sign-in needs of the application's secret: a key for stored codes and one for counted addresses."""

    totp_key: bytes
    pepper: bytes


@dataclass(frozen=True, slots=True)
class Post:
    """Who showed both secrets: open their session with these two ids."""

    staff_id: int
    person_id: int


async def appoint(
    person_id: int, *, clinic_id: int, role: Role, password: str, totp_secret: str, totp_key: bytes
) -> Staff:
    """Give a person their post. Raises Invalid for a password under 12 characters."""
    secrets = await _kept(person_id, password, totp_secret, totp_key)
    return await Staff.create(person_id=person_id, clinic_id=clinic_id, role=role, **secrets)


async def appoint_again(
    person_id: int, *, clinic_id: int, role: Role, password: str, totp_secret: str, totp_key: bytes, now: datetime
) -> bool:
    """New secrets and this role for someone who has, or had, a post at the clinic; False if they never had one.

    Their browsers are signed out. Raises Invalid for a password under 12 characters, or a post at another clinic.
    """
    post = await Staff.get_or_none(person_id=person_id)
    if post is None:
        return False
    if post.clinic_id != clinic_id:
        raise Invalid({"email": _("This person works for another clinic. They need another address here.")})
    secrets = await _kept(person_id, password, totp_secret, totp_key)
    await Staff.filter(id=post.id).update(role=role, is_active=True, **secrets)
    await revoke_all(person_id, now=now)
    return True


async def _kept(person_id: int, password: str, totp_secret: str, totp_key: bytes) -> dict[str, Any]:
    """A post's secrets as they are kept. Raises Invalid."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid({"password": _("Please use at least 12 characters.")})
    return {
        "password_hash": await asyncio.to_thread(_hasher.hash, password),
        "totp_sealed": seal(totp_key, totp_secret.encode(), _context(person_id)),
    }


async def dismiss(staff_id: int) -> None:
    """End a post. Its sessions see nothing from the next request on."""
    await Staff.filter(id=staff_id).update(is_active=False)


FIND: Final = """
    SELECT staff.id, staff.person_id, staff.password_hash, staff.totp_sealed
    FROM staff JOIN person ON person.id = staff.person_id
    WHERE lower(person.email) = lower($1) AND staff.is_active
"""

# Compare and set: a code that opened the door once, or an older one, opens it never again.
SPEND_STEP: Final = "UPDATE staff SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2 AND is_active"


async def prove(email: str, password: str, code: str, *, secrets: Secrets, now: datetime) -> Post:
    """Whose both secrets these are. Raises SignInRefused, or TooManyTries after ten in fifteen minutes.

    Call it outside any transaction: a try must stay counted though it raises, and the password
    takes a fifth of a second to check. An unknown address takes as long as a known one.
    """
    outside_only("a password check")
    await throttle.count("staff", email.strip().lower(), TRIES, pepper=secrets.pepper, now=now)
    row = await run_one(FIND, email.strip())
    right = await asyncio.to_thread(_matches, row["password_hash"] if row else _nobodys_hash(), password)
    if row is None or not right:
        raise SignInRefused
    step = _step_of(code, unseal(secrets.totp_key, row["totp_sealed"], _context(row["person_id"])).decode(), now)
    if step is None or not await execute(SPEND_STEP, row["id"], step):
        raise SignInRefused
    await throttle.forget("staff", email.strip().lower(), pepper=secrets.pepper)
    return Post(row["id"], row["person_id"])


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


def _step_of(code: str, secret: str, now: datetime) -> int | None:
    """The time step that the code belongs to, one step of clock drift allowed either way; None if it is wrong."""
    totp = pyotp.TOTP(secret)
    this = int(now.timestamp()) // STEP
    digits = "".join(code.split())
    right = [step for step in (this - 1, this, this + 1) if pyotp.utils.strings_equal(totp.generate_otp(step), digits)]
    return max(right, default=None)


def _context(person_id: int) -> bytes:
    return f"totp of person {person_id}".encode()
