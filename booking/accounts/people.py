from datetime import datetime
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from booking.accounts.models import Person
from booking.accounts.sessions import revoke_all
from booking.kit.db import execute, run, run_one
from booking.kit.errors import Invalid
from booking.kit.ids import new_code
from booking.kit.times import is_zone
from booking.kit.words import LANGUAGES, _

EMAIL_NOT_VALID = _("This does not look like an e-mail address. Please check it: name@example.org")
PHONE_NOT_VALID = _("Please write the whole number with its country code, for example +1 268 555 0100.")
NAME_MISSING = _("Please write the name.")
ZONE_NOT_KNOWN = _("Please choose a time zone from the list.")
LANGUAGE_NOT_KNOWN = _("Please choose a language from the list.")

LONGEST_NAME = 200


def normal_email(typed: str) -> str:
    """The address as we keep it. Raises Invalid. No name server is asked: an outage must not refuse a patient."""
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise Invalid({"email": EMAIL_NOT_VALID}) from None


def normal_phone(typed: str) -> str:
    """The number as E.164, `+12685550100`. Raises Invalid: without a country code no one abroad can call it."""
    try:
        number = phonenumbers.parse(typed.strip(), None)
    except phonenumbers.NumberParseException:
        raise Invalid({"phone": PHONE_NOT_VALID}) from None
    if not phonenumbers.is_possible_number(number):
        raise Invalid({"phone": PHONE_NOT_VALID})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_name(typed: str) -> str:
    """The name with its spaces tidied. Raises Invalid if nothing is left. Some people have one name."""
    name = " ".join(typed.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid({"name": NAME_MISSING})
    return name


async def find_or_create(
    email: str, name: str, *, language: str, zone: str, now: datetime, phone: str | None = None
) -> Person:
    """The person with this address; made if there is none.

    Someone we know already keeps their own name, language and zone: typing another's address
    changes nothing about them. Raises Invalid.
    """
    address = normal_email(email)
    await run(
        INSERT_PERSON,
        new_code(),
        address,
        normal_name(name),
        _known_language(language),
        _known_zone(zone),
        normal_phone(phone) if phone else None,
        now,
    )
    person = await with_email(address)
    if person is None:
        raise LookupError("the person just made is gone")
    return person


# A conflict waits for the other insert, so that the next statement always sees one of the two rows.
INSERT_PERSON = """
    INSERT INTO person (code, email, name, language, zone, phone, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (lower(email)) DO NOTHING
"""


async def create_without_email(name: str, *, language: str, zone: str, now: datetime) -> Person:
    """A patient who has no address of their own: someone else acts for them. Raises Invalid."""
    return await Person.create(
        code=new_code(),
        name=normal_name(name),
        language=_known_language(language),
        zone=_known_zone(zone),
        created_at=now,
    )


async def with_email(email: str) -> Person | None:
    """The person with this address, whatever its capitals."""
    rows = await run("SELECT id FROM person WHERE lower(email) = lower($1)", email)
    return await Person.get(id=rows[0]["id"]) if rows else None


async def change(person_id: int, *, name: str, language: str, zone: str, phone: str | None) -> None:
    """What a person may change about themselves. Raises Invalid."""
    await Person.filter(id=person_id).update(
        name=normal_name(name),
        language=_known_language(language),
        zone=_known_zone(zone),
        phone=normal_phone(phone) if phone else None,
    )


# Whoever works here, or is anything to another case, is still known by name there.
FORGET: Final = """
    UPDATE person SET name = code, email = NULL, phone = NULL WHERE id = $1
      AND NOT EXISTS (SELECT FROM staff WHERE person_id = $1)
      AND NOT EXISTS (
        SELECT FROM "case" WHERE (patient_id = $1 OR asked_by_id = $1 OR id IN (
            SELECT case_id FROM support WHERE supporter_id = $1 AND revoked_at IS NULL))
          AND NOT EXISTS (SELECT FROM case_key WHERE case_id = "case".id AND destroyed_at IS NOT NULL))
    RETURNING id
"""


async def forget(person_id: int, *, now: datetime) -> bool:
    """Leave a pseudonym of someone who is only known from cases that were erased; False if they are known otherwise."""
    if await run_one(FORGET, person_id) is None:
        return False
    await execute("DELETE FROM sign_in_link WHERE person_id = $1", person_id)
    await revoke_all(person_id, now=now)
    return True


def _known_language(language: str) -> str:
    if language not in LANGUAGES:
        raise Invalid({"language": LANGUAGE_NOT_KNOWN})
    return language


def _known_zone(zone: str) -> str:
    if not is_zone(zone):
        raise Invalid({"zone": ZONE_NOT_KNOWN})
    return zone
