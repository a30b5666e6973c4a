"""Signing in as a browser does it."""

import re
from datetime import timedelta

import httpx
import pyotp
import pytest

from booking.accounts.models import AuditRow, Session
from booking.demo.world import PASSWORD, TOTP_SECRET
from booking.messages.models import Message
from booking.web.middleware import session_cookie
from tests.outside import Clock
from tests.web.conftest import Visit
from tests.web.portal.pages import forms_of


async def mailed(visit: Visit, who: str, back: str = "") -> str:
    """The link that a person is mailed when they ask for one."""
    email = visit.world.people[who].email
    await visit.anonymous.post("/sign-in", data={"email": email, "next": back})
    mail = await Message.filter(occasion="sign-in").order_by("-id").first()
    assert mail is not None
    link: str = mail.facts["secret_link"]
    return link


def session_of(browser: httpx.AsyncClient, visit: Visit) -> str | None:
    return browser.cookies.get(session_cookie(visit.services))


def holding(visit: Visit, token: str | None) -> httpx.AsyncClient:
    """A browser that holds this session's token."""
    browser = visit.browser()
    browser.cookies.set(session_cookie(visit.services), token or "")
    return browser


async def is_signed_in(browser: httpx.AsyncClient) -> bool:
    """Whoever is signed in is sent on from the page for signing in."""
    return (await browser.get("/sign-in")).status_code == 303


async def test_a_mailed_link_signs_in_once_and_only_by_its_button(visit: Visit) -> None:
    link, browser = await mailed(visit, "samuel"), visit.browser()

    looked = await browser.get(link)
    before = session_of(browser, visit)
    pressed = await browser.post(link)
    again = await visit.browser().post(link)

    assert (looked.status_code, before, pressed.status_code, pressed.headers["location"]) == (200, None, 303, "/portal")
    assert (again.status_code, "Ask for a new one" in again.text) == (410, True)
    assert (await Session.get()).person_id == visit.world.people["samuel"].id
    assert (await AuditRow.get(action="session.open")).person_id == visit.world.people["samuel"].id


async def test_a_link_is_good_for_ten_minutes(visit: Visit, clock: Clock) -> None:
    link = await mailed(visit, "samuel")
    clock.at += timedelta(minutes=10)

    late = await visit.anonymous.post(link)

    assert (late.status_code, await Session.all().count()) == (410, 0)


async def test_known_and_unknown_addresses_get_the_same_answer(visit: Visit) -> None:
    answers = [
        await visit.anonymous.post("/sign-in", data={"email": email})
        for email in (visit.world.people["samuel"].email, "nobody@example.org")
    ]

    assert [(each.status_code, each.headers["location"], each.text) for each in answers] == [
        (303, "/sign-in/sent", "")
    ] * 2
    assert await Message.all().count() == 1


async def test_asking_without_end_is_refused_for_known_and_unknown_alike(visit: Visit) -> None:
    tries = {
        email: [(await visit.anonymous.post("/sign-in", data={"email": email})).status_code for _ in range(6)]
        for email in (visit.world.people["samuel"].email, "nobody@example.org")
    }

    assert list(tries.values()) == [[303] * 5 + [429]] * 2


async def test_the_session_is_new_and_the_one_before_it_ends(visit: Visit) -> None:
    browser = visit.browser()
    await browser.post(await mailed(visit, "folake"))
    before = session_of(browser, visit)

    await browser.post(await mailed(visit, "samuel"))

    after = session_of(browser, visit)
    assert [await is_signed_in(holding(visit, token)) for token in (before, after)] == [False, True]


