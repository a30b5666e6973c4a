import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from booking.demo.mailbox.reading import attachments_of, calendar_methods, html_of, links_in, text_of
from booking.messages.compose import Composer
from booking.messages.facts import WrongFacts
from booking.messages.occasions import OCCASIONS
from booking.messages.wording import TEMPLATES
from tests.messages.examples import CALENDAR, claimed

NOW = datetime(2027, 1, 12, 13, tzinfo=UTC)
COMPOSER = Composer(public_url="https://leeward.example/", sender="Leeward <care@leeward.example>")

# What would tell whoever sees the list of mails why someone goes to a clinic.
HEALTH = re.compile(
    r"stroke|stem|\bcells?\b|therap|treat|medic|doctor|patient|disease|rehab|ictus|derrame", re.IGNORECASE
)


def composed(occasion: str, **changed: object) -> EmailMessage:
    mail = COMPOSER.compose(claimed(occasion, **changed), now=NOW)
    parsed = message_from_bytes(mail.content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_every_occasion_has_a_template_and_every_template_an_occasion() -> None:
    written = {path.stem for path in (TEMPLATES / "messages").glob("*.html")} - {"layout", "parts"}

    assert written == set(OCCASIONS)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("occasion", OCCASIONS)
def test_every_occasion_says_the_same_as_html_and_as_text(occasion: str, language: str) -> None:
    mail = composed(occasion, language=language)

    html, text = html_of(mail), text_of(mail)
    link = (
        "https://leeward.example/sign-in/a-secret"
        if "secret_link" in OCCASIONS[occasion].facts
        else "https://leeward.example/portal/cases/LW-7K3M-2QXD"
    )
    assert set(links_in(mail)) == {link}
    assert link in text
    assert "Samuel Okafor" in html
    assert "Samuel Okafor" in text
    assert "None" not in text + html
    assert "**" not in text + html
    assert "<" not in text
    assert "{" not in text
    assert max(len(line) for line in text.splitlines()) <= max(100, len(link))
    assert f'lang="{language}"' in html


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("occasion", OCCASIONS)
def test_a_subject_is_short_and_says_nothing_about_health(occasion: str, language: str) -> None:
    subject = composed(occasion, language=language)["Subject"]

    assert 5 < len(subject) < 60
    assert not HEALTH.search(subject)


def test_a_mail_is_addressed_marked_as_automatic_and_answered_by_the_clinic() -> None:
    mail = composed("received", attempt=3)

    assert {name: str(mail[name]) for name in ("From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted")} == {
        "From": "Example Regenerative Centre <care@leeward.example>",
        "To": "Samuel Okafor <samuel@example.org>",
        "Reply-To": "Example Regenerative Centre <care@clinic.example>",
        "Date": "Tue, 12 Jan 2027 13:00:00 +0000",
        "Message-ID": "<lw-7k3m-2qxd.3@leeward.example>",
        "Auto-Submitted": "auto-generated",
    }
    assert mail["List-Unsubscribe"] is None


def test_the_facts_of_a_confirmation_are_told_in_clinic_time_first() -> None:
    text = text_of(composed("confirmed"))

    assert "Your stay: Tuesday 9 March 2027 to Tuesday 16 March 2027" in text
    assert "First visit: Tuesday 9 March 2027, 10:00 in Antigua (15:00 for you)" in text


def test_a_reader_on_the_other_side_of_midnight_is_told_their_own_day_too() -> None:
    text = text_of(composed("dates-held", zone="Asia/Tokyo"))

    assert "Held until: Tuesday 12 January 2027, 20:30 in Antigua (Wed 13 January, 09:30 for you)" in text


def test_a_reader_whose_clock_agrees_is_told_the_time_once() -> None:
    assert "10:00 in Antigua\r\n" in text_of(composed("confirmed", zone="America/Puerto_Rico"))


@pytest.mark.parametrize(
    ("occasion", "method"), [("confirmed", "REQUEST"), ("moved", "REQUEST"), ("cancelled", "CANCEL")]
)
def test_a_calendar_file_names_its_method_in_both_places(occasion: str, method: str) -> None:
    mail = composed(occasion, calendar=CALENDAR.format(method=method))

    assert calendar_methods(mail) == [method]
    [attached] = attachments_of(mail)
    assert (attached.name, attached.media_type) == ("leeward.ics", "text/calendar")
    assert f"METHOD:{method}".encode() in attached.content
    assert mail.get_content_type() == "multipart/mixed"


def test_a_calendar_without_a_method_is_not_mailed() -> None:
    with pytest.raises(ValueError, match="METHOD"):
        composed("confirmed", calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


def test_a_line_break_in_a_name_begins_no_header_and_markup_in_it_stays_words() -> None:
    mail = composed("received", name="Eve\r\nBcc: all@example.org <script>alert(1)</script>")

    assert mail["Bcc"] is None
    assert "<script>" not in html_of(mail)
    assert "Eve" in mail["To"]


def test_a_message_whose_facts_are_incomplete_is_not_written() -> None:
    with pytest.raises(WrongFacts, match="'link' is missing"):
        composed("received", facts={"clinic": "A", "clinic_email": "a@b.example", "clinic_phone": "1", "days": 3})


def test_a_clinics_own_words_come_in_the_readers_language() -> None:
    assert "Una copia de su pasaporte" in text_of(composed("documents-due", language="es"))
    assert "A copy of your passport" in text_of(composed("documents-due", language="fr"))


def test_a_reader_of_a_language_that_we_do_not_speak_gets_english() -> None:
    mail = composed("received", language="fr")

    assert mail["Content-Language"] == "en"


def test_a_number_or_a_name_keeps_its_direction_in_a_mail_that_runs_from_right_to_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("booking.kit.words.LANGUAGES", ("ar", "en"))

    mail, english = composed("pick-up-tomorrow", language="ar"), composed("pick-up-tomorrow")

    text, html = text_of(mail), html_of(mail)
    for kept in (
        "+1\N{NO-BREAK SPACE}268\N{NO-BREAK SPACE}555\N{NO-BREAK SPACE}0100",
        "Samuel Okafor",
        "Delroy, +1 268 555 0199",
    ):
        assert f"\N{FIRST STRONG ISOLATE}{kept}\N{POP DIRECTIONAL ISOLATE}" in text
        assert f"<bdi>{kept}</bdi>" in html
    assert 'dir="rtl"' in html
    assert "\N{FIRST STRONG ISOLATE}" not in str(mail["From"]) + html + text_of(english)


def test_an_address_beyond_ascii_is_written_as_it_is() -> None:
    mail = COMPOSER.compose(claimed("received", email="josé@ejemplo.example"), now=NOW)

    assert "josé@ejemplo.example".encode() in mail.content


def test_optional_facts_may_be_absent() -> None:
    bare = {
        name: fact
        for name, fact in claimed("pick-up-tomorrow").facts.items()
        if name not in {"pick_up", "place", "driver"}
    }

    assert "We do not know your flight yet" in text_of(composed("pick-up-tomorrow", facts=bare))


def test_templates_are_found_in_the_repository() -> None:
    assert Path(TEMPLATES, "messages", "layout.html").is_file()
