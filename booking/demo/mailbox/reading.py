"""What there is in a mail: its text, its HTML, its links, its attachments."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from html.parser import HTMLParser


@dataclass(frozen=True, slots=True)
class Attachment:
    """`number` counts the mail's leaf parts."""

    number: int
    name: str
    media_type: str
    content: bytes


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    return str(part.get_content()) if part is not None else ""


def attachments_of(mail: EmailMessage) -> list[Attachment]:
    """Everything that is neither the text nor the HTML; of a calendar that is there twice, the attached one."""
    leaves = [part for part in mail.walk() if not part.is_multipart()]
    return [
        Attachment(
            number,
            part.get_filename() or "attachment",
            part.get_content_type(),
            part.get_payload(decode=True) or b"",  # type: ignore[arg-type]  # a leaf decodes to bytes
        )
        for number, part in enumerate(leaves)
        if part.get_content_disposition() == "attachment"
    ]


def calendar_methods(mail: EmailMessage) -> list[str]:
    """The METHOD that each calendar part's own header names."""
    return [
        str(part.get_param("method"))
        for part in mail.walk()
        if part.get_content_type() == "text/calendar" and part.get_content_disposition() != "attachment"
    ]


def links_in(mail: EmailMessage) -> list[str]:
    """Every address that the mail links to, in order and once each."""
    found = _Links()
    found.feed(html_of(mail))
    written = re.findall(r"https?://[^\s<>()]+", text_of(mail))
    return list(dict.fromkeys([*found.addresses, *written]))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address and address.startswith(("http://", "https://")):
            self.addresses.append(address)
