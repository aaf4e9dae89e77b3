"""Short binary records as text, authenticated with the signing secret."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import Final

from todo_adapters.security.signing_secrets import derive
from todo_core.errors import InvalidToken

DIGEST_SIZE: Final = 32


class SignedRecords:
    """Records of one kind and of one size in bytes.

    The text is a prefix, which names kind and version, and base64url without padding of the record and its
    HMAC-SHA256. All secrets are accepted, the first one signs.
    """

    def __init__(self, prefix: str, size: int, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ValueError("at least one secret is needed")
        self._prefix = prefix
        self._size = size
        self._keys = [derive(secret, f"seal {prefix}") for secret in secrets]
        self._length = len(self._text(bytes(size + DIGEST_SIZE)))

    def close(self, record: bytes) -> str:
        """The text of a record; always the same for the same record."""
        if len(record) != self._size:
            raise ValueError(f"a record of this kind has {self._size} bytes")
        return self._text(record + hmac.digest(self._keys[0], record, "sha256"))

    def open(self, text: str) -> bytes:
        """The record of a text. Raises InvalidToken unless ``close`` returned the text."""
        if len(text) != self._length or not text.isascii() or not text.startswith(self._prefix):
            raise InvalidToken
        try:
            # The decoder ignores characters outside its alphabet and unused bits; encoding the result again, below,
            # rejects other spellings.
            sealed = base64.urlsafe_b64decode(text[len(self._prefix) :] + "==")
        except binascii.Error:
            raise InvalidToken from None
        record, digest = sealed[: self._size], sealed[self._size :]
        known = any(hmac.compare_digest(hmac.digest(key, record, "sha256"), digest) for key in self._keys)
        if not known or self._text(sealed) != text:
            raise InvalidToken
        return record

    def _text(self, sealed: bytes) -> str:
        return self._prefix + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
