"""A login session: one device that stays logged in by trading refresh tokens, each of which works once."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import islice

from todo_core.ids import SessionId, UserId
from todo_core.limits import CLIENT_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """How long things last. ``grace`` excuses the parent of the newest token: two tabs, or a lost answer."""

    idle: timedelta = timedelta(days=14)
    absolute: timedelta = timedelta(days=30)
    grace: timedelta = timedelta(seconds=30)
    replays: int = 50


class Refresh(Enum):
    """What becomes of a login session when a refresh token is presented."""

    ROTATED = "rotated"
    REPEATED = "repeated"
    REUSED = "reused"
    EXPIRED = "expired"


def client_label(text: str) -> str:
    """What a client calls itself, as a label of its login session: the beginning of what can be printed."""
    return "".join(islice(filter(str.isprintable, text), CLIENT_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSession:
    """``generation`` is the number of the only refresh token that still works.

    ``rotated_at`` is when its parent was first used, ``rotated_from`` a digest of the network that this came from,
    ``replays`` how often the parent has come again since. ``confirmed`` is the newest generation of which the access
    token is known to have been used.
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
        """True when the session is too old, or too long unused, to be refreshed."""
        return now >= self.created_at + policy.absolute or now >= self.last_used_at + policy.idle

    def used(self, generation: int) -> "LoginSession":
        """After the access token of this generation has been used."""
        return replace(self, confirmed=max(self.confirmed, min(generation, self.generation)))

    def rotated_elsewhere(self, network: bytes | None) -> bool:
        """True when the last rotation is known to have come from another network than this one."""
        return network is not None and self.rotated_from is not None and network != self.rotated_from

    def last_use_told(self, now: datetime, policy: SessionPolicy) -> datetime:
        """When the session was last used: only to the hour while the parent of its token may still be excused.

        Otherwise a thief could see when the owner refreshes, and present a copy within that time.
        """
        if now >= self.last_used_at + policy.grace:
            return self.last_used_at
        return max(self.created_at, self.last_used_at.replace(minute=0, second=0, microsecond=0))

    def refresh(
        self, generation: int, now: datetime, policy: SessionPolicy, network: bytes | None = None
    ) -> tuple[Refresh, "LoginSession"]:
        """What presenting the token of this generation means, and the session afterwards.

        Only the immediate parent of the newest token is excused, only for a while from its first use, only until
        the access token that came with its child is used, and not without end; whatever else comes twice was
        copied (RFC 9700, section 4.14.2).
        """
        if self.expired(now, policy):
            return Refresh.EXPIRED, self
        if generation == self.generation:
            rotated = replace(
                self,
                generation=generation + 1,
                rotated_at=now,
                rotated_from=network,
                replays=0,
                last_used_at=max(now, self.last_used_at),
            )
            return Refresh.ROTATED, rotated
        unused = self.confirmed < self.generation
        excused = unused and self.rotated_at is not None and now < self.rotated_at + policy.grace
        if generation == self.generation - 1 and excused and self.replays < policy.replays:
            return Refresh.REPEATED, replace(self, replays=self.replays + 1)
        return Refresh.REUSED, self
