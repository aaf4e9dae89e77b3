"""Password hashes and tokens."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from todo_core.ids import SessionId, UserId


class HashingTurn(Protocol):
    """A turn at the password worker, held while ``PasswordHasher.turn`` is open."""

    async def hash(self, password: str) -> str:
        """A salted hash that contains its parameters."""

    async def matches(self, stored: str | None, password: str) -> bool:
        """True if the hash was made from this password.

        None stands for an unknown user: False, after the time of a real comparison. So is a corrupt or excessively
        expensive hash.
        """


class PasswordHasher(Protocol):
    """Hashes and compares passwords off the event loop, a bounded number at a time."""

    def turn(self, network: str = "") -> AbstractAsyncContextManager[HashingTurn]:
        """Waits for a turn at the password worker. Raises Unavailable at once if too many are waiting.

        ``network`` is the client network, which may use only a share of the queue; an empty one has no limit.
        Work that has started completes even if the caller is cancelled, and the turn lasts until then.
        """

    def outdated(self, stored: str) -> bool:
        """True if the hash was not made with the current parameters."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a valid access token. ``generation`` is that of its refresh token, 0 if absent."""

    user_id: UserId
    session_id: SessionId
    generation: int
    issued_at: datetime
    expires_at: datetime


class AccessTokens(Protocol):
    """Short-lived tokens that identify the caller and are verified without a query."""

    @property
    def lifetime(self) -> timedelta:
        """The validity of a new token, in whole seconds."""

    def issue(self, user_id: UserId, session_id: SessionId, generation: int, now: datetime) -> str:
        """A token for this login session, issued together with the refresh token of this generation."""

    def read(self, token: str, now: datetime) -> Claims:
        """Raises InvalidToken unless the token was issued by this service as an access token and is valid now."""


class RefreshTokens(Protocol):
    """Long-lived tokens of login sessions. A session and generation always give the same token."""

    def issue(self, session_id: SessionId, generation: int) -> str:
        """The token of this generation. It cannot be derived from stored data alone."""

    def read(self, token: str) -> tuple[SessionId, int]:
        """Raises InvalidToken unless the token was issued by this service. Does not query the storage."""


class RevokedSessions(Protocol):
    """Login sessions that have ended while access tokens of them may be unexpired."""

    def add(self, session_id: SessionId) -> None:
        """Adds the session, at least until its last access token has expired."""

    def __contains__(self, session_id: object) -> bool:
        """True if the session has ended. Reads only memory.

        Raises Unavailable if revocations by other processes cannot be read.
        """
