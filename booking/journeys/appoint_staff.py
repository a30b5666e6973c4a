"""Whoever runs the product gives a person a post at a clinic: without the first one, nobody can sign in."""

from dataclasses import dataclass, field
from datetime import datetime

import pyotp

from booking.accounts import audit, people, staff
from booking.accounts.models import Role
from booking.accounts.viewers import SYSTEM
from booking.kit.db import transaction
from booking.kit.errors import Invalid
from booking.kit.words import _
from booking.programmes.models import Clinic


@dataclass(frozen=True, slots=True)
class Appointed:
    """`otpauth` is the address that an authenticator app reads. It is shown once, and kept only sealed."""

    name: str
    clinic: str
    is_new: bool
    otpauth: str = field(repr=False)


async def appoint_staff(
    email: str, name: str, slug: str, role: Role, *, password: str, totp_key: bytes, now: datetime
) -> Appointed:
    """Give the person of that address, made if nobody has it, a post; to someone who has it, new secrets and this role.

    Whoever was signed in with the old ones is signed out. Raises Invalid.
    """
    async with transaction():
        clinic = await Clinic.get_or_none(slug=slug)
        if clinic is None:
            raise Invalid({"clinic": _("There is no clinic of that name.")})
        person = await people.find_or_create(email, name, language=clinic.languages[0], zone=clinic.zone, now=now)
        totp = pyotp.random_base32()
        post = {"clinic_id": clinic.id, "role": role, "password": password, "totp_secret": totp, "totp_key": totp_key}
        is_new = not await staff.appoint_again(person.id, **post, now=now)
        if is_new:
            await staff.appoint(person.id, **post)
        await audit.record(SYSTEM, "staff.appoint", f"person {person.code}", now=now)
    otpauth = pyotp.TOTP(totp).provisioning_uri(name=person.email or "", issuer_name=clinic.name)
    return Appointed(person.name, clinic.name, is_new, otpauth)
