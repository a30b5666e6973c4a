"""The program with real settings, as production starts it: it runs, and its log tells nothing about anyone."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from booking.accounts.models import Staff
from booking.accounts.sessions import open_session
from booking.demo.postgres import Running
from booking.demo.world import PARTNER_KEY, PASSWORD, World, build
from booking.kit.db import transaction
from booking.services import Services
from tests.conftest import TOTP_KEY
from tests.journeys.trips import a_case, a_hold
from tests.outside import PLAIN, SECRET, STRIPE_KEY, WEBHOOK_SECRET, Clock
from tests.programs import PATIENCE, done
from tests.races.processes import web_processes

GOAL = "To walk to the market with my granddaughter Temperance."
SECRETS = (SECRET, STRIPE_KEY, WEBHOOK_SECRET, PARTNER_KEY, PASSWORD)


@pytest.fixture
async def today(clean_db: None, clock: Clock) -> World:
    clock.at = datetime.now(UTC)
    async with transaction():
        return await build(now=clock.at, totp_key=TOTP_KEY)


async def test_nothing_about_anyone_is_in_the_log(
    today: World, server: Running, services: Services, tmp_path: Path
) -> None:
    case = await a_case(today, now=services.now(), goals=GOAL)
    booking = await a_hold(case, services)
    samuel, nia = today.people["samuel"], today.people["nia"]
    with web_processes(1, server.url, tmp_path) as [address]:
        async with httpx.AsyncClient(verify=PLAIN, base_url=address, timeout=PATIENCE) as browser:
            for person in (samuel, nia):
                post = await Staff.get_or_none(person_id=person.id)
                token = await open_session(person.id, now=services.now(), staff_id=post.id if post else None)
                cookies = {"Cookie": f"{_cookie()}={token}"}
                part = "desk" if post else "portal"
                page = await browser.get(f"/{part}/cases/{case.code}", headers=cookies)
                assert page.status_code == 200
            await browser.get(f"/portal/bookings/{booking.code}", headers=cookies)
            await browser.post("/sign-in", data={"email": samuel.email})
            await browser.post("/staff/sign-in", data={"email": nia.email, "password": PASSWORD, "code": "123456"})
            await browser.get(f"/no/such/page?email={samuel.email}&name={samuel.name}")
            await browser.get("/api/v1/programmes", headers={"Authorization": f"Bearer {PARTNER_KEY}"})
            await browser.post(
                "/hooks/stripe", content=(samuel.email or "").encode(), headers={"Stripe-Signature": "t=1,v1=0"}
            )
    log = (tmp_path / "web-0.log").read_text()

    assert '"event":"request"' in log
    private = [samuel.name, samuel.email, samuel.phone, nia.name, nia.email, GOAL, "Temperance", token, *SECRETS]
    assert [each for each in private if each and each in log] == []


def _cookie() -> str:
    """The session cookie's name behind https, as web_processes has it."""
    return f"__Host-leeward-{hashlib.sha256(SECRET.encode()).hexdigest()[:8]}"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"STRIPE_API_BASE": "http://127.0.0.1:9", "STRIPE_SECRET_KEY": "sk_live_x"}, "STRIPE_API_BASE: "),
        ({"LEEWARD_FAILPOINT": "payment-settling"}, "LEEWARD_FAILPOINT: "),
        ({"PUBLIC_URL": "http://leeward.example"}, "PUBLIC_URL: "),
        ({"SECRET_KEY": "short"}, "SECRET_KEY: "),
        ({"STRIPE_WEBHOOK_SECRET": ""}, "STRIPE_WEBHOOK_SECRET: "),
        ({"FILES_URL": "ftp://files"}, "FILES_URL: "),
    ],
)
def test_a_setting_that_production_must_not_have_stops_the_start_in_one_line(
    server: Running, tmp_path: Path, wrong: dict[str, str], said: str
) -> None:
    production = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": server.url,
        "STRIPE_SECRET_KEY": STRIPE_KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "SMTP_URL": "smtp://127.0.0.1:9",
        "MAIL_FROM": "Leeward <care@leeward.example>",
        "FILES_URL": str(tmp_path),
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": "https://leeward.example",
    }

    refused = done("web", "--port", "1", environment=production | wrong)

    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert refused.err.startswith(f"leeward: {said}")
    assert [value for value in wrong.values() if value and value in refused.err] == []
