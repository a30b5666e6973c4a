from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from httpx import ASGITransport, AsyncClient

from booking.demo.mailbox.pages import create_mailbox
from booking.demo.mailbox.server import MailServer
from booking.demo.mailbox.store import MailStore
from booking.messages.compose import Composer
from booking.messages.mailer import Fate, Mail
from booking.messages.smtp import SmtpMailer, SmtpServer
from tests.messages.examples import claimed

NOW = datetime(2027, 1, 12, 13, 0, tzinfo=UTC)
COMPOSER = Composer(public_url="https://leeward.example", sender="Leeward <care@leeward.example>")


def mail(occasion: str, to: str = "samuel@example.org") -> Mail:
    return COMPOSER.compose(claimed(occasion, email=to), now=NOW)


@pytest.fixture
def store(tmp_path: Path) -> MailStore:
    kept = MailStore(tmp_path / "mailbox.sqlite")
    kept.keep("samuel@example.org", mail("confirmed").content, now=NOW)
    kept.keep("Folake@example.org", mail("received", "folake@example.org").content, now=NOW)
    return kept


@pytest.fixture
def browser(store: MailStore, tmp_path: Path) -> AsyncClient:
    return AsyncClient(
        transport=ASGITransport(create_mailbox(tmp_path / "mailbox.sqlite", "/simulated/mailbox")),
        base_url="http://demo",
    )


async def yes() -> bool:
    return True


async def test_what_is_sent_over_smtp_is_in_the_mailbox(tmp_path: Path) -> None:
    kept = MailStore(tmp_path / "mailbox.sqlite")
    async with MailServer(kept, lambda: NOW).listening() as server:
        mailer = SmtpMailer(SmtpServer("127.0.0.1", server.port, tls="none"))
        outcomes = [
            await mailer.send(mail("received", to), yes) for to in ("samuel@example.org", "josé@ejemplo.example")
        ]

    assert [outcome.fate for outcome in outcomes] == [Fate.SENT, Fate.SENT]
    assert [(one.recipient, one.arrived_at) for one in kept.newest()] == [
        ("josé@ejemplo.example", NOW),
        ("samuel@example.org", NOW),
    ]
    assert kept.newest("samuel@example.org")[0].parsed()["Subject"] == "We have your request"


async def test_a_line_that_begins_with_a_dot_arrives_as_it_was(tmp_path: Path) -> None:
    kept = MailStore(tmp_path / "mailbox.sqlite")
    async with MailServer(kept, lambda: NOW).listening() as server:
        mailer = SmtpMailer(SmtpServer("127.0.0.1", server.port, tls="none"))
        await mailer.send(Mail("a@example.org", "b@example.org", b"Subject: x\n\n.\n..two\nend"), yes)

    assert kept.newest()[0].raw == b"Subject: x\r\n\r\n.\r\n..two\r\nend\r\n"


async def test_a_mailbox_keeps_its_mails_when_it_is_opened_again(store: MailStore, tmp_path: Path) -> None:
    assert len(MailStore(tmp_path / "mailbox.sqlite").newest()) == 2


async def test_the_list_is_newest_first_says_that_it_is_simulated_and_can_be_one_persons(browser: AsyncClient) -> None:
    everyone = (await browser.get("/")).text
    one = (await browser.get("/", params={"to": "samuel@example.org"})).text

    assert "simulated" in everyone
    assert 0 < everyone.index("We have your request") < everyone.index("Your dates are confirmed")
    assert "We have your request" not in one
    assert 'href="/simulated/mailbox/mails/1"' in one


async def test_an_empty_mailbox_says_so(tmp_path: Path) -> None:
    async with AsyncClient(
        transport=ASGITransport(create_mailbox(tmp_path / "new.sqlite")), base_url="http://demo"
    ) as browser:
        assert "No mail yet" in (await browser.get("/")).text


async def test_a_mails_html_can_run_and_load_nothing(browser: AsyncClient) -> None:
    page, framed = await browser.get("/mails/1"), await browser.get("/mails/1/html")

    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert framed.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "See your trip" in framed.text


async def test_a_mails_calendar_can_be_taken_out(browser: AsyncClient) -> None:
    page = (await browser.get("/mails/1")).text
    address = page.split("/simulated/mailbox/mails/1/attachments/")[1].split('"')[0]

    taken = await browser.get(f"/mails/1/attachments/{address}")

    assert "leeward.ics" in page
    assert taken.headers["content-type"].startswith("text/calendar")
    assert b"METHOD:REQUEST" in taken.content


async def test_tests_read_the_mails_as_json(browser: AsyncClient) -> None:
    [found] = (await browser.get("/messages.json", params={"to": "SAMUEL@example.org"})).json()

    assert {key: found[key] for key in ("id", "to", "subject", "links", "attachments")} == {
        "id": 1,
        "to": "samuel@example.org",
        "subject": "Your dates are confirmed",
        "links": ["https://leeward.example/portal/cases/LW-7K3M-2QXD"],
        "attachments": [{"name": "leeward.ics", "media_type": "text/calendar"}],
    }
    assert "First visit: Tuesday 9 March 2027, 10:00 in Antigua" in found["text"]


@pytest.mark.parametrize(
    "path", ["/mails/99", "/mails/99/html", "/mails/99/source", "/mails/1/attachments/0", "/nothing"]
)
async def test_what_is_not_there_is_not_found(path: str, browser: AsyncClient) -> None:
    assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/mailbox.css", "/mails/1/source"])
async def test_the_rest_is_served_too(path: str, browser: AsyncClient) -> None:
    assert (await browser.get(path)).status_code == 200


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_server_without_tls_gets_no_mail_from_a_mailer_that_must_have_it(
    tls: Literal["starttls", "implicit"], tmp_path: Path
) -> None:
    kept = MailStore(tmp_path / "mailbox.sqlite")
    async with MailServer(kept, lambda: NOW).listening() as server:
        mailer = SmtpMailer(SmtpServer("127.0.0.1", server.port, tls=tls), greeting=timedelta(seconds=2))
        outcome = await mailer.send(mail("received"), yes)

    assert outcome.fate is Fate.NOT_NOW
    assert kept.newest() == []
