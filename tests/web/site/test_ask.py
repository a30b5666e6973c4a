"""Asking for a consultation as a browser does it: question by question, stopping and going on, sending."""

import re
from datetime import datetime
from html import unescape

import httpx
import pytest

from booking.accounts.models import Support
from booking.consultations.models import Case, CaseStatus
from booking.consultations.screens import SCREENS
from booking.documents.models import Document, DocumentState
from booking.messages.models import Message
from booking.web.site.zones import zones_to_choose
from tests.documents import samples
from tests.web.conftest import Visit

PROGRAMME = "/programmes/stroke-recovery/ask"

# What Efua types for her brother, screen by screen.
TYPED: dict[str, dict[str, str | list[str]]] = {
    "who": {"who_asks": "someone_else"},
    "name": {"name": "  Efua   Mensah "},
    "for_whom": {"patient_name": "Kojo", "relation": "sibling", "permission": "agreed", "patient_email": ""},
    "email": {"email": "efua@example.org"},
    "birth": {"birth_date-day": "2", "birth_date-month": "3", "birth_date-year": "1956"},
    "when": {"stroke_month": "05", "stroke_year": "2025"},
    "type": {"stroke_type": "ischaemic"},
    "abilities": {"abilities": "3"},
    "conditions": {"conditions": ["heart", "clots"], "conditions_other": ""},
    "medicines": {"medicines": "Aspirin"},
    "goals": {"goals": "To walk to the shop"},
    "language": {"language": "en"},
    "zone": {"zone": "Africa/Accra"},
    "phone": {"phone": "+233 30 222 0100"},
    "more": {"more": ""},
}


@pytest.fixture
async def browser(visit: Visit) -> httpx.AsyncClient:
    """A browser that has begun a request."""
    begun = await visit.anonymous.post(PROGRAMME)
    assert (begun.status_code, begun.headers["location"]) == (303, "/ask/who")
    return visit.anonymous


async def answered(browser: httpx.AsyncClient, up_to: str | None = None) -> str:
    """Answer screen after screen as they come; where the last answer led."""
    at = "/ask/who"
    while (key := at.rpartition("/")[2]) in TYPED and key != up_to:
        answer = await browser.post(at, data=TYPED[key])
        assert answer.status_code == 303, (key, words_of(answer.text))
        at = answer.headers["location"]
    return at


def words_of(html: str) -> str:
    inside = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inside)).split())


def errors_of(html: str) -> list[str]:
    """The fields that an error stands beside."""
    return re.findall(r'class="field-error" id="([a-z_]+)-error"', html)


async def test_every_question_is_asked_in_turn_and_the_whole_can_be_sent(
    browser: httpx.AsyncClient, now: datetime
) -> None:
    ways = [await answered(browser)]
    ways.append((await browser.post("/ask/send")).headers["location"])
    page = await browser.get(ways[-1])

    case = await Case.get().select_related("patient", "asked_by")
    mail = await Message.get(occasion="received")
    assert (
        ways,
        page.status_code,
        (case.status, case.zone, case.language, case.patient.name, case.asked_by.email),
        (await Support.get(case_id=case.id)).supporter_id,
        (mail.recipient_id, mail.facts["days"], mail.facts["link"]),
    ) == (
        ["/ask/records", "/ask/sent"],
        200,
        (CaseStatus.REQUESTED, "Africa/Accra", "en", "Kojo", "efua@example.org"),
        case.asked_by_id,
        (case.asked_by_id, 3, f"/portal/cases/{case.code}"),
    )


async def test_a_sent_request_cannot_be_opened_or_sent_again(browser: httpx.AsyncClient) -> None:
    await answered(browser)
    token = {name: value for name, value in browser.cookies.items() if name.endswith("-ask")}
    await browser.post("/ask/send")
    left = [name for name in browser.cookies if name.endswith("-ask")]
    browser.cookies.update(token)

    answers = [await browser.get("/ask/who"), await browser.post("/ask/send"), await browser.get("/ask/review")]

    assert (left, [answer.status_code for answer in answers]) == ([], [404, 404, 404])


async def test_every_screen_has_one_heading_and_says_how_far_one_is(browser: httpx.AsyncClient) -> None:
    await browser.post("/ask/who", data=TYPED["who"])
    keys = [screen.key for screen in SCREENS]

    pages = {key: (await browser.get(f"/ask/{key}")).text for key in keys}

    assert {key: (html.count("<h1"), "style=" in html) for key, html in pages.items()} == dict.fromkeys(
        keys, (1, False)
    )
    assert [f"Question {number} of 16" in pages[key] for number, key in enumerate(keys, 1)] == [True] * 15


