"""Public codes and secret tokens. Rows have bigint keys inside; these are what leaves the house."""

import base64
import hashlib
import secrets

# Crockford's base 32: no I, L, O or U, so that a code can be read aloud over a bad line.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_OURS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)  # from RFC 4648's base 32


def new_code() -> str:
    """An unguessable public code, `LW-7K3M-2QXD` (40 bits: unguessable behind a scope check)."""
    drawn = base64.b32encode(secrets.token_bytes(5)).decode().translate(_OURS)
    return f"LW-{drawn[:4]}-{drawn[4:]}"


def new_token() -> str:
    """A 256-bit secret, safe in a URL. Only its hash is ever stored."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """SHA-256 of a token: enough for 256 random bits, and quick to look up."""
    return hashlib.sha256(token.encode()).digest()
