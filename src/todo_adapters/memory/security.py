"""Passwords, tokens, revoked sessions and an event log on the standard library, for scripts and tests.

With ``todo_adapters.security.refresh_tokens`` and ``todo_adapters.runtime`` they run the core in a bare interpreter.
"""

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from todo_adapters.runtime import new_salt
from todo_adapters.security.password_worker import SHARE_MAX, WAITING_MAX, PasswordWorker
from todo_adapters.security.signed_records import SignedRecords
from todo_core.errors import InvalidToken
from todo_core.ids import SessionId, UserId
from todo_core.ports.security import Claims, HashingTurn

COST: Final = 14
"""Binary logarithm of scrypt's ``n``: 16 MiB and about 40 ms with block size 8."""

BLOCK_SIZE: Final = 8
COST_MAX: Final = 18
"""The highest accepted cost of a stored hash: 256 MiB. Higher ones are treated as corrupt."""

ENCODED: Final = re.compile(r"\$scrypt\$ln=([0-9]{1,2}),r=8,p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})")

LEEWAY: Final = timedelta(seconds=10)


class ScryptHasher:
    """A PasswordHasher with scrypt (RFC 7914). ``cost`` is the binary logarithm of ``n``."""

    def __init__(self, *, cost: int = COST, waiting_max: int = WAITING_MAX, share_max: int = SHARE_MAX) -> None:
        self._cost = cost
        self._password_worker = PasswordWorker(self._hash, self._matches, waiting_max, share_max)

    def turn(self, network: str = "") -> AbstractAsyncContextManager[HashingTurn]:
        return self._password_worker.turn(network)

    def outdated(self, stored: str) -> bool:
        return not stored.startswith(f"$scrypt$ln={self._cost},")

    def close(self) -> None:
        """Stops the thread after its queued work."""
        self._password_worker.close()

    def _hash(self, password: str) -> str:
        salt = new_salt()
        digest = _scrypt(password, salt, self._cost)
        return f"$scrypt$ln={self._cost},r={BLOCK_SIZE},p=1${_plain(salt)}${_plain(digest)}"

    def _matches(self, stored: str | None, password: str) -> bool:
        encoded = ENCODED.fullmatch(stored) if stored else None
        if encoded is None or not 1 <= int(encoded[1]) <= COST_MAX:
            _scrypt(password, bytes(16), self._cost)
            return False
        salt = base64.b64decode(encoded[2] + "==")
        return hmac.compare_digest(_plain(_scrypt(password, salt, int(encoded[1]))), encoded[3])


def _scrypt(password: str, salt: bytes, cost: int) -> bytes:
    octets = password.encode("utf-8", "surrogatepass")
    room = 128 * BLOCK_SIZE * (2**cost + 3)
    return hashlib.scrypt(octets, salt=salt, n=2**cost, r=BLOCK_SIZE, p=1, maxmem=room, dklen=32)


def _plain(octets: bytes) -> str:
    return base64.b64encode(octets).rstrip(b"=").decode()


class OpaqueAccessTokens:
    """AccessTokens as signed records of user, session, generation and times, without a JWT library."""

    _RECORD: Final = struct.Struct(">16s16sIqq")

    def __init__(self, secrets: Sequence[str], lifetime: timedelta = timedelta(minutes=10)) -> None:
        self._lifetime = timedelta(seconds=int(lifetime.total_seconds()))
        self._records = SignedRecords("at2.", self._RECORD.size, secrets)

    @property
    def lifetime(self) -> timedelta:
        return self._lifetime

    def issue(self, user_id: UserId, session_id: SessionId, generation: int, now: datetime) -> str:
        issued_at = int(now.timestamp())
        expires_at = issued_at + int(self._lifetime.total_seconds())
        record = self._RECORD.pack(user_id.bytes, session_id.bytes, generation, issued_at, expires_at)
        return self._records.close(record)

    def read(self, token: str, now: datetime) -> Claims:
        user, session, generation, issued_at, expires_at = self._RECORD.unpack(self._records.open(token))
        issued, expires = datetime.fromtimestamp(issued_at, UTC), datetime.fromtimestamp(expires_at, UTC)
        if issued > now + LEEWAY or expires <= now or expires - issued > self._lifetime:
            raise InvalidToken
        return Claims(UserId(UUID(bytes=user)), SessionId(UUID(bytes=session)), generation, issued, expires)


class MemoryRevokedSessions(set[object]):
    """RevokedSessions of a single process. Never forgets one."""


class ListEventLog:
    """An EventLog that keeps its entries in a list."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, dict[str, object]]] = []

    def record(self, event: str, **facts: object) -> None:
        self.entries.append((event, facts))

    @property
    def events(self) -> list[str]:
        return [event for event, _ in self.entries]
