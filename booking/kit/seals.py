"""Authenticated encryption and signatures, on `cryptography` and the standard library."""

import base64
import binascii
import hashlib
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12
_USUAL = bytes.maketrans(b"-_", b"+/")  # from the URL-safe alphabet
KEY = 32


class Tampered(ValueError):
    """The bytes were changed, or sealed with another key or for another place."""


def new_key() -> bytes:
    """A fresh AES-256 key."""
    return AESGCM.generate_key(bit_length=256)


@cache
def derive_key(secret: str, purpose: str) -> bytes:
    """A key for one purpose from the application's secret (HKDF-SHA256, RFC 5869). There are a handful of either in a process."""
    return HKDF(hashes.SHA256(), length=KEY, salt=None, info=purpose.encode()).derive(secret.encode())


def seal(key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """AES-256-GCM under a random nonce; `context` says what it is and must be said again to open it."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """What was sealed. Raises Tampered if anything about it differs."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], context)
    except (InvalidTag, ValueError) as fault:
        raise Tampered from fault


def sign(key: bytes, payload: bytes) -> str:
    """URL-safe text that carries the payload and a MAC over it."""
    mac = _mac(key, payload)
    return base64.urlsafe_b64encode(mac + payload).decode().rstrip("=")


def verify(key: bytes, signed: str) -> bytes:
    """The payload that `sign` wrapped. Raises Tampered."""
    try:
        text = signed.encode("ascii").translate(_USUAL) + b"=" * (-len(signed) % 4)
        raw = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as fault:
        raise Tampered from fault
    mac, payload = raw[:KEY], raw[KEY:]
    if not hmac.compare_digest(mac, _mac(key, payload)):
        raise Tampered
    return payload


def _mac(key: bytes, payload: bytes) -> bytes:
    """Keyed BLAKE2b (RFC 7693): every hold begins with one, and OpenSSL takes longer to find its HMAC than this takes."""
    return hashlib.blake2b(payload, digest_size=KEY, key=key).digest()
