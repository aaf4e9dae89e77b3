"""How often somebody may guess: failed logins, counted for an address, and the pauses that follow."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptPolicy:
    """``free`` failures within ``window`` cost nothing; each further one costs a pause that doubles."""

    free: int = 5
    window: timedelta = timedelta(minutes=15)
    first_pause: timedelta = timedelta(minutes=1)
    longest_pause: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The failures since ``since``; an attempt that is still being checked counts as one until it succeeds."""

    failures: int = 0
    since: datetime
    blocked_until: datetime | None = None

    def wait(self, now: datetime, policy: AttemptPolicy) -> int:
        """Whole seconds until the next attempt may be made; 0 when it may be made now."""
        if self.blocked_until is None or self.blocked_until <= now:
            return 0
        return min(ceil((self.blocked_until - now).total_seconds()), int(policy.longest_pause.total_seconds()))

    def charge(self, now: datetime, policy: AttemptPolicy) -> "Attempts":
        """With one more attempt. From the last free one on, the next has to wait."""
        forgotten = now >= max(self.since + policy.window, self.blocked_until or self.since)
        failures = 1 if forgotten else self.failures + 1
        over = failures - policy.free
        blocked_until = None
        if over >= 0:
            pause = policy.first_pause * 2 ** min(over, 10)
            blocked_until = now + min(pause, policy.longest_pause)
        return Attempts(failures=failures, since=now if forgotten else self.since, blocked_until=blocked_until)

    def refund(self) -> "Attempts":
        """Without any failure: the right password was given."""
        return replace(self, failures=0, blocked_until=None)
