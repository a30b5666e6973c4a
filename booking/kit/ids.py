"""Public codes and secret tokens. Rows have bigint keys inside; these are what leaves the house."""

import hashlib
import secrets
from typing import Final

# Crockford's base 32: no I, L, O or U, so that a code can be read aloud over a bad line.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = [first + second for first in ALPHABET for second in ALPHABET]


def new_code() -> str:
    """An unguessable public code, `LW-7K3M-2QXD` (40 bits: unguessable behind a scope check)."""
    drawn = secrets.randbits(40)
    first, second, third, last = drawn >> 30, drawn >> 20 & 1023, drawn >> 10 & 1023, drawn & 1023
    return f"LW-{_PAIRS[first]}{_PAIRS[second]}-{_PAIRS[third]}{_PAIRS[last]}"


def new_token() -> str:
    """A 256-bit secret, safe in a URL. Only its hash is ever stored."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """BLAKE2b of a token: enough for 256 random bits, quick to make (each request of a partner's begins with it) and to look up."""
    return hashlib.blake2b(token.encode(), digest_size=32).digest()