@pytest.mark.parametrize(
    ("key", "typed", "wrong"),
    [
        ("who", {}, ["who_asks"]),
        ("name", {"name": "   "}, ["name"]),
        ("email", {"email": "efua at home"}, ["email"]),
        ("birth", {"birth_date-day": "31", "birth_date-month": "2", "birth_date-year": "1956"}, ["birth_date"]),
        ("birth", {"birth_date-day": "1", "birth_date-month": "2", "birth_date-year": "2020"}, ["birth_date"]),
        ("when", {"stroke_month": "", "stroke_year": "next year"}, ["stroke_month", "stroke_year"]),
        ("conditions", {"conditions": ["none", "heart"]}, ["conditions"]),
        ("conditions", {"conditions": ["heart", "<script>"]}, ["conditions"]),
        ("zone", {"zone": "Atlantis/Capital"}, ["zone"]),
        ("phone", {"phone": "call me"}, ["phone"]),
        ("goals", {"goals": "x" * 4001}, ["goals"]),
    ],
)
async def test_what_cannot_be_used_is_said_beside_its_field_and_kept_as_typed(
    browser: httpx.AsyncClient, key: str, typed: dict[str, str | list[str]], wrong: list[str]
) -> None:
    page = await browser.post(f"/ask/{key}", data=typed)

    kept = [text for text in typed.values() if isinstance(text, str) and text.strip() and key not in {"zone", "when"}]
    assert (page.status_code, errors_of(page.text), [text in page.text for text in kept]) == (
        422,
        wrong,
        [True] * len(kept),
    )


async def test_an_answer_is_shown_again_as_it_was_given(browser: httpx.AsyncClient) -> None:
    await answered(browser)

    pages = {key: (await browser.get(f"/ask/{key}")).text for key in ("name", "birth", "conditions", "goals", "zone")}

    assert (
        'value="Efua Mensah"' in pages["name"],
        [value in pages["birth"] for value in ('value="02"', 'value="03"', 'value="1956"')],
        re.findall(r'value="(\w+)" checked', pages["conditions"]),
        "To walk to the shop</textarea>" in pages["goals"],
        'value="Africa/Accra" selected' in pages["zone"],
    ) == (True, [True, True, True], ["clots", "heart"], True, True)


async def test_before_sending_everything_is_shown_and_can_be_changed(browser: httpx.AsyncClient) -> None:
    await answered(browser)
    whole = words_of((await browser.get("/ask/review")).text)

    changed = await browser.post("/ask/goals", data={"goals": "To sing again", "change": "yes"})
    again = words_of((await browser.get(changed.headers["location"])).text)

    assert ["To walk to the shop" in whole, "Where do you live? Ghana" in whole, "Send my request" in whole] == [
        True
    ] * 3
    assert (changed.headers["location"], "To sing again" in again, "To walk" in again) == ("/ask/review", True, False)


async def test_a_change_that_opens_another_question_asks_it_before_sending(browser: httpx.AsyncClient) -> None:
    for key, typed in (TYPED | {"who": {"who_asks": "self"}}).items():
        if key != "for_whom":
            await browser.post(f"/ask/{key}", data=typed)

    changed = await browser.post("/ask/who", data={"who_asks": "someone_else", "change": "yes"})
    sent = await browser.post("/ask/send")
    page = words_of((await browser.get("/ask/review")).text)

    assert (changed.headers["location"], sent.headers["location"], "Send my request" in page) == (
        "/ask/for_whom",
        "/ask/for_whom",
        False,
    )


async def test_one_stops_and_goes_on_elsewhere_by_the_mailed_link(browser: httpx.AsyncClient, visit: Visit) -> None:
    await answered(browser, up_to="email")
    stopped = await browser.post("/ask/email", data={"email": "", "then": "save"})
    asked = await browser.post("/ask/save", data={"name": "Efua", "email": "efua@example.org"})
    page = words_of((await browser.get(asked.headers["location"])).text)
    mail = await Message.get(occasion="resume").select_related("recipient")
    elsewhere = visit.browser()

    looked = await elsewhere.get(mail.facts["secret_link"])
    unheld = await elsewhere.get("/ask/name")
    resumed = await elsewhere.post(mail.facts["secret_link"])

    assert (
        stopped.headers["location"],
        "efua@example.org" in page,
        mail.recipient.email,
        (looked.status_code, "Go on with my answers" in looked.text, unheld.status_code),
        resumed.headers["location"],
        (await elsewhere.get("/ask/name")).status_code,
    ) == ("/ask/save", True, "efua@example.org", (200, True, 404), "/ask/birth", 200)


async def test_the_answer_on_the_screen_is_kept_when_one_stops(browser: httpx.AsyncClient) -> None:
    stopped = await browser.post("/ask/name", data={"name": "Efua", "then": "save"})
    refused = await browser.post("/ask/phone", data={"phone": "call me", "then": "save"})

    page = await browser.get("/ask/save")
    assert (stopped.headers["location"], 'value="Efua"' in page.text, refused.status_code) == ("/ask/save", True, 422)


