"""Limits how many requests one user may make in a minute, in the memory of this process alone.

Each worker counts separately, so the effective limit grows with their number. It keeps a runaway script from crowding
out other users and needs no storage; attempts to guess passwords are counted in the storage.
"""

import time
from collections.abc import Callable
from math import ceil
from typing import Final, NamedTuple

from todo_http.kernel.responses import Field

USERS_MAX: Final = 100_000
"""Users remembered at most; beyond that the least recent ones get their full quota again."""

MINUTE: Final = 60.0
ROUNDING: Final = 1e-6
"""Tolerance for floating point errors, in seconds."""


class Share(NamedTuple):
    """The quota of a user after a request; ``wait`` is 0 if the request is accepted."""

    left: int
    more_in: int
    wait: int


class RateLimit:
    """So many requests a minute for each user, at once or spread out (the generic cell rate algorithm, ITU-T I.371).

    Kept for each user is the moment at which all of their requests are available again. Who has not asked for a minute
    has all of them, so those moments are kept in two halves, of which the older one is dropped every minute.
    """

    def __init__(self, per_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._interval = MINUTE / per_minute
        self._monotonic = monotonic
        self._full_at: dict[str, float] = {}
        self._older: dict[str, float] = {}
        self._renew_at = monotonic() + MINUTE
        self._policy: Field = (b"ratelimit-policy", b'"user";q=%d;w=%d' % (per_minute, MINUTE))

    def __len__(self) -> int:
        return len(self._full_at) + len(self._older)

    def take(self, user: str, requests: int = 1) -> Share:
        """Takes requests from the quota of the user if it suffices; at most the whole quota."""
        now = self._monotonic()
        if now >= self._renew_at or len(self._full_at) >= USERS_MAX // 2:
            self._renew(now)
        full_at = self._full_at.get(user) or self._older.pop(user, now)
        if full_at < now:
            full_at = now
        cost = self._interval if requests == 1 else min(requests, self._per_minute) * self._interval
        over = full_at + cost - now - MINUTE
        if over <= ROUNDING:
            full_at += cost
        self._full_at[user] = full_at
        available = (MINUTE - full_at + now) / self._interval + ROUNDING
        left = int(available)
        more_in = ceil((left + 1 - available) * self._interval) or 1
        return Share(left, more_in, ceil(over) if over > ROUNDING else 0)

    def fields(self, share: Share) -> tuple[Field, Field]:
        """The header fields (draft-ietf-httpapi-ratelimit-headers): one more request is available in ``t`` seconds."""
        return self._policy, (b"ratelimit", b'"user";r=%d;t=%d' % (share.left, share.more_in))

    def _renew(self, now: float) -> None:
        """Drops users without a request since the last renewal, a minute ago unless there are too many users."""
        self._older = self._full_at if now < self._renew_at + MINUTE else {}
        self._full_at = {}
        self._renew_at = now + MINUTE
