import asyncio
from datetime import datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from booking.accounts import people, staff
from booking.accounts.models import Role, Staff
from booking.accounts.throttle import TooManyTries
from booking.kit.db import transaction
from booking.kit.errors import Invalid
from booking.kit.seals import derive_key
from tests.consultations.cast import a_clinic

SECRETS = staff.Secrets(derive_key("s" * 32, "totp"), derive_key("s" * 32, "throttle"))
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a long enough password"
HALF_A_MINUTE = timedelta(seconds=30)


def code(at: datetime) -> str:
    return pyotp.TOTP(TOTP).at(at)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested is who comes in, not how slow the hash is."""
    monkeypatch.setattr(staff, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def appointed(now: datetime) -> Staff:
    clinic = await a_clinic("harbour")
    cora = await people.find_or_create("cora@example.org", "Cora", language="en", zone="UTC", now=now)
    return await staff.appoint(
        cora.id,
        clinic_id=clinic.id,
        role=Role.COORDINATOR,
        password=PASSWORD,
        totp_secret=TOTP,
        totp_key=SECRETS.totp_key,
    )


@pytest.fixture
async def post(db: None, now: datetime) -> Staff:
    return await appointed(now)


async def prove(
    now: datetime, email: str = "cora@example.org", password: str = PASSWORD, digits: str = ""
) -> staff.Post:
    return await staff.prove(email, password, digits or code(now), secrets=SECRETS, now=now)


async def test_both_secrets_open_a_post(post: Staff, now: datetime) -> None:
    assert await prove(now, email=" CORA@example.org") == staff.Post(post.id, post.person_id)


async def test_a_code_opens_the_door_once_and_an_older_one_never_after(post: Staff, now: datetime) -> None:
    await prove(now)

    for digits in (code(now), code(now - HALF_A_MINUTE)):
        with pytest.raises(staff.SignInRefused):
            await prove(now, digits=digits)
    await prove(now + HALF_A_MINUTE)


async def test_a_clock_may_drift_by_one_step_and_no_more(post: Staff, now: datetime) -> None:
    await prove(now, digits=code(now - HALF_A_MINUTE))
    await prove(now, digits=code(now + HALF_A_MINUTE))

    with pytest.raises(staff.SignInRefused):
        await prove(now + 5 * HALF_A_MINUTE, digits=code(now + 3 * HALF_A_MINUTE))


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nobody@example.org"},
        {"password": "a long enough passwore"},
        {"digits": "000000"},
        {"digits": "nonsense"},
    ],
)
async def test_what_was_wrong_is_not_told(wrong: dict[str, str], post: Staff, now: datetime) -> None:
    with pytest.raises(staff.SignInRefused):
        await prove(now, **wrong)


async def test_who_was_dismissed_does_not_come_in(post: Staff, now: datetime) -> None:
    await staff.dismiss(post.id)

    with pytest.raises(staff.SignInRefused):
        await prove(now)


async def test_after_ten_wrong_tries_even_the_right_secrets_wait(post: Staff, now: datetime) -> None:
    for _ in range(10):
        with pytest.raises(staff.SignInRefused):
            await prove(now, digits="000000")

    with pytest.raises(TooManyTries):
        await prove(now)
    assert (await prove(now + timedelta(minutes=15))).staff_id == post.id


async def test_a_right_sign_in_starts_the_count_anew(post: Staff, now: datetime) -> None:
    for round_ in range(3):
        for _ in range(9):
            with pytest.raises(staff.SignInRefused):
                await prove(now, digits="000000")
        await prove(now, digits=code(now + (round_ - 1) * HALF_A_MINUTE))


async def test_the_secret_of_the_codes_lies_sealed(post: Staff) -> None:
    assert TOTP.encode() not in post.totp_sealed
    assert PASSWORD not in post.password_hash
    assert post.password_hash.startswith("$argon2id$")


async def test_a_short_password_is_refused(db: None, now: datetime) -> None:
    clinic = await a_clinic("harbour")
    cora = await people.find_or_create("cora@example.org", "Cora", language="en", zone="UTC", now=now)

    with pytest.raises(Invalid):
        await staff.appoint(
            cora.id, clinic_id=clinic.id, role=Role.ADMIN, password="short", totp_secret=TOTP, totp_key=SECRETS.totp_key
        )


async def test_a_password_is_never_checked_inside_a_transaction(post: Staff, now: datetime) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"):
        async with transaction():
            await prove(now)


async def test_of_two_browsers_with_one_code_at_once_one_comes_in(clean_db: None, now: datetime) -> None:
    await appointed(now)

    answers = await asyncio.gather(*(prove(now) for _ in range(4)), return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in answers) == ["Post"] + ["SignInRefused"] * 3
