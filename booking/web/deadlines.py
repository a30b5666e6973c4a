"""How long someone may take to say what they want: a request that drips in for ever would hold its connection for ever.

uvicorn has a deadline only between two requests. A proxy in front usually has more; the program does not count on one.
"""

import asyncio
from collections.abc import Awaitable
from time import monotonic
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from booking.kit.errors import Refusal
from booking.kit.words import _

HEAD_WITHIN: Final = 20.0  # seconds, from the connection or the request's first byte to the end of its headers
GRACE: Final = 30.0  # seconds that a body may take, however small it is
SLOWEST: Final = 2_000  # bytes a second: what a body's length adds to them; the worst mobile line is faster
WHOLE: Final = "leeward.whole"  # the server's word that the body came along with the headers


class TooSlow(Refusal):
    status = 408
    say = _("What you sent took too long to reach us. Please check your connection and send it again.")


class Deadlines:
    """Refuses a body that comes too slowly, and then closes the connection."""

    def __init__(self, app: ASGIApp, *, grace: float = GRACE, slowest: int = SLOWEST) -> None:
        self.app = app
        self.grace = grace
        self.slowest = slowest

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        timed = scope["type"] == "http" and WHOLE not in scope.get("extensions", {})
        return (self._timed if timed else self.app)(scope, receive, send)

    async def _timed(self, scope: Scope, receive: Receive, send: Send) -> None:
        until, more, slow = monotonic() + self.grace, True, False

        async def in_time() -> Message:
            nonlocal until, more, slow
            if not more:
                return await receive()  # of what comes after the body, the connection's end, which may take its time
            try:
                async with asyncio.timeout(until - monotonic()):
                    message = await receive()
            except TimeoutError:
                slow, more = True, False
                raise TooSlow from None
            until += len(message.get("body", b"")) / self.slowest
            more = message.get("more_body", False)
            return message

        async def closing(message: Message) -> None:
            if slow and message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self.app(scope, in_time, closing)


class Impatient(HttpToolsProtocol):
    """uvicorn's protocol, with a deadline for a request's headers. It tells of a request whether its body is whole before anyone asks."""

    head_within = HEAD_WITHIN
    _cut: asyncio.TimerHandle | None = None
    _in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # Nearly every request comes in one piece: it needs no timer.
        if self._in_head and self._cut is None:
            self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._wait_no_more()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.scope["extensions"] = {WHOLE: {}}

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._cut = self.loop.call_later(self.head_within, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._cut is not None:
            self._cut.cancel()
            self._cut = None
