"""Limits password attempts per account, per client network, and per account in a network that it has logged in from.

A network is any text that identifies where a request comes from; nothing is counted for an empty one.
Each network has three counts: of failures, which include registrations, of all attempts, and of registrations alone.
Keys in the storage are digests of addresses and networks. The number of counts is bounded: one is created only for an
attempt that has its turn at the password worker, and deleted soon after it has no effect any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from todo_core.model.attempts import AttemptPolicy, Attempts, ThrottlePolicy
from todo_core.ports.accounts import AccountsUnitOfWork, AttemptReads
from todo_core.runner import Runner
from todo_core.usecases.digests import Digests


class Blocked(Exception):
    """The attempt must wait for ``wait`` seconds, because of the count ``of``."""

    def __init__(self, wait: int, of: str) -> None:
        super().__init__(of)
        self.wait = wait
        self.of = of


@dataclass(frozen=True, slots=True)
class Count:
    """One count to which an attempt is charged.

    A count with ``blocks`` can reject attempts; charges to a ``final`` one are never refunded.
    """

    of: str
    key: bytes
    policy: AttemptPolicy
    blocks: bool = True
    final: bool = False

    def charge(self, attempts: Attempts, now: datetime) -> Attempts:
        """The count with one more attempt."""
        charged = attempts.charge(now, self.policy)
        return charged.settle(now, self.policy) if self.final else charged


Paid = Sequence[tuple[Count, Attempts]]
"""The counts to which an attempt was charged, after the charge."""


@dataclass(frozen=True, slots=True)
class Throttle:
    """The limits on one attempt from ``network`` to log in as ``email``, or to register if that is empty."""

    runner: Runner
    policy: ThrottlePolicy
    digests: Digests
    email: str
    network: str

    async def check(self) -> None:
        """Raises Blocked if the attempt must wait, before it takes a turn at the password worker."""
        reads = self.runner.store.accounts().attempts
        now = self.runner.clock.now()
        for count in await self._counts(reads, now):
            attempts = await reads.get(count.key)
            # ``charge`` shortens a block that exceeds the longest pause.
            if count.blocks and attempts and attempts.clamped(now, count.policy) is attempts:
                _raise_if_blocked(attempts.wait(now, count.policy), count)

    async def charge(self) -> Paid:
        """Counts the attempt in the storage, before it is made.

        Raises Blocked, without counting it.
        """
        if not self.email and not self._network_counts(blocks=True):
            return ()

        async def charge(tx: AccountsUnitOfWork) -> tuple[Paid, int]:
            now = self.runner.clock.now()
            charged: list[tuple[Count, Attempts]] = []
            for count in await self._counts(tx.attempts, now):
                attempts = (await tx.attempts.locked(count.key, now)).clamped(now, count.policy)
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
        _raise_if_blocked(wait, paid[0][0])
        return paid

    async def settle(self, paid: Paid) -> None:
        """After a wrong password: blocks further attempts on counts whose free attempts are used."""
        last = [count for count, attempts in paid if attempts.blocked_until and not count.final]

        async def settle(tx: AccountsUnitOfWork) -> None:
            now = self.runner.clock.now()
            for count in last:
                attempts = await tx.attempts.locked(count.key, now)
                await tx.attempts.update(count.key, attempts.settle(now, count.policy))

        if last:
            await self.runner.accounts(settle)

    async def refund(self, paid: Paid) -> None:
        """After a correct password: resets the count of the account, takes this attempt off that of the network."""

        async def refund(tx: AccountsUnitOfWork) -> None:
            for count in (count for count, _ in paid if not count.final):
                attempts = await tx.attempts.locked(count.key, self.runner.clock.now())
                if count.of == "place":
                    await tx.attempts.update(count.key, attempts.refund_one(count.policy))
                else:
                    await tx.attempts.update(count.key, attempts.refund())
                    await self.mark_known(tx)

        await self.runner.accounts(refund)

    async def mark_known(self, tx: AccountsUnitOfWork) -> None:
        """Marks the network as known to the account, without failures."""
        if self.network:
            now = self.runner.clock.now()
            await tx.attempts.locked(self._pair, now)
            await tx.attempts.update(self._pair, Attempts(since=now, kept_until=now + self.policy.known_for))

    async def reset(self, tx: AccountsUnitOfWork) -> None:
        """Clears the count of the account, and lets no network be known to it that was known before."""
        now = self.runner.clock.now()
        await tx.attempts.locked(self._account, now)
        await tx.attempts.update(self._account, Attempts(since=now, kept_until=now + self.policy.known_for))

    async def _counts(self, reads: AttemptReads, now: datetime) -> Sequence[Count]:
        """The counts that apply, in the order in which they are locked."""
        if not self.email:
            return self._network_counts(blocks=True)
        pair = await reads.get(self._pair) if self.network else None
        known = pair is not None and pair.known(now, await reads.get(self._account))
        of, key = ("known", self._pair) if known else ("account", self._account)
        return [Count(of, key, self.policy.account), *self._network_counts(blocks=not known)]

    def _network_counts(self, blocks: bool) -> Sequence[Count]:
        """The counts of the network, for all accounts."""
        registering = not self.email
        limits = (
            ("place", self.policy.network, registering),
            ("attempts", self.policy.attempts, True),
            ("registrations", self.policy.registrations if registering else None, True),
        )
        return [
            Count(of, self.digests.of(of, self.network), policy, blocks, final)
            for of, policy, final in limits
            if self.network and policy
        ]

    @property
    def _account(self) -> bytes:
        return self.digests.of("account", self.email)

    @property
    def _pair(self) -> bytes:
        return self.digests.of("known", self.network, self.email)


def _raise_if_blocked(wait: int, count: Count) -> None:
    if wait:
        raise Blocked(wait, count.of)
