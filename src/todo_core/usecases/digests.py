"""Keyed digests as database keys for values that must not be readable in the database."""

import hmac
from dataclasses import dataclass, field
from typing import Final

KEY_MIN: Final = 16


@dataclass(frozen=True, slots=True)
class Digests:
    """HMAC-SHA-256 with a key that is not in the storage. Raises ValueError if the key is too short."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < KEY_MIN:
            raise ValueError(f"the key of a digest has at least {KEY_MIN} bytes")

    def of(self, *parts: str) -> bytes:
        """The digest of the parts, 32 bytes. The first part names the purpose; parts must not contain NUL."""
        return hmac.digest(self.key, "\0".join(parts).encode(), "sha256")
