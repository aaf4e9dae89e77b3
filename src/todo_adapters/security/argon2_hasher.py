"""Password hashes with argon2id (RFC 9106), with the minimum parameters recommended by OWASP."""

import re
from contextlib import AbstractAsyncContextManager
from typing import Final

import argon2
from argon2.exceptions import HashingError, VerificationError, VerifyMismatchError

from todo_adapters.security.password_worker import SHARE_MAX, WAITING_MAX, PasswordWorker
from todo_core.errors import Unavailable
from todo_core.ports.security import HashingTurn

MEMORY_KIB: Final = 19_456
TIME_COST: Final = 2
PARALLELISM: Final = 1

ENCODED: Final = re.compile(
    r"\$argon2id\$v=19\$m=([0-9]{1,6}),t=([0-9]{1,2}),p=([0-9])\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+"
)
ENCODED_MAX: Final = 512

COST_MAX: Final = (256 * 1024, 10, 8)
"""Memory in KiB, passes and lanes. A stored hash beyond these is considered damaged and never computed."""


class Argon2Hasher:
    """Computes and compares hashes one at a time on a thread."""

    def __init__(
        self,
        *,
        memory_kib: int = MEMORY_KIB,
        time_cost: int = TIME_COST,
        parallelism: int = PARALLELISM,
        waiting_max: int = WAITING_MAX,
        share_max: int = SHARE_MAX,
    ) -> None:
        self._argon2 = argon2.PasswordHasher(time_cost, memory_kib, parallelism, hash_len=32, salt_len=16)
        # Compared with for unknown users; computed now, so that the first login takes no longer than others.
        self._unknown = self._hash("")
        self._worker = PasswordWorker(self._hash, self._matches, waiting_max, share_max)

    def turn(self, network: str = "") -> AbstractAsyncContextManager[HashingTurn]:
        return self._worker.turn(network)

    def outdated(self, stored: str) -> bool:
        return not _affordable(stored) or self._argon2.check_needs_rehash(stored)

    def numbers(self) -> dict[str, float]:
        return {"todo_hashes_waiting": self._worker.waiting, "todo_hashes_refused_total": self._worker.refused}

    def close(self) -> None:
        """Ends the thread after its current work."""
        self._worker.close()

    def _hash(self, password: str) -> str:
        try:
            return self._argon2.hash(_encoded(password))
        except HashingError:  # there is not enough memory
            raise Unavailable("Passwords cannot be hashed at the moment.") from None

    def _matches(self, stored: str | None, password: str) -> bool:
        if stored is None or not _affordable(stored):
            return self._unknown_user(password)
        try:
            return self._argon2.verify(stored, _encoded(password))
        except VerifyMismatchError:
            return False
        except VerificationError:
            return self._unknown_user(password)

    def _unknown_user(self, password: str) -> bool:
        """Returns False at the cost of a comparison. Raises Unavailable when memory is short."""
        try:
            self._argon2.verify(self._unknown, _encoded(password))
        except VerifyMismatchError:
            return False
        except VerificationError:
            raise Unavailable("Passwords cannot be compared at the moment.") from None
        return False


def _encoded(password: str) -> bytes:
    """Encodes as UTF-8, including unpaired surrogates, which are rejected elsewhere."""
    return password.encode("utf-8", "surrogatepass")


def _affordable(stored: str) -> bool:
    """True for a hash in our form, with parameters that one login may cost."""
    encoded = ENCODED.fullmatch(stored) if len(stored) <= ENCODED_MAX else None
    return encoded is not None and all(
        int(given) <= most for given, most in zip(encoded.groups(), COST_MAX, strict=True)
    )
