"""From a message row to the bytes that go over the wire (RFC 5322, 2046, 6047)."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from typing import Any, Final

from booking.kit.words import SOURCE_LANGUAGE, direction, known_language, speaking
from booking.messages.claiming import Claimed
from booking.messages.facts import Kind, fitting
from booking.messages.mailer import Mail
from booking.messages.occasions import OCCASIONS
from booking.messages.wording import Form, environment, isolated, say_words

PRODUCT: Final = "Leeward"


class Composer:
    """Writes mails that come from `sender`, an address with or without a name, and link to the site at `public_url`."""

    def __init__(self, *, public_url: str, sender: str) -> None:
        self._public_url = public_url.rstrip("/")
        name, self._sender = parseaddr(sender)
        self._sender_name = name or PRODUCT
        self._domain = self._sender.rpartition("@")[2]

    def compose(self, message: Claimed, *, now: datetime) -> Mail:
        """The mail in the recipient's language. Anything wrong with it raises; nothing is sent half said."""
        spoken = known_language(message.language) or SOURCE_LANGUAGE
        with speaking(spoken):
            facts = self._told(message)
            template = f"messages/{message.occasion}.html"
            as_text = self._context("txt", message, facts, spoken)
            subject = _one_line(_render_block(template, "title", as_text))
            text = _render("txt", template, {**as_text, "subject": subject})
            html = _render("html", template, {**self._context("html", message, facts, spoken), "subject": subject})
        mail = EmailMessage(policy=SMTP if message.email.isascii() else SMTPUTF8)
        self._head(mail, message, facts, now)
        mail["Subject"] = subject
        _fill(mail, text, html, message.calendar)
        mail["Content-Language"] = spoken
        return Mail(self._sender, message.email, mail.as_bytes())

    def _context(self, form: Form, message: Claimed, facts: Mapping[str, Any], spoken: str) -> dict[str, Any]:
        """What the templates read. Who writes is the clinic; before there is a case, the product."""
        kinds = {name: fact.kind for name, fact in OCCASIONS[message.occasion].facts.items()}
        told = {name: _isolated(kinds[name], value, form) for name, value in facts.items()}
        return {
            **told,
            "clinic": {
                "name": told.get("clinic") or isolated(self._sender_name, form),
                "phone": told.get("clinic_phone"),
            },
            "name": isolated(message.name, form),
            "zone": message.zone,
            "language": spoken,
            "direction": direction(spoken),
        }

    def _head(self, mail: EmailMessage, message: Claimed, facts: Mapping[str, Any], now: datetime) -> None:
        mail["From"] = _address(facts.get("clinic", self._sender_name), self._sender)
        mail["To"] = _address(message.name, message.email)
        if facts.get("clinic_email"):
            mail["Reply-To"] = _address(facts["clinic"], facts["clinic_email"])
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{message.code.lower()}.{message.attempt}@{self._domain}>"
        # No machine is to answer this (RFC 3834); a person's answer goes to the clinic.
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"

    def _told(self, message: Claimed) -> dict[str, Any]:
        """The facts as templates want them: links whole, a clinic's words in the reader's language, absent ones None."""
        wanted = OCCASIONS[message.occasion].facts
        given = fitting(wanted, message.facts, message.occasion)
        if "clinic_phone" in given:
            # A number that is broken across two lines is hard to dial.
            given["clinic_phone"] = given["clinic_phone"].replace(" ", "\N{NO-BREAK SPACE}")
        return {name: self._tell(fact.kind, given.get(name)) for name, fact in wanted.items()}

    def _tell(self, kind: Kind, value: Any) -> Any:
        match kind:
            case _ if value is None:
                return None
            case Kind.LINK:
                return f"{self._public_url}{value}" if value.startswith("/") else value
            case Kind.TEXT:
                return say_words(value)
            case Kind.LINES:
                return [say_words(line) for line in value]
            case _:
                return value


def _isolated(kind: Kind, value: Any, form: Form) -> Any:
    """A name, an address or a telephone number in a mail of another direction keeps its own."""
    match kind:
        case Kind.TEXT if value is not None:
            return isolated(value, form)
        case Kind.LINES if value is not None:
            return [isolated(line, form) for line in value]
        case _:
            return value


def _render(form: Form, template: str, context: Mapping[str, Any]) -> str:
    written = environment(form)
    parts = written.get_template(f"messages/parts.{form}").module
    page = written.get_template(template).render(context, layout=f"messages/layout.{form}", parts=parts)
    return page if form == "html" else _tidy(page)


def _render_block(template: str, block: str, context: Mapping[str, Any]) -> str:
    found = environment("txt").get_template(template)
    return "".join(found.blocks[block](found.new_context(dict(context))))


def _tidy(text: str) -> str:
    """No trailing blanks, and never two empty lines together."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"


def _address(name: str, email: str) -> Address:
    # In two halves: given whole, a local part beyond ASCII is refused.
    local, _at, domain = email.rpartition("@")
    return Address(_one_line(name), username=local, domain=domain)


def _one_line(words: str) -> str:
    """For a header: a line break in a name must not begin another header."""
    return " ".join(words.split())


def _fill(mail: EmailMessage, text: str, html: str, calendar: str | None) -> None:
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    if calendar is not None:
        method = _method(calendar)
        # In the alternative for readers that put it in the calendar by themselves, attached for those that do not.
        mail.add_alternative(calendar, subtype="calendar", cte="base64", params={"method": method})
        mail.add_attachment(
            calendar, subtype="calendar", cte="base64", params={"method": method}, filename="leeward.ics"
        )


def _method(calendar: str) -> str:
    """The calendar's METHOD, which its MIME part must name too (RFC 6047 2.4)."""
    found = re.search(r"(?m)^METHOD:([A-Z]+)\r?$", calendar)
    if found is None:
        raise ValueError("a calendar that is mailed has a METHOD")
    return found.group(1)
