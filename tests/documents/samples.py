"""Small whole files of every kind that is taken, made here byte by byte."""

import struct
import zlib
from collections.abc import AsyncIterator

UID_EXPLICIT = b"1.2.840.10008.1.2.1\0"
UID_IMPLICIT = b"1.2.840.10008.1.2\0"
UID_JPEG = b"1.2.840.10008.1.2.4.50"


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg(scan: bytes = b"\x12\xff\x00\x34\xff\xd0\x56" * 40) -> bytes:
    thumbnail = b"\xff\xd8\xff\xd9"  # an end marker that is not the file's end
    app1 = b"\xff\xe1" + struct.pack(">H", 2 + len(thumbnail)) + thumbnail
    start_of_scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00"
    return b"\xff\xd8" + app1 + start_of_scan + scan + b"\xff\xff\xd9"


def pdf(*, encrypted: bool = False, filler: int = 0) -> bytes:
    trailer = b"trailer << /Size 1 " + (b"/Encrypt 5 0 R " if encrypted else b"") + b">>\n"
    return b"%PDF-1.7\n1 0 obj << >> endobj\n" + b"%" * filler + b"\n" + trailer + b"startxref\n9\n%%EOF\n"


def element(group: int, number: int, form: bytes, value: bytes) -> bytes:
    return struct.pack("<HH2sH", group, number, form, len(value)) + value


def dicom(syntax: bytes = UID_EXPLICIT, body: bytes | None = None) -> bytes:
    if body is None:
        body = element(0x0010, 0x0010, b"PN", b"DOE^JANE") + nested() + element(0x0020, 0x000D, b"UI", b"1.2.3\0") + b""
    return bytes(128) + b"DICM" + element(2, 0x10, b"UI", syntax) + body


def nested() -> bytes:
    """A sequence of undefined length, its one item too, with a known and an unknown element inside."""
    undefined = b"\xff\xff\xff\xff"
    item = b"\xfe\xff\x00\xe0" + undefined + element(8, 0x1150, b"UI", b"1.2\0")
    unknown = struct.pack("<HH2sH", 9, 0x1010, b"UN", 0) + undefined
    unknown += b"\xfe\xff\x00\xe0" + undefined + struct.pack("<HHI", 9, 1, 4) + b"abcd"
    unknown += b"\xfe\xff\x0d\xe0" + bytes(4) + b"\xfe\xff\xdd\xe0" + bytes(4)
    closing = b"\xfe\xff\x0d\xe0" + bytes(4) + b"\xfe\xff\xdd\xe0" + bytes(4)
    return struct.pack("<HH2sH", 8, 0x1140, b"SQ", 0) + undefined + item + unknown + closing


def implicit() -> bytes:
    return dicom(UID_IMPLICIT, struct.pack("<HHI", 0x10, 0x10, 4) + b"DOE ")


def encapsulated() -> bytes:
    pixels = struct.pack("<HH2sH", 0x7FE0, 0x10, b"OB", 0) + b"\xff\xff\xff\xff"
    fragments = b"\xfe\xff\x00\xe0" + bytes(4) + b"\xfe\xff\x00\xe0" + struct.pack("<I", 6) + b"\xff\xd8ab\xff\xd9"
    return dicom(UID_JPEG, pixels + fragments + b"\xfe\xff\xdd\xe0" + bytes(4))


async def stream(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]
