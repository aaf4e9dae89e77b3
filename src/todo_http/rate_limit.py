"""How many requests one user may make: a bucket of tokens for each, in the memory of this process alone.

Every replica and every worker counts for itself, so together they let through as many times more. It keeps a runaway
script from crowding out everybody else, and costs no storage; what guards passwords is counted in the storage.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

from todo_core.ids import UserId
from todo_http.answer import Field

BUCKETS_MAX: Final = 100_000
"""Users remembered at most; beyond that whoever has been silent the longest starts anew, with a full bucket."""

MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Share:
    """What is left to a user after a request; ``wait`` is 0 for a request that is let through."""

    left: int
    more_in: int
    wait: int


class RateLimit:
    """So many requests a minute for each user, at once or spread out."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._monotonic = monotonic
        self._buckets: OrderedDict[UserId, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, user: UserId) -> Share:
        """One request less for the user, if there is one left."""
        now = self._monotonic()
        self._forget(now)
        tokens, since = self._buckets.pop(user, (float(self.per_minute), now))
        tokens = min(self.per_minute, tokens + (now - since) * self.per_minute / MINUTE)
        let_through = tokens >= 1
        tokens -= let_through
        self._buckets[user] = tokens, now
        more_in = ceil((int(tokens) + 1 - tokens) * MINUTE / self.per_minute)
        return Share(int(tokens), more_in, 0 if let_through else more_in)

    def _forget(self, now: float) -> None:
        """Lets go of buckets that are full again by now, a few at a time: the oldest lie in front."""
        for _ in range(2):
            if not self._buckets:
                return
            oldest, (_, since) = next(iter(self._buckets.items()))
            if now - since < MINUTE and len(self._buckets) < BUCKETS_MAX:
                return
            del self._buckets[oldest]

    def fields(self, share: Share) -> tuple[Field, Field]:
        """What clients are told (draft-ietf-httpapi-ratelimit-headers): there is one more in ``t`` seconds."""
        return (
            (b"ratelimit-policy", b'"user";q=%d;w=%d' % (self.per_minute, MINUTE)),
            (b"ratelimit", b'"user";r=%d;t=%d' % (share.left, share.more_in)),
        )
