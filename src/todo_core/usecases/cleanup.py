"""Deletes expired receipts of idempotency keys, expired counts of failed logins, and what was in the trash for long.

Correctness does not depend on it: expired rows are ignored. It works in pieces of bounded size, each in its own
transaction, so a failure affects only one piece.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

from todo_core.errors import NotFound
from todo_core.model.write_options import RECEIPTS_KEPT
from todo_core.ports.accounts import FORGOTTEN_AT_ONCE, AccountsUnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.trash import purge_expired

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

Piece = Callable[[datetime, AccountsUnitOfWork], Awaitable[datetime | None]]
"""Deletes rows after a time, up to another one, which it returns, or None at the end."""


async def forget_expired_receipts(runner: Runner, now: datetime) -> None:
    """Deletes the receipts that have expired, oldest first. Raises Unavailable."""
    await _all_of(runner, lambda after, tx: tx.forget_receipts(after, now - RECEIPTS_KEPT, FORGOTTEN_AT_ONCE))


async def forget_expired_attempts(runner: Runner, before: datetime) -> None:
    """Deletes counts of failed logins that have no effect any more, oldest first. Raises Unavailable."""
    await _all_of(runner, lambda after, tx: tx.attempts.forget(after, before, FORGOTTEN_AT_ONCE))


async def purge_expired_trash(runner: Runner, before: datetime) -> None:
    """Deletes for good what was deleted before a time, as changes of its owners. Raises Unavailable and others."""
    purged = 1
    while purged:
        purged = 0
        for owner in await runner.store.accounts().owners_of_trash(before, FORGOTTEN_AT_ONCE):
            with suppress(NotFound):  # the account has been closed meanwhile
                purged += await runner.write(owner, purge_expired, before)


async def _all_of(runner: Runner, piece: Piece) -> None:
    after: datetime | None = BEGINNING
    while after is not None:
        after = await runner.accounts(partial(piece, after))
