"""Public pages are rendered once for everyone who is not signed in, and never show what is no longer so."""

from datetime import datetime
from unittest.mock import patch

import httpx
import pytest

from booking.demo.world import World
from booking.programmes.models import Clinic, Programme, ProgrammeVersion
from booking.web import pages
from booking.web.kept_pages import AT_MOST, KeptPage, KeptPages
from booking.web.site import programmes
from tests.web.conftest import Visit

PROGRAMME = "/programmes/stroke-recovery"
PAGES = ("/", "/programmes", PROGRAMME, f"{PROGRAMME}/evidence")


def told(answer: httpx.Response) -> tuple[int, str | None, str]:
    return answer.status_code, answer.headers.get("ETag"), answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_rendered_once_and_a_browser_that_has_it_gets_no_more_than_that(
    visit: Visit, path: str
) -> None:
    first = await visit.anonymous.get(path)
    with patch.object(programmes, "render", side_effect=AssertionError("rendered again")):
        second = await visit.anonymous.get(path)
        third = await visit.anonymous.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (second.text, told(second)) == (first.text, (200, first.headers["ETag"], "no-cache"))
    assert (third.content, told(third)) == (b"", (304, first.headers["ETag"], "no-cache"))
    assert first.headers["Vary"] == "Accept-Language, Cookie"


@pytest.mark.parametrize("path", PAGES)
async def test_what_the_clinic_changes_is_shown_at_once(visit: Visit, world: World, path: str) -> None:
    before = await visit.anonymous.get(path)

    await Clinic.filter(id=world.clinic.id).update(phone="+1 268 555 0000")
    after = await visit.anonymous.get(path, headers={"If-None-Match": before.headers["ETag"]})

    assert (after.status_code, "555 0000" in before.text, "555 0000" in after.text) == (200, False, True)


async def test_a_newly_published_version_is_shown_at_once_and_the_old_one_again_if_it_comes_back(
    visit: Visit, world: World, now: datetime
) -> None:
    content = {**world.version.content, "title": {"en": "Another title", "es": "Otro nombre"}}
    newer = await ProgrammeVersion.create(programme_id=world.programme.id, number=99, content=content, published_at=now)
    shown = []
    for version in (world.version.id, newer.id, world.version.id):
        await Programme.filter(id=world.programme.id).update(published_version_id=version)
        shown.append("Another title" in (await visit.anonymous.get(PROGRAMME)).text)

    assert shown == [False, True, False]


async def test_whoever_is_signed_in_gets_a_page_of_their_own_that_nobody_else_gets(visit: Visit) -> None:
    samuel = await visit.as_("samuel")

    own, anyones = await samuel.get(PROGRAMME), await visit.anonymous.get(PROGRAMME)
    again = await samuel.get(PROGRAMME, headers={"If-None-Match": anyones.headers["ETag"]})

    assert told(own) == told(again) == (200, None, "no-store")
    assert ["Your cases" in page.text for page in (own, anyones, again)] == [True, False, True]


async def test_each_language_has_its_own(visit: Visit) -> None:
    english = await visit.anonymous.get(PROGRAMME)
    spanish = await visit.anonymous.get(PROGRAMME, headers={"Accept-Language": "es"})

    assert ['lang="es"' in page.text.split(">", 2)[1] for page in (english, spanish)] == [False, True]


async def test_a_page_that_is_not_there_is_not_kept(visit: Visit) -> None:
    answers = [await visit.anonymous.get("/programmes/no-such-programme") for _ in range(2)]

    assert [told(answer) for answer in answers] == [(404, None, "no-store")] * 2


async def test_a_page_that_changed_while_it_was_made_is_not_kept(visit: Visit, world: World) -> None:
    made = pages.render

    def meanwhile(*args: object, **context: object) -> str:
        editions.append("later")
        return made(*args, **context)  # type: ignore[arg-type]

    editions = ["now"]

    async def edition(_slug: str | None = None) -> str:
        return editions[-1]

    with (
        patch.object(programmes, "edition", edition),
        patch.object(programmes, "render", side_effect=meanwhile) as render,
    ):
        for _ in range(2):
            await visit.anonymous.get(PROGRAMME)
            editions.append("now")

    assert render.call_count == 2


def test_the_oldest_goes_when_there_are_too_many() -> None:
    kept, page = KeptPages(), KeptPage.of("<p>")

    for n in range(AT_MOST + 1):
        kept.keep((str(n), "en", ""), page)

    assert [kept.find((str(n), "en", "")) for n in (0, 1, AT_MOST)] == [None, page, page]
