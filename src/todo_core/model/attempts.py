"""Limits on password guesses and on new accounts: counts per account and per client network, and their pauses."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

SETTLING: Final = timedelta(seconds=5)
"""How long the last free attempt blocks further ones while it is being checked."""

ATTEMPTS_PER_FAILURE: Final = 10
"""The limit on all attempts of a network, as a multiple of its limit on failures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptPolicy:
    """``free`` failures within ``window`` have no effect; each further one causes a pause, which doubles."""

    free: int = 5
    window: timedelta = timedelta(minutes=15)
    first_pause: timedelta = timedelta(minutes=1)
    longest_pause: timedelta = timedelta(minutes=15)

    def pause(self, failures: int) -> timedelta | None:
        """The pause after this number of failures, None while they are free."""
        over = failures - self.free
        return min(self.first_pause * 2 ** min(over, 10), self.longest_pause) if over >= 0 else None


def per_minute(failures: int) -> AttemptPolicy:
    """A policy that allows this number of failures a minute, then none until a minute has passed."""
    return _at_most(failures, timedelta(minutes=1))


def per_hour(registrations: int) -> AttemptPolicy:
    """A policy that allows this number of registrations an hour, then none until an hour has passed."""
    return _at_most(registrations, timedelta(hours=1))


def _at_most(attempts: int, period: timedelta) -> AttemptPolicy:
    return AttemptPolicy(free=attempts, window=period, first_pause=period, longest_pause=period)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottlePolicy:
    """The limits of an account, of the failures of a network, and of the registrations from it (None: no limit).

    An account that logged in from a network within ``known_for`` is limited there by its failures there
    alone, so failures elsewhere cannot lock its owner out.
    """

    account: AttemptPolicy = AttemptPolicy()
    network: AttemptPolicy | None = per_minute(30)
    registrations: AttemptPolicy | None = per_hour(50)
    known_for: timedelta = timedelta(days=14)

    @property
    def attempts(self) -> AttemptPolicy | None:
        """Attempts of any kind from one network."""
        return replace(self.network, free=self.network.free * ATTEMPTS_PER_FAILURE) if self.network else None

    @property
    def window(self) -> timedelta:
        """The time after which a count that does not block has no effect."""
        return max(policy.window for policy in (self.account, self.network, self.registrations) if policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """A count of failures since ``since``. An attempt that is being checked counts as a failure until it succeeds.

    ``kept_until`` marks a network as known to an account until then, whether or not anything has failed. In the count
    of an account it is the time until which networks may be known from before its latest reset.
    """

    failures: int = 0
    since: datetime
    blocked_until: datetime | None = None
    kept_until: datetime | None = None

    def wait(self, now: datetime, policy: AttemptPolicy) -> int:
        """Whole seconds until the next attempt is allowed; 0 if it is allowed now."""
        if self.blocked_until is None or self.blocked_until <= now:
            return 0
        return min(ceil((self.blocked_until - now).total_seconds()), int(policy.longest_pause.total_seconds()))

    def clamped(self, now: datetime, policy: AttemptPolicy) -> "Attempts":
        """With the block limited to the longest pause; a longer one was caused by a wrong clock."""
        latest = now + policy.longest_pause
        too_long = self.blocked_until is not None and self.blocked_until > latest
        return replace(self, blocked_until=latest) if too_long else self

    def charge(self, now: datetime, policy: AttemptPolicy) -> "Attempts":
        """With one more attempt that is being checked. The last free one blocks others until it is settled."""
        forgotten = now >= max(self.since + policy.window, self.blocked_until or self.since)
        failures = 1 if forgotten else self.failures + 1
        blocked_until = now + SETTLING if policy.pause(failures) else None
        return replace(self, failures=failures, since=now if forgotten else self.since, blocked_until=blocked_until)

    def settle(self, now: datetime, policy: AttemptPolicy) -> "Attempts":
        """After a wrong password: blocks the next attempt once the free ones are used."""
        pause = policy.pause(self.failures)
        return replace(self, blocked_until=now + pause if pause else None)

    def refund(self) -> "Attempts":
        """After a correct password: without failures."""
        return replace(self, failures=0, blocked_until=None)

    def refund_one(self, policy: AttemptPolicy) -> "Attempts":
        """After a correct password that removes only its own attempt: earlier failures remain."""
        failures = max(0, self.failures - 1)
        return replace(self, failures=failures, blocked_until=self.blocked_until if failures >= policy.free else None)

    def known(self, now: datetime, account: "Attempts | None") -> bool:
        """True if the network is known to the account, and has been since the account was reset, if it was."""
        if self.kept_until is None or now >= self.kept_until:
            return False
        return account is None or account.kept_until is None or self.kept_until > account.kept_until
