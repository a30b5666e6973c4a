"""The SMTP server of the demo and the tests, with the faults that real ones show."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from booking.demo.mailbox.store import MailStore

LARGEST: Final = 30 * 1024 * 1024


class Fault(StrEnum):
    """How the server misbehaves until told otherwise."""

    NONE = "none"
    BUSY_AT_ONCE = "421 on connecting"
    GREYLISTED = "450 to the recipient"
    NO_SUCH_BOX = "550 to the recipient"
    REFUSED_AT_DATA = "451 to DATA"
    TOO_BIG = "552 after the content"
    SILENT_BEFORE_CONTENT = "no answer to DATA"
    SILENT_AFTER_CONTENT = "no answer after the final dot, the mail kept"
    GONE_AFTER_CONTENT = "connection closed after the final dot, the mail kept"
    DRIPPING = "one byte a second"


Clock = Callable[[], datetime]


class MailServer:
    """Keeps every mail for every recipient. `fault` may be set at any time, for all or for one recipient."""

    def __init__(self, store: MailStore, clock: Clock) -> None:
        self.fault = Fault.NONE
        self.fault_for: dict[str, Fault] = {}
        self.port = 0
        self._store = store
        self._clock = clock
        self._released = asyncio.Event()

    @asynccontextmanager
    async def listening(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["MailServer"]:
        """Serve until the block ends; port 0 takes a free one, which `port` then tells."""
        loop = asyncio.get_running_loop()
        lines: set[_Line] = set()
        serving = await loop.create_server(lambda: _Line(self, loop, lines), host, port)
        self.port = serving.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self._released.set()
            serving.close()
            for line in list(lines):
                line.hang_up()
            await serving.wait_closed()

    def fault_of(self, envelope: Envelope) -> Fault:
        return next((self.fault_for[to] for to in envelope.rcpt_tos if to in self.fault_for), self.fault)

    async def silence(self) -> None:
        """Say nothing until the server stops."""
        await self._released.wait()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        match self.fault_for.get(address, self.fault):
            case Fault.GREYLISTED:
                return "450 4.2.0 Greylisted, please try again later"
            case Fault.NO_SUCH_BOX:
                return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        fault = self.fault_of(envelope)
        if fault is Fault.TOO_BIG:
            return "552 5.3.4 Too much mail data"
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        for recipient in envelope.rcpt_tos:
            self._store.keep(recipient, content, now=self._clock())
        if fault is Fault.SILENT_AFTER_CONTENT:
            await self.silence()
        if fault is Fault.GONE_AFTER_CONTENT and server.transport is not None:
            server.transport.close()
        return "250 2.0.0 Kept"


class _Line(SMTP):
    """One connection."""

    def __init__(self, owner: MailServer, loop: asyncio.AbstractEventLoop, lines: set["_Line"]) -> None:
        super().__init__(owner, loop=loop, enable_SMTPUTF8=True, data_size_limit=LARGEST, ident="simulated mailbox")
        self._owner = owner
        self._lines = lines

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def connection_made(self, transport: Any) -> None:
        self._lines.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._lines.discard(self)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        if self._owner.fault is Fault.BUSY_AT_ONCE:
            await self.push("421 4.3.2 Too busy, please try again later")
            self.hang_up()
            return
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        if self.envelope is not None:
            match self._owner.fault_of(self.envelope):
                case Fault.SILENT_BEFORE_CONTENT:
                    await self._owner.silence()
                case Fault.REFUSED_AT_DATA:
                    await self.push("451 4.3.0 Not now")
                    return
        await super().smtp_DATA(arg)

    async def push(self, status: Any) -> None:
        if self._owner.fault is not Fault.DRIPPING or self._writer is None:
            await super().push(status)
            return
        said = status if isinstance(status, bytes) else f"{status}\r\n".encode()
        for byte in said:
            self._writer.write(bytes([byte]))
            await self._writer.drain()
            await asyncio.sleep(1)
