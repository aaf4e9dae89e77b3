"""Deleting what has expired: receipts of idempotency keys, and counts of failed logins.

Nothing relies on it, since what has expired is not used any more; it only keeps tables small. It works in pieces, each
a transaction of its own, so that neither the number of rows nor a failure in between can stop it for good. What is
deleted in the pieces before a failure stays deleted.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from todo_core.model.write_options import RECEIPTS_KEPT
from todo_core.ports.accounts import FORGOTTEN_AT_ONCE, AccountsUnitOfWork
from todo_core.runner import Runner

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

Piece = Callable[[AccountsUnitOfWork, datetime], Awaitable[datetime | None]]
"""Deletes the rows behind a moment, up to another one, which it returns; None at the end."""


async def forget_expired_receipts(runner: Runner, now: datetime) -> None:
    """Deletes the receipts that have expired, oldest first. Raises Unavailable."""
    await _all_of(runner, lambda tx, after: tx.forget_receipts(after, now - RECEIPTS_KEPT, FORGOTTEN_AT_ONCE))


async def forget_expired_attempts(runner: Runner, before: datetime) -> None:
    """Deletes the counts of failed logins that mean nothing any more, oldest first. Raises Unavailable."""
    await _all_of(runner, lambda tx, after: tx.attempts.forget(after, before, FORGOTTEN_AT_ONCE))


async def _all_of(runner: Runner, piece: Piece) -> None:
    after: datetime | None = BEGINNING
    while after is not None:
        after = await _one_of(runner, piece, after)


async def _one_of(runner: Runner, piece: Piece, after: datetime) -> datetime | None:
    return await runner.accounts(lambda tx: piece(tx, after))
