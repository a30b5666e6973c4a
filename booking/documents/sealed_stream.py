"""Files sealed piece by piece, so that neither side ever holds a whole one in memory.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015), in the shape that age made known:

    salt (16 bytes)  then, for each 64 KiB of the file,  AES-256-GCM(piece)  (piece + 16 bytes)

- The file's own key is HKDF-SHA256(case key, salt, "leeward file 1" + context): no two files share one,
  so the nonces below never repeat under a key.
- The nonce is an 11-byte counter and one byte that is 1 for the last piece and 0 before it. Pieces that
  are swapped, dropped or repeated do not open, and neither does a file that was cut off.
- Every piece but the last is full; the last may be empty only if it is the only one.
"""

import os
from collections.abc import AsyncIterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from booking.kit.seals import KEY, Tampered

SALT: Final = 16
PIECE: Final = 64 * 1024
TAG: Final = 16


async def seal_stream(key: bytes, plain: AsyncIterator[bytes], context: bytes) -> AsyncIterator[bytes]:
    """The sealed form of a stream, whatever sizes its chunks come in."""
    salt = os.urandom(SALT)
    cipher = _file_cipher(key, salt, context)
    yield salt
    counter = 0
    async for piece, last in _pieces(plain, PIECE):
        yield cipher.encrypt(_nonce(counter, last=last), piece, None)
        counter += 1


async def unseal_stream(key: bytes, sealed: AsyncIterator[bytes], context: bytes) -> AsyncIterator[bytes]:
    """The stream that was sealed. Every byte that it yields was authenticated first.

    Raises:
        Tampered: a piece was changed, moved or cut off. What came before it was genuine.
    """
    cipher: AESGCM | None = None
    counter = 0
    async for piece, last in _pieces(sealed, PIECE + TAG, head=SALT):
        if cipher is None:
            cipher = _file_cipher(key, piece, context)
            continue
        try:
            yield cipher.decrypt(_nonce(counter, last=last), piece, None)
        except (InvalidTag, ValueError) as fault:
            raise Tampered from fault
        counter += 1
    if not counter:
        raise Tampered


def _file_cipher(key: bytes, salt: bytes, context: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), length=KEY, salt=salt, info=b"leeward file 1 " + context).derive(key))


def _nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11) + bytes([last])


async def _pieces(stream: AsyncIterator[bytes], size: int, head: int = 0) -> AsyncIterator[tuple[bytes, bool]]:
    """The stream again in pieces of `size`, each with whether it is the last; `head` bytes come first, if wanted."""
    held = bytearray()
    wanted = head or size
    async for chunk in stream:
        held += chunk
        # Strictly more: the piece that ends with the stream must be known as the last.
        while len(held) > wanted:
            yield bytes(held[:wanted]), False
            del held[:wanted]
            wanted = size
    yield bytes(held), True
