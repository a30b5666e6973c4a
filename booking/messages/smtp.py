"""The only speaker of SMTP (RFC 5321), on aiosmtplib."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

import aiosmtplib

from booking.kit.failpoints import failpoint
from booking.messages.mailer import Fate, LastWord, Mail, Outcome

READY_FOR_DATA: Final = 354
OK: Final = 250
PERMANENT: Final = 500


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. TLS is a must or is not spoken at all: nothing falls back to plain text by itself."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Literal["none", "starttls", "implicit"] = "starttls"


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Sends each mail on a connection of its own.

    `greeting` bounds everything up to the last word, `handover` everything after it, however slowly the server
    drips its answers.
    """

    server: SmtpServer
    greeting: timedelta = timedelta(seconds=20)
    handover: timedelta = timedelta(seconds=30)

    async def send(self, mail: Mail, last_word: LastWord) -> Outcome:
        try:
            async with asyncio.timeout(self.greeting.total_seconds()) as limit, self._connected(mail.sender) as client:
                refusal = await _address(client, mail)
                if refusal is not None:
                    return refusal
                if not await last_word():
                    return Outcome(Fate.WITHDRAWN)
                failpoint("message-before-data")
                limit.reschedule(asyncio.get_running_loop().time() + self.handover.total_seconds())
                return await _hand_over(client, mail.content)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as fault:
            # Nothing of the content's end had left: see _hand_over, which never raises after that.
            return Outcome(Fate.NOT_NOW, _said(fault))

    @asynccontextmanager
    async def _connected(self, sender: str) -> AsyncIterator[aiosmtplib.SMTP]:
        client = aiosmtplib.SMTP(
            hostname=self.server.host,
            port=self.server.port,
            use_tls=self.server.tls == "implicit",
            start_tls=self.server.tls == "starttls",
            username=self.server.user,
            password=self.server.password,
            # Given, so that no name is looked up for it: a slow resolver would hold every mail back.
            local_hostname=sender.rpartition("@")[2],
            timeout=self.greeting.total_seconds(),
        )
        try:
            await client.connect()
            yield client
        finally:
            _part(client)


def _part(client: aiosmtplib.SMTP) -> None:
    """Say goodbye and wait for no answer: what happened to the mail is known, and must be written down now."""
    if client.protocol is not None:
        with suppress(aiosmtplib.SMTPException):
            client.protocol.write(b"QUIT\r\n")
    client.close()


async def _address(client: aiosmtplib.SMTP, mail: Mail) -> Outcome | None:
    """MAIL and RCPT; None when the server is ready for content."""
    await client.ehlo()
    international = not mail.recipient.isascii()
    if international and not client.supports_extension("smtputf8"):
        return Outcome(Fate.REFUSED, "the server does not speak SMTPUTF8, which this address needs")
    options, encoding = (["SMTPUTF8"], "utf-8") if international else ([], "ascii")
    try:
        await client.mail(mail.sender, options=options, encoding=encoding)
        await client.rcpt(mail.recipient, encoding=encoding)
    except aiosmtplib.SMTPResponseException as refused:
        return _by_code(refused.code, refused.message)
    return None


async def _hand_over(client: aiosmtplib.SMTP, content: bytes) -> Outcome:
    """DATA. Until the content is written nothing was sent; from then on only the server knows, until it answers."""
    ready = await client.execute_command(b"DATA")
    if ready.code != READY_FOR_DATA:
        return _by_code(ready.code, ready.message)
    if client.protocol is None:
        return Outcome(Fate.NOT_NOW, "the server went away")
    client.protocol.write(_stuffed(content) + b".\r\n")
    failpoint("message-after-dot")
    try:
        answer = await client.protocol.read_response()
    except (aiosmtplib.SMTPException, OSError, asyncio.CancelledError) as fault:
        # Also when our own time limit cancels, or the worker is stopped: that it may have been sent must be recorded.
        return Outcome(Fate.UNKNOWN, _said(fault))
    if answer.code == OK:
        return Outcome(Fate.SENT, answer.message[:200])
    return _by_code(answer.code, answer.message)


def _stuffed(content: bytes) -> bytes:
    """Lines ended by CRLF, those that begin with a dot given another one (RFC 5321 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    stuffed = re.sub(rb"(?m)^\.", b"..", lines)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _by_code(code: int, message: str) -> Outcome:
    return Outcome(Fate.REFUSED if code >= PERMANENT else Fate.NOT_NOW, f"{code} {message}"[:200])


def _said(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {fault}"[:200]
