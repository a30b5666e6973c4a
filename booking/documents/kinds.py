"""What a file is, found in its content while it streams by, never in its name; and whether all of it came.

Each format is walked by a small generator that asks for the bytes it needs next. A walk that
ends has seen the file's own end; one that still wants bytes when there are none met a file cut short.
"""

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final

from booking.documents.refused import EmptyFile, FileCutShort, FileTooLarge, OfficeFile, PhotoFormat, WrongKind

MEGABYTE: Final = 1024 * 1024
LARGEST: Final = 50 * MEGABYTE
HEAD: Final = 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """What a whole file turned out to be. A PDF with a password is taken, and said."""

    media_type: str
    has_password: bool = False


@dataclass(frozen=True, slots=True)
class Take:
    """Exactly `count` bytes, please. With `may_end` the file may end before the first of them."""

    count: int
    may_end: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    count: int


@dataclass(frozen=True, slots=True)
class Past:
    """Everything up to and including the next `mark`."""

    mark: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whatever comes next; nothing when the file has ended."""


Wish = Take | Skip | Past | Chunk
Walk = Generator[Wish, bytes, Kind]


JPEG_FILL, JPEG_ENDS = 0xFF, 0xD9


def jpeg() -> Walk:
    """Segment by segment to the end-of-image marker (ITU T.81, annex B)."""
    yield Take(2)
    while True:
        yield Past(b"\xff")
        marker = JPEG_FILL
        while marker == JPEG_FILL:
            marker = (yield Take(1))[0]
        if marker == JPEG_ENDS:
            return Kind("image/jpeg")
        # Stuffed bytes, restarts and lone markers have no length; between scans nothing else is bare.
        if marker not in (0x00, 0x01, *range(0xD0, 0xD9)):
            yield Skip(int.from_bytes((yield Take(2))) - 2)


def png() -> Walk:
    """Chunk by chunk to IEND (W3C PNG, 5)."""
    yield Take(8)
    while True:
        header = yield Take(8)
        yield Skip(int.from_bytes(header[:4]) + 4)
        if header[4:] == b"IEND":
            return Kind("image/png")


def pdf() -> Walk:
    """To the end; a whole PDF closes with %%EOF (ISO 32000, 7.5.5). Some programs add a little after it."""
    tail, seam, has_password = b"", b"", False
    while chunk := (yield Chunk()):
        seam = seam[-64:] + chunk
        has_password = has_password or bool(re.search(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)", seam))
        tail = (tail + chunk)[-2 * HEAD :]
        seam = seam[-64:]
    if b"%%EOF" not in tail:
        raise FileCutShort
    return Kind("application/pdf", has_password)


IMPLICIT, DEFLATED, BIG_ENDIAN = b"1.2.840.10008.1.2", b"1.2.840.10008.1.2.1.99", b"1.2.840.10008.1.2.2"
LONG_FORMS: Final = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
UNDEFINED: Final = 0xFFFFFFFF
LONGEST_NAME: Final = 64  # of a transfer syntax (PS3.5, 9.1); a liar's length is not waited for
ITEM, ITEM_ENDS, SEQUENCE_ENDS = b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\xdd\xe0"


def dicom() -> Walk:
    """Element by element (DICOM PS3.5, 7; PS3.10, 7.1): whole if it ends between two, outside every sequence."""
    yield Skip(132)
    syntax = b""
    while (tag := (yield Take(4, may_end=True)))[:2] == b"\x02\x00":
        _form, length = yield from _explicit_header()
        if tag == b"\x02\x00\x10\x00" and length <= LONGEST_NAME:
            syntax = (yield Take(length)).rstrip(b"\0 ")
        else:
            yield Skip(length)
    if syntax not in {b"", DEFLATED, BIG_ENDIAN}:
        yield from _elements(tag, implicit=syntax == IMPLICIT)
    return Kind("application/dicom")


def _elements(tag: bytes, *, implicit: bool) -> Generator[Wish, bytes, None]:
    nested: list[bool] = []  # for each open sequence or item: does it hold implicit elements?
    while tag not in {b"", bytes(4)}:
        if tag in {ITEM_ENDS, SEQUENCE_ENDS}:
            yield Skip(4)
            del nested[-1:]
        else:
            inside_implicit = nested[-1] if nested else implicit
            form = b""
            if inside_implicit or tag == ITEM:
                length = int.from_bytes((yield Take(4)), "little")
            else:
                form, length = yield from _explicit_header()
            if length == UNDEFINED:
                # An unknown element of undefined length holds implicit ones (PS3.5, 6.2.2).
                nested.append(inside_implicit or form == b"UN")
            else:
                yield Skip(length)
        tag = yield Take(4, may_end=not nested)


def _explicit_header() -> Generator[Wish, bytes, tuple[bytes, int]]:
    header = yield Take(4)
    if header[:2] in LONG_FORMS:
        return header[:2], int.from_bytes((yield Take(4)), "little")
    return header[:2], int.from_bytes(header[2:], "little")


def walk_for(head: bytes) -> Callable[[], Walk]:
    """The walk for a file that begins like this.

    Raises:
        WrongKind: or a kind of it that says what to do, for what we do not take.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return jpeg
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return png
    if head[128:132] == b"DICM":
        return dicom
    # Strictly at the start, though readers look further: a web page with a PDF inside is not a PDF.
    if head.lstrip(b"\xef\xbb\xbf\0\t\r\n ").startswith(b"%PDF-"):
        return pdf
    if head[4:8] == b"ftyp" or head.startswith((b"II*\0", b"MM\0*", b"GIF8")) or head[8:12] == b"WEBP":
        raise PhotoFormat
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise OfficeFile
    raise WrongKind


