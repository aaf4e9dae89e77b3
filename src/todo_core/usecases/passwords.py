"""Password checks: hashing in turns, with failures counted in the storage for all replicas."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeVar

from todo_core.errors import TooManyRequests
from todo_core.model.attempts import SETTLING, ThrottlePolicy
from todo_core.ports.security import PasswordHasher
from todo_core.runner import Runner
from todo_core.usecases.digests import Digests
from todo_core.usecases.throttle import Blocked, Throttle

T = TypeVar("T")

TRIES: Final = 20
PAUSE: Final = 0.05
"""How often, and after how many seconds, an attempt is repeated that another one in progress blocks."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check, with a new hash if the password is right and the stored hash outdated."""

    right: bool
    new_hash: str | None = None


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Compares and hashes passwords, subject to the limits on attempts."""

    runner: Runner
    hasher: PasswordHasher
    digests: Digests
    policy: ThrottlePolicy = ThrottlePolicy()

    async def check(self, email: str, stored: str | None, password: str, network: str) -> Checked:
        """Compares the password with the stored hash; ``None`` stands for an unknown account.

        The attempt is charged before the comparison and refunded if the password is right, so concurrent guesses cannot
        exceed the limit. Raises TooManyRequests.
        """
        throttle = self.throttle(email, network)
        return await self._patiently(lambda: self._attempt(throttle, stored, password))

    async def hash_new(self, password: str, network: str, permit: Callable[[], Awaitable[None]]) -> str:
        """The hash for a new account. Charged to the network as a failed login, without refund.

        ``permit`` is called after the charge and may raise an error that prevents the account. Raises TooManyRequests.
        """
        throttle = self.throttle("", network)

        async def attempt() -> str:
            await throttle.check()
            async with self.hasher.turn(network) as turn:
                await throttle.charge()
                await permit()
                return await turn.hash(password)

        return await self._patiently(attempt)

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Returns the result of the attempt. Raises TooManyRequests.

        An attempt that only others in progress may block is repeated for about a second, because those may succeed.
        """
        for tries in count(1):
            try:
                return await attempt()
            except Blocked as blocked:
                if tries == TRIES or blocked.wait > SETTLING.total_seconds():
                    self.runner.event_log.record("too_many_requests", of=blocked.of, wait=blocked.wait)
                    raise TooManyRequests(blocked.wait) from None
            await asyncio.sleep(PAUSE)
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, throttle: Throttle, stored: str | None, password: str) -> Checked:
        await throttle.check()
        async with self.hasher.turn(throttle.network) as turn:
            paid = await throttle.charge()
            right = await turn.matches(stored, password)
            outdated = right and stored is not None and self.hasher.outdated(stored)
            new_hash = await turn.hash(password) if outdated else None
        await (throttle.refund(paid) if right else throttle.settle(paid))
        return Checked(right, new_hash)

    def throttle(self, email: str, network: str) -> Throttle:
        """The counts for this email address and network."""
        return Throttle(self.runner, self.policy, self.digests, email, network)
