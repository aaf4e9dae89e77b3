"""Checking a password that somebody gives: slow hashes in turn, and failures counted where all replicas see them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeVar

from todo_core.errors import Invalid, TooManyRequests, Violation
from todo_core.model.attempts import ThrottlePolicy
from todo_core.model.password import readable
from todo_core.model.rules import Broken
from todo_core.ports.security import PasswordHasher
from todo_core.runner import Runner
from todo_core.usecases.digests import Digests
from todo_core.usecases.throttle import Blocked, Throttle

T = TypeVar("T")

TRIES: Final = 20
PAUSE: Final = 0.05
"""How often, and after how many seconds, whoever is held back by an attempt under way tries again."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome: whether the password is right, and its new hash when the stored one is out of date."""

    right: bool
    new_hash: str | None = None


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Compares passwords at the price of an attempt, whether or not there is such an account."""

    runner: Runner
    hasher: PasswordHasher
    digests: Digests
    policy: ThrottlePolicy = ThrottlePolicy()

    async def check(self, email: str, stored: str | None, password: str, network: str) -> Checked:
        """Whether this is the password behind the stored hash; ``None`` stands for no such account.

        The attempt is counted before the comparison and taken back after a right one, so that no number of
        parallel guesses gets more than its share. Raises TooManyRequests.
        """
        throttle = self.throttle(email, network)
        return await self._patiently(lambda: self._attempt(throttle, stored, password))

    async def hash_new(self, password: str, network: str, permit: Callable[[], Awaitable[None]]) -> str:
        """The hash for a new account. It costs the network as much as a failed login, which is never given back.

        ``permit`` is called once that is paid, and may raise what speaks against the account. Raises TooManyRequests.
        """
        throttle = self.throttle("", network)

        async def attempt() -> str:
            await throttle.look()
            async with self.hasher.turn(network) as turn:
                await throttle.charge()
                await permit()
                return await turn.hash(password)

        return await self._patiently(attempt)

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Returns what the attempt returns. Raises TooManyRequests.

        An attempt that is held back only by others that are still being checked is repeated for about a second
        instead of being refused: those others may turn out right.
        """
        for tries in count(1):
            try:
                return await attempt()
            except Blocked as blocked:
                if tries == TRIES or not blocked.settling:
                    self.runner.event_log.record("too_many_requests", of=blocked.of, wait=blocked.wait)
                    raise TooManyRequests(blocked.wait) from None
            await asyncio.sleep(PAUSE)
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(self, throttle: Throttle, stored: str | None, password: str) -> Checked:
        await throttle.look()
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


def readable_password(field: str, text: str) -> str:
    """The normal form of a password to be checked. Raises Invalid for what no password can be."""
    try:
        return readable(text)
    except Broken as broken:
        raise Invalid([Violation(field, broken.code, broken.detail)]) from None
