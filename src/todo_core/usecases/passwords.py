"""Checking a password that somebody gives: slow hashes in turn, and failures counted where all replicas see them."""

from dataclasses import dataclass
from hashlib import sha256

from todo_core.errors import Invalid, TooManyRequests, Violation
from todo_core.model.attempts import AttemptPolicy
from todo_core.model.password import readable
from todo_core.model.rules import Broken
from todo_core.ports.security import PasswordHasher
from todo_core.ports.storage import AccountsUnitOfWork
from todo_core.runner import Runner


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
    policy: AttemptPolicy = AttemptPolicy()

    async def check(self, email: str, stored: str | None, password: str) -> Checked:
        """Whether this is the password behind the stored hash; ``None`` stands for no such account.

        The attempt is counted before the comparison and taken back after a right one, so that no number of
        parallel guesses gets more than its share. Raises TooManyRequests, or Invalid for what is no text.
        """
        key = sha256(email.encode()).digest()
        await self._look(key)
        async with self.hasher.turn() as turn:
            await self._charge(key)
            right = await turn.matches(stored, password)
            outdated = right and stored is not None and self.hasher.outdated(stored)
            new_hash = await turn.hash(password) if outdated else None
        if right:
            await self._refund(key)
        return Checked(right, new_hash)

    async def _look(self, key: bytes) -> None:
        """Turns away whoever has to wait anyway, before they cost a place at the bench."""
        attempts = await self.runner.store.accounts().attempts.get(key)
        if attempts and (wait := attempts.wait(self.runner.clock.now(), self.policy)):
            raise TooManyRequests(wait)

    async def _charge(self, key: bytes) -> None:
        async def charge(tx: AccountsUnitOfWork) -> int:
            now = self.runner.clock.now()
            attempts = await tx.attempts.locked(key, now)
            if wait := attempts.wait(now, self.policy):
                return wait
            await tx.attempts.update(key, attempts.charge(now, self.policy))
            return 0

        if wait := await self.runner.accounts(charge):
            raise TooManyRequests(wait)

    async def _refund(self, key: bytes) -> None:
        async def refund(tx: AccountsUnitOfWork) -> None:
            attempts = await tx.attempts.locked(key, self.runner.clock.now())
            await tx.attempts.update(key, attempts.refund())

        await self.runner.accounts(refund)


def readable_password(field: str, text: str) -> str:
    """The normal form of a password to be checked. Raises Invalid for what no password can be."""
    try:
        return readable(text)
    except Broken as broken:
        raise Invalid([Violation(field, broken.code, broken.detail)]) from None
