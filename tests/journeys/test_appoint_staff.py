from datetime import datetime

import pyotp
import pytest

from booking.accounts.models import AuditRow, Role, Staff
from booking.accounts.sessions import open_session
from booking.accounts.staff import Secrets, SignInRefused, prove
from booking.accounts.viewers import ANONYMOUS, viewer_of_session
from booking.demo.world import PASSWORD, TOTP_SECRET, World
from booking.journeys.appoint_staff import appoint_staff
from booking.kit.errors import Invalid
from tests.conftest import TOTP_KEY
from tests.slots.rows import small_clinic

SECRETS = Secrets(totp_key=TOTP_KEY, pepper=b"pepper")
NEW = "another long password"


async def test_who_lost_their_phone_is_given_new_secrets_and_signed_out(world: World, now: datetime) -> None:
    nia = world.people["nia"]
    post = await Staff.get(person_id=nia.id)
    token = await open_session(nia.id, now=now, staff_id=post.id)

    done = await appoint_staff(
        "Nia@Example.com", "N", "tamarind-bay", Role.ADMIN, password=NEW, totp_key=TOTP_KEY, now=now
    )

    assert (done.name, done.is_new, (await Staff.get(id=post.id)).role) == ("Nia Prosper", False, Role.ADMIN)
    assert await viewer_of_session(token, now) == ANONYMOUS
    with pytest.raises(SignInRefused):
        await prove("nia@example.com", PASSWORD, pyotp.TOTP(TOTP_SECRET).at(now), secrets=SECRETS, now=now)
    secret = done.otpauth.partition("secret=")[2].partition("&")[0]
    assert (
        await prove("nia@example.com", NEW, pyotp.TOTP(secret).at(now), secrets=SECRETS, now=now)
    ).staff_id == post.id
    assert await AuditRow.exists(action="staff.appoint", subject=f"person {nia.code}", acting_as="system")
    assert secret not in repr(done)


async def test_what_cannot_be_is_said_and_nobody_is_appointed(world: World, now: datetime) -> None:
    other = await small_clinic()

    async def refused(email: str, clinic: str, password: str) -> list[str]:
        with pytest.raises(Invalid) as why:
            await appoint_staff(email, "M", clinic, Role.CLINICIAN, password=password, totp_key=TOTP_KEY, now=now)
        return list(why.value.errors)

    assert await refused("mara@clinic.example", "nowhere", NEW) == ["clinic"]
    assert await refused("mara@clinic.example", "tamarind-bay", "short") == ["password"]
    assert await refused("nia@example.com", other.clinic.slug, NEW) == ["email"]
    assert await refused("not an address", "tamarind-bay", NEW) == ["email"]
    assert not await Staff.filter(person__email="mara@clinic.example").exists()