async def test_a_link_is_not_mailed_to_what_is_no_address(browser: httpx.AsyncClient) -> None:
    page = await browser.post("/ask/save", data={"name": "", "email": "nowhere"})

    assert (page.status_code, errors_of(page.text), await Message.all().count()) == (422, ["email"], 0)


async def test_on_a_shared_computer_the_answers_are_closed(browser: httpx.AsyncClient) -> None:
    await answered(browser, up_to="birth")

    await browser.post("/ask/forget")

    assert (await browser.get("/ask/name")).status_code == 404


async def test_without_a_request_every_page_of_it_says_so(visit: Visit) -> None:
    pages = ["/ask/who", "/ask/review", "/ask/records", "/ask/save", "/ask/saved"]
    looked = [(await visit.anonymous.get(path)).status_code for path in pages]
    written = [
        (await visit.anonymous.post(path)).status_code
        for path in ("/ask/who", "/ask/send", "/ask/save", "/ask/records")
    ]
    resumed = await visit.anonymous.post("/ask/resume/no-such-token")

    assert (looked, written, resumed.status_code) == ([404] * 5, [404] * 4, 404)


async def test_a_screen_that_is_not_asked_is_not_there(browser: httpx.AsyncClient) -> None:
    answers = [await browser.get("/ask/for_whom"), await browser.post("/ask/for_whom", data=TYPED["for_whom"])]
    answers.append(await browser.get("/ask/no-such-question"))

    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_the_token_is_a_cookie_that_no_script_and_no_other_site_can_use(visit: Visit) -> None:
    cookie = (await visit.anonymous.post(PROGRAMME)).headers["set-cookie"]

    assert ["HttpOnly" in cookie, "SameSite=lax" in cookie, "Path=/" in cookie] == [True, True, True]


async def test_whoever_has_started_is_offered_to_go_on(browser: httpx.AsyncClient) -> None:
    await answered(browser, up_to="email")

    page = (await browser.get(PROGRAMME)).text

    assert ("You have started already" in page, 'href="/ask/email"' in page) == (True, True)


async def test_one_place_cannot_begin_without_end(visit: Visit) -> None:
    answers = [(await visit.anonymous.post(PROGRAMME)).status_code for _ in range(31)]

    assert answers == [303] * 30 + [429]


async def test_files_are_checked_kept_and_taken_back(browser: httpx.AsyncClient) -> None:
    sent = await browser.post(
        "/ask/records",
        files=[("file", ("scan.png", samples.png())), ("file", ("Brief über alles.pdf", samples.pdf(filler=70_000)))],
    )
    page = (await browser.get("/ask/records")).text
    code = re.findall(r"/ask/records/([^/]+)/remove", page)[0]

    removed = await browser.post(f"/ask/records/{code}/remove")

    states = [document.state for document in await Document.all().order_by("id")]
    left = words_of((await browser.get("/ask/records")).text)
    assert (sent.status_code, ["scan.png" in page, "Brief über alles.pdf" in page], removed.status_code, states) == (
        303,
        [True, True],
        303,
        [DocumentState.REMOVED, DocumentState.READY],
    )
    assert ("scan.png" in left, "70.1 kB" in left) == (False, True)


async def test_a_file_that_is_not_what_it_says_is_refused_and_the_others_stay(browser: httpx.AsyncClient) -> None:
    page = await browser.post(
        "/ask/records",
        files=[
            ("file", ("scan.pdf", b"MZ\x90\x00 not a scan at all" * 9)),
            ("file", ("scan.png", samples.png())),
            ("file", ("empty.pdf", b"")),
        ],
    )

    said = words_of(page.text)
    assert (page.status_code, errors_of(page.text)) == (422, ["file"])
    assert ["scan.pdf: We can read PDF" in said, "empty.pdf: That file is empty" in said, "1 file is here" in said] == [
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"no multipart at all", "multipart/form-data; boundary=x"),
        (b"name=value", "application/x-www-form-urlencoded"),
        (b"--x\r\n" + b"a" * 9000, "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1',
            "multipart/form-data; boundary=x",
        ),
    ],
)
async def test_a_broken_upload_is_explained_and_keeps_nothing(
    browser: httpx.AsyncClient, content: bytes, kind: str
) -> None:
    answer = await browser.post("/ask/records", content=content, headers={"Content-Type": kind})

    kept = await Document.filter(state__in=[DocumentState.READY, DocumentState.ARRIVING]).count()
    assert (answer.status_code in {400, 422}, kept) == (True, 0)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_country_is_in_the_list_of_zones_once(language: str) -> None:
    zones = zones_to_choose(language)

    names = [name for _zone, name in zones]
    assert len(names) == len(set(names)) > 300
    assert dict(zones)["America/Antigua"].startswith("Antigua")