class Inspection:
    """Watches a file stream by. Raises a refusal as soon as one is certain."""

    def __init__(self) -> None:
        self.size = 0
        self._held = bytearray()
        self._walk: Walk | None = None
        self._wish: Wish = Chunk()
        self._kind: Kind | None = None

    def see(self, chunk: bytes) -> None:
        """The next bytes.

        Raises:
            FileTooLarge: there are more than `LARGEST`.
            WrongKind: it does not begin like anything that we take.
        """
        self.size += len(chunk)
        if self.size > LARGEST:
            raise FileTooLarge(limit=LARGEST // MEGABYTE)
        if self._kind is not None:
            return
        self._held += chunk
        if self._walk is None and len(self._held) < HEAD:
            return
        self._begin()
        self._grant()

    def conclude(self) -> Kind:
        """What the file was, now that it has ended.

        Raises:
            EmptyFile: nothing came.
            FileCutShort: it ended before its own end.
            WrongKind: it is nothing that we take.
        """
        if not self.size:
            raise EmptyFile
        self._begin()
        self._grant()
        may_end = isinstance(self._wish, Chunk) or (isinstance(self._wish, Take) and self._wish.may_end)
        if self._kind is None and may_end and not self._held:
            self._answer(b"")
        if self._kind is None:
            raise FileCutShort
        return self._kind

    def _begin(self) -> None:
        if self._walk is None:
            self._walk = walk_for(bytes(self._held[:HEAD]))()
            self._wish = next(self._walk)

    def _grant(self) -> None:
        while self._kind is None and self._held:
            wish, held = self._wish, self._held
            if isinstance(wish, Take):
                if len(held) < wish.count:
                    return
                given = bytes(held[: wish.count])
                del held[: wish.count]
                self._answer(given)
            elif isinstance(wish, Skip) and wish.count > len(held):
                self._wish = Skip(wish.count - len(held))
                held.clear()
            elif isinstance(wish, Skip):
                del held[: wish.count]
                self._answer(b"")
            elif isinstance(wish, Past):
                found = held.find(wish.mark)
                del held[: found + len(wish.mark) if found >= 0 else len(held)]
                if found >= 0:
                    self._answer(b"")
            else:
                given = bytes(held)
                held.clear()
                self._answer(given)

    def _answer(self, given: bytes) -> None:
        assert self._walk is not None  # noqa: S101 -- only called once begun
        try:
            self._wish = self._walk.send(given)
            while isinstance(self._wish, Skip) and self._wish.count <= 0:
                self._wish = self._walk.send(b"")
        except StopIteration as end:
            self._kind = end.value
