"""A key of its own for every purpose, derived from the one signing secret."""

import hmac
from typing import Final

SECRET_MIN: Final = 32
"""Bytes of a secret that may sign: as many as the digest has (RFC 7518, section 3.2)."""

SALT: Final = b"todo-service"


def derive(secret: str, purpose: str) -> bytes:
    """32 bytes that only holders of the secret know, unrelated to the key of any other purpose.

    HKDF with SHA-256 (RFC 5869): extract with a fixed salt, one block of expansion with the purpose as ``info``.
    """
    extracted = hmac.digest(SALT, secret.encode(), "sha256")
    return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")