@pytest.mark.parametrize(
    ("wanted", "landed"),
    [
        ("/portal/cases/LW-7K3M-2QXD", "/portal/cases/LW-7K3M-2QXD"),
        ("https://evil.example/", "/portal"),
        ("//evil.example/", "/portal"),
        ("/\\evil.example/", "/portal"),
        ("javascript:alert(1)", "/portal"),
        ("/a\r\nSet-Cookie: x=y", "/portal"),
    ],
)
async def test_after_signing_in_one_lands_on_a_page_of_ours(visit: Visit, wanted: str, landed: str) -> None:
    link = await mailed(visit, "samuel", wanted)
    page = (await visit.anonymous.get(link)).text
    carried = re.search(r'name="next" value="([^"]*)"', page)

    pressed = await visit.anonymous.post(link, data={"next": carried[1] if carried else ""})
    forged = await visit.anonymous.post(await mailed(visit, "samuel"), data={"next": wanted})

    assert (pressed.headers["location"], forged.headers["location"]) == (landed, landed)


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(visit: Visit) -> None:
    cookie = (await visit.anonymous.post(await mailed(visit, "samuel"))).headers["set-cookie"]

    assert ["HttpOnly" in cookie, "SameSite=lax" in cookie, "Path=/" in cookie, "Secure" in cookie] == [
        True,
        True,
        True,
        False,  # the tests' site is http
    ]


async def test_signing_out_ends_the_session_itself(visit: Visit) -> None:
    browser = visit.browser()
    await browser.post(await mailed(visit, "samuel"))
    token = session_of(browser, visit)

    left = await browser.post("/sign-out")

    assert (left.status_code, session_of(browser, visit)) == (303, None)
    assert (await is_signed_in(holding(visit, token)), (await browser.post("/sign-out")).status_code) == (False, 303)


async def test_what_is_no_address_is_said_beside_the_field(visit: Visit) -> None:
    page = await visit.anonymous.post("/sign-in", data={"email": "samuel"})

    assert (page.status_code, 'id="email-error"' in page.text, 'value="samuel"' in page.text) == (422, True, True)


def proof(visit: Visit, **other: str) -> dict[str, str]:
    code = pyotp.TOTP(TOTP_SECRET).at(visit.services.now())
    return {"email": visit.world.people["nia"].email or "", "password": PASSWORD, "code": code, **other}


async def test_staff_come_in_with_both_secrets_and_a_code_works_once(visit: Visit) -> None:
    first = await visit.anonymous.post("/staff/sign-in", data=proof(visit, next="/desk/outbox"))
    again = await visit.browser().post("/staff/sign-in", data=proof(visit))

    assert (first.status_code, first.headers["location"], again.status_code) == (303, "/desk/outbox", 403)
    assert (await Session.get()).staff_id is not None


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"code": "000000"}, {"email": "nobody@example.org"}])
async def test_a_wrong_secret_is_refused_without_telling_which(visit: Visit, wrong: dict[str, str]) -> None:
    page = await visit.anonymous.post("/staff/sign-in", data=proof(visit, **wrong))

    said = "The address, the password or the code is not right"
    assert (page.status_code, said in page.text, PASSWORD in page.text) == (403, True, False)
    assert await Session.all().count() == 0


async def test_staff_forms_left_empty_say_what_is_missing(visit: Visit) -> None:
    page = await visit.anonymous.post("/staff/sign-in", data={})

    assert (page.status_code, re.findall(r'id="([a-z]+)-error"', page.text)) == (422, ["email", "password", "code"])


async def test_a_mailed_link_never_carries_a_clinics_powers(visit: Visit) -> None:
    browser = visit.browser()
    await browser.post(await mailed(visit, "nia"))

    assert (await Session.get()).staff_id is None


@pytest.mark.parametrize("door", ["/sign-in", "/staff/sign-in"])
async def test_another_language_at_the_door_still_leads_where_one_wanted_to_go(visit: Visit, door: str) -> None:
    asked = f"{door}?next=/portal/cases"

    [switch, *_others] = forms_of(await visit.anonymous.get(asked), "/language")
    answer = await visit.anonymous.post("/language", data={**switch, "language": "es"})

    assert answer.headers["location"] == asked
