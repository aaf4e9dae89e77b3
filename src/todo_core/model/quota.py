"""Quotas: how much one account may store."""

from dataclasses import dataclass
from typing import Final

from todo_core.errors import LimitReached
from todo_core.limits import FEED_BYTES_MAX, LISTS_MAX, RECEIPTS_MAX, TASKS_MAX

MEGABYTE: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The limits of one account. ``feed_bytes`` limits the stored values of its changes."""

    tasks: int = TASKS_MAX
    lists: int = LISTS_MAX
    receipts: int = RECEIPTS_MAX
    feed_bytes: int = FEED_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Usage:
    """What an account stores, or what a unit of work adds."""

    tasks: int = 0
    lists: int = 0
    receipts: int = 0
    feed_bytes: int = 0

    def check(self, added: "Usage", quota: Quota) -> None:
        """Raises LimitReached if this exceeds the quota for something that the unit of work has added to."""
        if added.tasks > 0 and self.tasks > quota.tasks:
            raise LimitReached(f"An account may have at most {quota.tasks:,} tasks.")
        if added.lists > 0 and self.lists > quota.lists:
            raise LimitReached(f"An account may have at most {quota.lists:,} lists.")
        if added.feed_bytes > 0 and self.feed_bytes > quota.feed_bytes:
            raise LimitReached(f"The history of an account may have at most {quota.feed_bytes / MEGABYTE:,.0f} MB.")
        if added.receipts > 0 and self.receipts > quota.receipts:
            raise LimitReached(
                f"At most {quota.receipts:,} idempotency keys of an account are remembered at a time. Try again later."
            )
