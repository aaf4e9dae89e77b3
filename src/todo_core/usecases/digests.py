"""Digests under which things are stored that must not be named: useless to somebody who has only the database."""

import hmac
from dataclasses import dataclass, field
from typing import Final

KEY_MIN: Final = 16


@dataclass(frozen=True, slots=True)
class Digests:
    """Made with a key that is nowhere in the storage. Raises ValueError when that is too short."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < KEY_MIN:
            raise ValueError(f"the key of a digest has at least {KEY_MIN} bytes")

    def of(self, *parts: str) -> bytes:
        """32 bytes. The first part says what the others are; none of them contains NUL."""
        return hmac.digest(self.key, "\0".join(parts).encode(), "sha256")
