"""Password hashes by argon2id (RFC 9106), with the parameters that OWASP asks for at least."""

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

DEAREST: Final = (256 * 1024, 10, 8)
"""Memory in KiB, passes and lanes beyond which a stored hash is taken for damage or sabotage, and never run."""


class Argon2Hasher:
    """Hashes that carry their parameters, made and compared one at a time on a thread of their own."""

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
        # What unknown users are compared with. It is made before anybody asks: the first one must not wait longer.
        self._nobody = self._hash("")
        self._worker = PasswordWorker(self._hash, self._matches, waiting_max, share_max)

    def turn(self, network: str = "") -> AbstractAsyncContextManager[HashingTurn]:
        return self._worker.turn(network)

    def outdated(self, stored: str) -> bool:
        return not _bearable(stored) or self._argon2.check_needs_rehash(stored)

    def numbers(self) -> dict[str, float]:
        """What metrics tell."""
        return {
            "todo_hashes_waiting": self._worker.waiting,
            "todo_hashes_refused_total": self._worker.refused,
        }

    def close(self) -> None:
        """Lets the thread go when it has finished its work."""
        self._worker.close()

    def _hash(self, password: str) -> str:
        try:
            return self._argon2.hash(_octets(password))
        except HashingError:  # there is not enough memory
            raise Unavailable("No password can be hashed at this moment.") from None

    def _matches(self, stored: str | None, password: str) -> bool:
        if stored is None or not _bearable(stored):
            return self._like_nobody(password)
        try:
            return self._argon2.verify(stored, _octets(password))
        except VerifyMismatchError:
            return False
        except VerificationError:
            return self._like_nobody(password)

    def _like_nobody(self, password: str) -> bool:
        """Always False, at the cost of a comparison. Raises Unavailable when there is not enough memory for one."""
        try:
            self._argon2.verify(self._nobody, _octets(password))
        except VerifyMismatchError:
            return False
        except VerificationError:
            raise Unavailable("No password can be compared at this moment.") from None
        return False


def _octets(password: str) -> bytes:
    """UTF-8. Unpaired surrogates are refused long before; here they must only not be an error."""
    return password.encode("utf-8", "surrogatepass")


def _bearable(stored: str) -> bool:
    """Whether it looks like a hash of ours, at a price that one login may cost."""
    encoded = ENCODED.fullmatch(stored) if len(stored) <= ENCODED_MAX else None
    return encoded is not None and all(
        int(given) <= most for given, most in zip(encoded.groups(), DEAREST, strict=True)
    )
