"""Clock and random numbers: the only module that reads the system clock and the random source."""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

STEPS_PER_MILLISECOND: Final = 4096
NANOSECONDS_PER_MILLISECOND: Final = 1_000_000
READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class UuidSevens:
    """New UUIDv7 values (RFC 9562, section 5.7), each greater than all before it in this process.

    ``rand_a`` holds the fraction of the millisecond (section 6.2, method 3), so 60 bits of time come first. When
    the time has not advanced by a step since the last id, or was set back, the next step is used, so that the order
    does not depend on the clock. The other 62 bits are random.
    """

    def __init__(
        self, nanoseconds: Callable[[], int] = time.time_ns, random_bits: Callable[[int], int] = secrets.randbits
    ) -> None:
        self._nanoseconds = nanoseconds
        self._random_bits = random_bits
        self._step = 0
        self._turn = threading.Lock()

    def new(self) -> UUID:
        with self._turn:
            now = self._nanoseconds() * STEPS_PER_MILLISECOND // NANOSECONDS_PER_MILLISECOND
            step = self._step = max(now, self._step + 1)
        millisecond, fraction = divmod(step, STEPS_PER_MILLISECOND)
        return UUID(int=millisecond << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | self._random_bits(62))


def new_secret() -> str:
    """A signing secret: 384 random bits as 64 characters of base64url."""
    return secrets.token_urlsafe(48)


def new_password() -> str:
    """A password for people to copy: 99 random bits as 20 letters and digits that look different from each other."""
    groups = ("".join(secrets.choice(READABLE) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def new_epoch() -> UUID:
    """The epoch of feeds: 128 random bits."""
    return UUID(int=secrets.randbits(128))


def new_salt() -> bytes:
    """16 random bytes for one password hash."""
    return secrets.token_bytes(16)
