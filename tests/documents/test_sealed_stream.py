from collections.abc import Callable

import pytest

from booking.documents.sealed_stream import PIECE, SALT, TAG, seal_stream, unseal_stream
from booking.kit.seals import Tampered, new_key
from tests.documents.samples import stream

KEY = new_key()
SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 17]


async def sealed(plain: bytes, size: int = 5000) -> bytes:
    return b"".join([piece async for piece in seal_stream(KEY, stream(plain, size), b"here")])


async def unsealed(data: bytes, *, size: int = 7777, key: bytes = KEY, context: bytes = b"here") -> bytes:
    return b"".join([piece async for piece in unseal_stream(key, stream(data, size), context)])


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_sealed_comes_back_whatever_its_size(size: int) -> None:
    plain = bytes(n % 251 for n in range(size))
    data = await sealed(plain)

    pieces = max(1, -(-size // PIECE))
    assert (await unsealed(data), len(data)) == (plain, SALT + size + pieces * TAG)


async def test_two_seals_of_the_same_bytes_have_nothing_in_common() -> None:
    assert await sealed(b"the same") != await sealed(b"the same")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: SALT + PIECE + TAG],  # cut exactly between two pieces
        lambda data: data[:SALT],
        lambda _data: b"",
        lambda data: data + b"x",
        lambda data: bytes([data[0] ^ 1]) + data[1:],
        lambda data: data[:-40] + bytes([data[-40] ^ 1]) + data[-39:],
        lambda data: data[:SALT] + data[SALT + PIECE + TAG :],  # the first piece dropped
        lambda data: (
            data[:SALT]
            + data[SALT + PIECE + TAG : SALT + 2 * (PIECE + TAG)]
            + data[SALT : SALT + PIECE + TAG]
            + data[SALT + 2 * (PIECE + TAG) :]
        ),  # two pieces swapped
    ],
)
async def test_anything_changed_moved_or_cut_off_does_not_open(damage: Callable[[bytes], bytes]) -> None:
    data = await sealed(bytes(2 * PIECE + 100))

    with pytest.raises(Tampered):
        await unsealed(damage(data))


async def test_it_opens_with_its_own_key_and_in_its_own_place_only() -> None:
    data = await sealed(b"a record")

    with pytest.raises(Tampered):
        await unsealed(data, key=new_key())
    with pytest.raises(Tampered):
        await unsealed(data, context=b"elsewhere")
