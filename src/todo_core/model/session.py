"""Login sessions, and the rotation of their refresh tokens (RFC 9700, section 4.14.2)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import islice

from todo_core.ids import SessionId, UserId
from todo_core.limits import CLIENT_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """Lifetimes of login sessions, and when a repeated refresh token is accepted.

    ``grace`` and ``replays`` limit the reuse of the previous token, by a second tab or after a lost response.
    """

    idle: timedelta = timedelta(days=14)
    absolute: timedelta = timedelta(days=30)
    grace: timedelta = timedelta(seconds=30)
    replays: int = 50


class RefreshOutcome(Enum):
    """The outcome of presenting a refresh token."""

    ROTATED = "rotated"
    REPEATED = "repeated"
    REUSED = "reused"
    EXPIRED = "expired"


def client_label(text: str) -> str:
    """The label of a login session: the first printable characters of the client's name for itself."""
    return "".join(islice(filter(str.isprintable, text), CLIENT_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSession:
    """One login of one user. ``generation`` is the number of the current refresh token.

    ``rotated_at`` is when its predecessor was first used, ``rotated_from`` a digest of the client network from which,
    ``replays`` how often it has been repeated since. ``confirmed`` is the newest generation whose access token is known
    to have been used.
    """

    id: SessionId
    user_id: UserId
    generation: int = 1
    created_at: datetime
    last_used_at: datetime
    rotated_at: datetime | None = None
    replays: int = 0
    client: str
    rotated_from: bytes | None = None
    confirmed: int = 0

    def expired(self, now: datetime, policy: SessionPolicy) -> bool:
        """True if the session is too old or has been unused for too long."""
        return now >= self.created_at + policy.absolute or now >= self.last_used_at + policy.idle

    def used(self, generation: int) -> "LoginSession":
        """The session after the access token of this generation has been used."""
        return replace(self, confirmed=max(self.confirmed, min(generation, self.generation)))

    def rotated_elsewhere(self, network: bytes | None) -> bool:
        """True if the last rotation is known to have come from another network."""
        return network is not None and self.rotated_from is not None and network != self.rotated_from

    def disclosed_last_use(self, now: datetime, policy: SessionPolicy) -> datetime:
        """When the session was last used, rounded down to the hour while the previous token may be accepted.

        The exact time would tell a thief when to use a copied token.
        """
        if now >= self.last_used_at + policy.grace:
            return self.last_used_at
        return max(self.created_at, self.last_used_at.replace(minute=0, second=0, microsecond=0))

    def refresh(
        self, generation: int, now: datetime, policy: SessionPolicy, network: bytes | None = None
    ) -> tuple[RefreshOutcome, "LoginSession"]:
        """The outcome of presenting the token of this generation, and the session afterwards.

        The predecessor of the current token is accepted for ``grace`` from its first use, at most ``replays`` times,
        until the access token issued with the current one has been used. Any other reuse means that the token was
        copied (RFC 9700, section 4.14.2).
        """
        if self.expired(now, policy):
            return RefreshOutcome.EXPIRED, self
        if generation == self.generation:
            rotated = replace(self, generation=generation + 1, rotated_at=now, rotated_from=network, replays=0)
            return RefreshOutcome.ROTATED, replace(rotated, last_used_at=max(now, self.last_used_at))
        unused = self.confirmed < self.generation
        excused = unused and self.rotated_at is not None and now < self.rotated_at + policy.grace
        if generation == self.generation - 1 and excused and self.replays < policy.replays:
            return RefreshOutcome.REPEATED, replace(self, replays=self.replays + 1)
        return RefreshOutcome.REUSED, self
