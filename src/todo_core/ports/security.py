"""Passwords and tokens: what the domain asks of cryptography."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from todo_core.ids import SessionId, UserId


class HashingTurn(Protocol):
    """A turn at the password worker, held while ``PasswordHasher.turn`` is open."""

    async def hash(self, password: str) -> str:
        """A salted hash that carries its own parameters."""

    async def matches(self, stored: str | None, password: str) -> bool:
        """True when the hash was made from this password.

        None stands for an unknown user: it costs what a real comparison costs, and is False. A corrupt or
        absurdly expensive stored hash is False as well, within the usual time.
        """


class PasswordHasher(Protocol):
    """Slow hashes, a bounded number at a time, off the event loop."""

    def turn(self, network: str = "") -> AbstractAsyncContextManager[HashingTurn]:
        """Waits for a turn at the password worker. Raises Unavailable at once when too many are waiting.

        ``network`` is the client network: each may have only a share of the queue. An empty one has no limit.
        Work that has begun is finished even when the caller is cancelled, and the turn lasts until then.
        """

    def outdated(self, stored: str) -> bool:
        """True when the hash was made with other parameters than new ones are."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid access token says. ``generation`` is 0 when it does not say to which refresh token it belongs."""

    user_id: UserId
    session_id: SessionId
    generation: int
    issued_at: datetime
    expires_at: datetime


class AccessTokens(Protocol):
    """Short-lived proof of who is asking, which can be checked without looking anything up."""

    @property
    def lifetime(self) -> timedelta:
        """How long a new token is valid, in whole seconds."""

    def issue(self, user_id: UserId, session_id: SessionId, generation: int, now: datetime) -> str:
        """A token for this login session, given out together with the refresh token of this generation."""

    def read(self, token: str, now: datetime) -> Claims:
        """Raises InvalidToken unless it is one of ours, meant for this, and within its time."""


class RefreshTokens(Protocol):
    """Long-lived proof of a login session. The same session and generation always give the same token."""

    def issue(self, session_id: SessionId, generation: int) -> str:
        """The token of this generation. It cannot be made from anything that is stored."""

    def read(self, token: str) -> tuple[SessionId, int]:
        """Raises InvalidToken for whatever was not issued here, without looking anything up."""


class RevokedSessions(Protocol):
    """The login sessions that ended recently enough for an access token of theirs to be still within its time."""

    def add(self, session_id: SessionId) -> None:
        """From now on the session is in here, at least until its last access token has expired."""

    def __contains__(self, session_id: object) -> bool:
        """True when the session has ended; answered from memory.

        Raises Unavailable when it may have ended without this being known here.
        """
