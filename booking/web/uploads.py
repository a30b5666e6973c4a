"""Files as they arrive, one after the other and piece by piece: never a whole one in memory, never on disk unsealed."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from booking.documents.refused import UploadInterrupted
from booking.kit.errors import Refusal
from booking.kit.words import Text, _

# Several photos of one letter go together; each file has its own limit, where its content is checked.
LARGEST_FORM: Final = 210 * 1024 * 1024
SILENCE: Final = 60.0  # seconds without a byte

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

Keep = Callable[[str, AsyncIterator[bytes]], Awaitable[object]]

NOTHING_CHOSEN: Final = _("Please choose a file first.")
NAMED: Final = _("%(file)s: %(why)s")
AND: Final = _("%(one)s %(another)s")


class FormUnreadable(Refusal):
    status = 400
    say = _("We could not read what your browser sent. Please choose the file again.")


@dataclass(frozen=True, slots=True)
class _Begin:
    name: str


@dataclass(frozen=True, slots=True)
class _Data:
    piece: bytes


@dataclass(frozen=True, slots=True)
class _End:
    pass


_Event = _Begin | _Data | _End


async def keep_files(request: Request, keep: Keep) -> Text | None:
    """Give every file of the form to `keep(name, chunks)`; what to say of those that were refused, None if none was.

    A refused file is read to its end: a browser that is still sending would not see our answer.
    """
    parts = _Parts(request)
    said: Text | None = NOTHING_CHOSEN
    async for name in parts:
        said = None if said is NOTHING_CHOSEN else said
        try:
            await keep(name, parts.pieces())
        except Refusal as refusal:
            why = NAMED.with_facts(file=name, why=refusal.text)
            said = AND.with_facts(one=said, another=why) if said else why
        await parts.skip()
    return said


class _Parts:
    """The files of a multipart form, by name; `pieces` are those of the one that was named last."""

    def __init__(self, request: Request) -> None:
        self._stream = request.stream()
        self._events: deque[_Event] = deque()
        self._headers: dict[bytes, bytes] = {}
        self._field, self._value = b"", b""
        self._is_file = False
        self._inside = False
        self._parser = MultipartParser(_boundary(request), self._callbacks())

    def __aiter__(self) -> "_Parts":
        return self

    async def __anext__(self) -> str:
        while (event := await self._next()) is not None:
            if isinstance(event, _Begin):
                self._inside = True
                return event.name
        raise StopAsyncIteration

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes of this file. Raises UploadInterrupted if they stop before its end."""
        while self._inside:
            event = await self._next()
            if event is None:
                self._inside = False
                raise UploadInterrupted
            if isinstance(event, _Data):
                yield event.piece
            else:
                self._inside = False

    async def skip(self) -> None:
        """Read what is left of this file and forget it."""
        try:
            async for _piece in self.pieces():
                pass
        except UploadInterrupted:
            return

    async def _next(self) -> _Event | None:
        """The next event; None at the end, be it the form's own or the connection's."""
        while not self._events:
            try:
                chunk = await asyncio.wait_for(anext(self._stream, None), SILENCE)
            except (ClientDisconnect, TimeoutError):
                return None
            if chunk is None:
                return None
            try:
                self._parser.write(chunk)
            except FormParserError as fault:
                raise FormUnreadable from fault
        return self._events.popleft()

    def _callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
        }

    def _on_part_begin(self) -> None:
        self._headers, self._is_file = {}, False

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field, self._value = b"", b""

    def _on_headers_finished(self) -> None:
        _disposition, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        # Browsers write a quotation mark in a name as %22 (HTML, "multipart/form-data").
        name = options.get(b"filename", b"").decode(errors="replace").replace("%22", '"')
        # A browser sends a file without a name where none was chosen.
        self._is_file = bool(name)
        if self._is_file:
            self._events.append(_Begin(name))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._events.append(_Data(data[start:end]))

    def _on_part_end(self) -> None:
        if self._is_file:
            self._events.append(_End())


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise FormUnreadable
    return options[b"boundary"]
