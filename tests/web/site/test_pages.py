"""The public pages, through the whole application."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from html import unescape
from unittest.mock import Mock

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from booking.app import create_app
from booking.demo.world import World
from booking.programmes.models import Programme
from booking.services import Services
from booking.settings import Settings
from booking.web.api.routes import ROUTES as API
from booking.web.desk.routes import ROUTES as DESK
from booking.web.policy import Who, route
from booking.web.portal.routes import ROUTES as PORTAL
from booking.web.site.routes import ROUTES as SITE
from booking.web.urls import Urls

SETTINGS = Settings.from_env(
    {
        "DATABASE_URL": "postgresql://unused@localhost/unused",
        "STRIPE_SECRET_KEY": "sk_test_simulated",
        "STRIPE_WEBHOOK_SECRET": "whsec_test",
        "SMTP_URL": "smtp://127.0.0.1:2525",
        "MAIL_FROM": "Leeward <care@example.com>",
        "FILES_URL": "/unused",
        "SECRET_KEY": "k" * 48,
        "PUBLIC_URL": "https://care.example.com",
    }
)
PROGRAMME = "/programmes/stroke-recovery"
PAGES = ("/", "/programmes", PROGRAMME, f"{PROGRAMME}/evidence", "/outcomes", "/privacy", "/accessibility")

# Pages that every layout links to, whoever's area they are in.
LINKED = {
    "site:sign-in": "/sign-in",
    "site:sign-out": "/sign-out",
    "portal:home": "/portal",
    "desk:board": "/desk",
    "ask:start": "/programmes/{slug}/ask",
}


async def elsewhere(_request: Request) -> Response:
    return PlainTextResponse("")


@pytest.fixture
async def browser(db: None, now: datetime) -> AsyncIterator[AsyncClient]:
    """A visitor without a session. What does not exist yet stands in as an empty page, so that links have a name."""
    known = Urls([*SITE, *PORTAL, *DESK, *API])
    stand_ins = [
        route(path, elsewhere, name=name, who=Who.ANYONE) for name, path in LINKED.items() if name not in known
    ]
    outside = Mock()  # no public page may touch the outside world: a Mock answers nothing useful
    app = create_app(Services(SETTINGS, lambda: now, payments=outside, mail=outside, files=outside), stand_ins)
    async with AsyncClient(transport=ASGITransport(app), base_url="https://care.example.com") as client:
        yield client
    assert outside.mock_calls == []


def words_of(html: str) -> str:
    """What a reader sees, with single spaces."""
    inside = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inside)).split())


@pytest.mark.parametrize("language", ["en", "es"])
async def test_every_public_page_is_whole_in_its_language(browser: AsyncClient, world: World, language: str) -> None:
    answers = {path: await browser.get(path, headers={"Accept-Language": language}) for path in PAGES}

    found = {
        path: (
            answer.status_code,
            answer.text.count("<h1"),
            f'lang="{language}"' in answer.text[:200],
            "style=" in answer.text,
        )
        for path, answer in answers.items()
    }
    assert found == dict.fromkeys(PAGES, (200, 1, True, False))


async def test_the_programme_page_says_all_that_a_person_needs_to_decide(browser: AsyncClient, world: World) -> None:
    said = words_of((await browser.get(PROGRAMME)).text)

    for sentence in (
        "This is not a proven treatment .",
        "You are under 18 .",
        "Treatment did better",
        "From memory, being checked: Lancet Neurology 2017",
        "No results found",
        "30 studies added up",
        "12 people had to go to hospital",
        "no stem cell product is approved for stroke",
        "Day 2: The cells, then rest",
        "Your passport must be valid for 6 more months",
        "In all USD 17,000.00",
        "Care in a hospital, here or at home, if something goes wrong",
        "30 days before, or more 100% USD 17,000.00",
        "29 to 14 days before 50% USD 8,500.00",
        "Less than 7 days before 0% USD 0.00",
        "72 hours to change your mind",
        "Ask whether this could help",
    ):
        assert sentence in said


async def test_the_evidence_page_tells_each_study_and_how_it_is_known(browser: AsyncClient, world: World) -> None:
    said = words_of((await browser.get(f"{PROGRAMME}/evidence")).text)

    assert [said.count(f" {name} ") > 0 for name in ("MASTERS", "TREASURE", "UMSIS", "Levy and others")] == [True] * 4
    assert "Our own sum, from the counts in the paper: 12 of 104 with cells, 10 of 102 without." in said
    assert "These figures are from memory and being checked." in said


async def test_the_home_page_lists_what_is_published_and_nothing_else(browser: AsyncClient, world: World) -> None:
    await Programme.create(clinic_id=world.clinic.id, slug="not-yet")

    listed = re.findall(r'href="(/programmes/[a-z-]+)"', (await browser.get("/")).text)

    assert set(listed) == {PROGRAMME}


async def test_without_any_programme_the_home_page_says_so(browser: AsyncClient) -> None:
    answer = await browser.get("/")

    assert (answer.status_code, "Nothing can be asked for right now." in words_of(answer.text)) == (200, True)


async def test_a_programme_that_does_not_exist_is_not_found(browser: AsyncClient, world: World) -> None:
    answers = [await browser.get(f"/programmes/{slug}") for slug in ("no-such", "%00", "%ff")]

    assert [answer.status_code // 100 for answer in answers] == [4, 4, 4]


async def test_outcomes_are_not_claimed_before_there_are_any(browser: AsyncClient) -> None:
    assert "There is nothing to publish yet." in words_of((await browser.get("/outcomes")).text)


async def test_a_chosen_language_is_kept_and_leads_back_to_the_page(browser: AsyncClient, world: World) -> None:
    answer = await browser.post("/language", data={"language": "es", "back": PROGRAMME})

    assert (answer.status_code, answer.headers["location"]) == (303, PROGRAMME)
    assert 'lang="es"' in (await browser.get(PROGRAMME)).text[:200]


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "", "/a\nb"]
)
async def test_choosing_a_language_never_leads_to_another_site(browser: AsyncClient, back: str) -> None:
    answer = await browser.post("/language", data={"language": "es", "back": back})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_language_that_is_not_spoken_here_changes_nothing(browser: AsyncClient) -> None:
    answer = await browser.post("/language", data={"language": "tlh", "back": "/"})

    assert (answer.status_code, "set-cookie" in answer.headers) == (303, False)
