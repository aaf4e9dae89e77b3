"""Deleting what has expired: receipts of idempotency keys, and counts of failed logins.

Nothing relies on it, since what has expired is not used any more; it only keeps tables small. It works in pieces, each
a transaction of its own, so that neither the number of rows nor a failure in between can stop it for good.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from todo_core.model.intent import RECEIPTS_KEPT
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.runner import Runner

PIECE: Final = 1_000
"""Rows that one transaction looks at."""

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


async def forget_expired(runner: Runner, attempts_window: timedelta, now: datetime) -> None:
    """Deletes all that has expired, oldest first. Raises Unavailable; what was deleted by then stays deleted."""

    def receipts(tx: AccountsUnitOfWork, after: datetime) -> Awaitable[datetime | None]:
        return tx.forget_receipts(after, now - RECEIPTS_KEPT, PIECE)

    def attempts(tx: AccountsUnitOfWork, after: datetime) -> Awaitable[datetime | None]:
        return tx.attempts.forget(after, now - attempts_window, PIECE)

    for forget in (receipts, attempts):
        after: datetime | None = BEGINNING
        while after is not None:
            after = await _piece(runner, forget, after)


async def _piece(
    runner: Runner, forget: Callable[[AccountsUnitOfWork, datetime], Awaitable[datetime | None]], after: datetime
) -> datetime | None:
    return await runner.accounts(lambda tx: forget(tx, after))
