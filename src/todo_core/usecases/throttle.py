"""Limits password attempts per account, per client network, and per account in a network that it has logged in from.

A network is any text that identifies where a request comes from; nothing is counted for an empty one.
Each has two counts: of failures, which include registrations, and of attempts of every kind.
What is stored names neither an address nor a network. It is bounded: a count is made only for an attempt that has its
turn at the password worker, and is deleted soon after it has no effect any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from todo_core.model.attempts import SETTLING, AttemptPolicy, Attempts, ThrottlePolicy
from todo_core.ports.accounts import AccountsUnitOfWork, AttemptReads
from todo_core.runner import Runner
from todo_core.usecases.digests import Digests


class Blocked(Exception):
    """The next attempt has to wait so many seconds, and what for."""

    def __init__(self, wait: int, of: str) -> None:
        super().__init__(of)
        self.wait = wait
        self.of = of

    @property
    def settling(self) -> bool:
        """True when it may be only for another attempt that is being checked at this moment."""
        return self.wait <= SETTLING.total_seconds()


@dataclass(frozen=True, slots=True)
class Count:
    """One count that an attempt goes on; one that does not block is only charged.

    A count is final when no attempt on it is given back, whatever comes of it.
    """

    of: str
    key: bytes
    policy: AttemptPolicy
    blocks: bool = True
    final: bool = False

    def charge(self, attempts: Attempts, now: datetime) -> Attempts:
        """With one more attempt."""
        charged = attempts.charge(now, self.policy)
        return charged.settle(now, self.policy) if self.final else charged


Paid = Sequence[tuple[Count, Attempts]]
"""The counts that an attempt went on, as they were afterwards."""


@dataclass(frozen=True, slots=True)
class Throttle:
    """The counts of one attempt to give the password of ``email`` from ``network``; without an email, to register."""

    runner: Runner
    policy: ThrottlePolicy
    digests: Digests
    email: str
    network: str

    async def look(self) -> None:
        """Refuses an attempt that has to wait, before it takes a turn at the password worker. Raises Blocked."""
        reads = self.runner.store.accounts().attempts
        now = self.runner.clock.now()
        for count in await self._counts(reads, now):
            attempts = await reads.get(count.key)
            # A block that no rule gives is left to ``charge``, which shortens it.
            if count.blocks and attempts and attempts.credible(now, count.policy) is attempts:
                _check(attempts.wait(now, count.policy), count)

    async def charge(self) -> Paid:
        """Counts the attempt before it is made, together for all replicas.

        Raises Blocked, and then it counts nowhere.
        """
        if not self.email and not self._network_counts(blocks=True):
            return ()

        async def charge(tx: AccountsUnitOfWork) -> tuple[Paid, int]:
            now = self.runner.clock.now()
            charged: list[tuple[Count, Attempts]] = []
            for count in await self._counts(tx.attempts, now):
                attempts = (await tx.attempts.locked(count.key, now)).credible(now, count.policy)
                wait = attempts.wait(now, count.policy)
                if wait and count.blocks:
                    await tx.attempts.update(count.key, attempts)
                    return [(count, attempts)], wait
                if not wait:
                    charged.append((count, count.charge(attempts, now)))
            for count, attempts in charged:
                await tx.attempts.update(count.key, attempts)
            return charged, 0

        paid, wait = await self.runner.accounts(charge)
        _check(wait, paid[0][0])
        return paid

    async def settle(self, paid: Paid) -> None:
        """The password was wrong: from now on the next ones have to wait, where that was the last free attempt."""
        last = [count for count, attempts in paid if attempts.blocked_until and not count.final]

        async def settle(tx: AccountsUnitOfWork) -> None:
            now = self.runner.clock.now()
            for count in last:
                attempts = await tx.attempts.locked(count.key, now)
                await tx.attempts.update(count.key, attempts.settle(now, count.policy))

        if last:
            await self.runner.accounts(settle)

    async def refund(self, paid: Paid) -> None:
        """The password was right: nothing counts against the account any more, nor this attempt against the network."""

        async def refund(tx: AccountsUnitOfWork) -> None:
            for count in (count for count, _ in paid if not count.final):
                attempts = await tx.attempts.locked(count.key, self.runner.clock.now())
                if count.of == "place":
                    await tx.attempts.update(count.key, attempts.spare(count.policy))
                else:
                    await tx.attempts.update(count.key, attempts.refund())
                    await self.welcome(tx)

        await self.runner.accounts(refund)

    async def welcome(self, tx: AccountsUnitOfWork) -> None:
        """From now on the account is known in this network, with nothing against it."""
        if self.network:
            now = self.runner.clock.now()
            await tx.attempts.locked(self._pair, now)
            await tx.attempts.update(self._pair, Attempts(since=now, kept_until=now + self.policy.known_for))

    async def _counts(self, reads: AttemptReads, now: datetime) -> Sequence[Count]:
        """The counts that decide, in the one order in which everybody locks them."""
        if not self.email:
            return self._network_counts(blocks=True)
        pair = await reads.get(self._pair) if self.network else None
        known = pair is not None and pair.known(now)
        own = (
            Count("known", self._pair, self.policy.account)
            if known
            else Count("account", self.digests.of("account", self.email), self.policy.account)
        )
        return [own, *self._network_counts(blocks=not known)]

    def _network_counts(self, blocks: bool) -> Sequence[Count]:
        """The counts of the network, for all accounts."""
        failures, attempts = self.policy.network, self.policy.attempts
        if not self.network or failures is None or attempts is None:
            return ()
        return (
            Count("place", self.digests.of("place", self.network), failures, blocks, final=not self.email),
            Count("attempts", self.digests.of("attempts", self.network), attempts, blocks, final=True),
        )

    @property
    def _pair(self) -> bytes:
        return self.digests.of("known", self.network, self.email)


def _check(wait: int, count: Count) -> None:
    if wait:
        raise Blocked(wait, count.of)
