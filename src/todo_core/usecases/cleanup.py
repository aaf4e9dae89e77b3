"""Deletes expired receipts and counts of failed logins, what was in the trash for long, and old changes in feeds.

Correctness does not depend on it: expired rows are ignored. It works in pieces of bounded size, each in its own
transaction, so a failure affects only one piece.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

from todo_core.errors import NotFound, Unavailable
from todo_core.ids import UserId
from todo_core.model.write_options import RECEIPTS_KEPT
from todo_core.ports.accounts import FORGOTTEN_AT_ONCE, AccountsUnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.trash import purge_expired

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

PRUNED_AT_ONCE: Final = 500
"""Changes that one unit of work prunes, at most."""

PIECES_MAX: Final = 10_000
"""Units of work of one call of ``prune_feeds``, at most."""

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


async def prune_feeds(runner: Runner, before: datetime) -> bool:
    """Prunes the changes from before a time, of every owner who is not writing now. Raises Unavailable.

    Returns False if there is more to do than one call does.
    """
    left, after = PIECES_MAX, None
    while True:
        page = await runner.store.accounts().owners_to_prune(before, after, FORGOTTEN_AT_ONCE)
        for owner in page.items:
            left = await _prune(runner, owner, before, left)
        if page.next is None or not left:
            return left > 0
        after = page.next


async def _prune(runner: Runner, owner: UserId, before: datetime, most: int) -> int:
    """Prunes one feed in at most so many pieces. Returns how many of them were not needed."""

    async def piece(tx: AccountsUnitOfWork) -> int:
        return await tx.prune(owner, before, PRUNED_AT_ONCE)

    with suppress(Unavailable):  # somebody else may be pruning this feed; other owners have their turn in any case
        while most:
            most -= 1
            if await runner.accounts(piece) < PRUNED_AT_ONCE:
                break
    return most


async def _all_of(runner: Runner, piece: Piece) -> None:
    after: datetime | None = BEGINNING
    while after is not None:
        after = await runner.accounts(partial(piece, after))
