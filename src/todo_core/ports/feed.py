"""The storage of one owner's feed and receipts. Opened by ``Store``."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from todo_core.model.change import Change, FeedPage
from todo_core.model.kinds import Kind
from todo_core.model.write_options import Receipt
from todo_core.paging import Page


class ChangeReads(Protocol):
    """The owner's feed.

    Pruning it (``AccountsUnitOfWork.prune``) keeps the last change of each thing that exists, however old. So the value
    before a change that is kept can always be read, and what a receipt points to as long as the receipt is kept.
    """

    async def page(self, after: int | None, limit: int, entity: str | None = None) -> FeedPage:
        """At most ``limit`` changes after this number, in order; those of one kind if ``entity`` is given.

        None stands for the last number that has been pruned. A number once seen is never preceded later. The page ends
        with the change with which values reach PAGE_BYTES, so it may have fewer items than ``limit`` and be followed;
        it has at least one if there is any and ``limit`` is not 0. What it tells is durable when this returns.
        Raises NotFound if there is no account, OutcomeUnknown if that cannot be ensured.
        """

    async def at(self, seqs: Collection[int]) -> Mapping[int, Change]:
        """The changes with these numbers, as far as they are kept."""

    async def history(self, kind: Kind[Any], thing_id: UUID, first: int | None, limit: int) -> Page[Change, int]:
        """At most ``limit`` changes of a thing, the latest first, as far as they are kept; bounded by PAGE_BYTES.

        ``first`` is the number of the change to begin with, None for the latest. The position of the next page is the
        number of the change that it begins with. Raises NotFound unless the thing exists, perhaps in the trash.
        """


class ReceiptReads(Protocol):
    """The owner's receipts of idempotency keys."""

    async def get(self, key: str, since: datetime) -> Receipt | None:
        """The receipt of the write with this key at or after the moment, or None.

        The write is durable when this returns. Raises OutcomeUnknown if that cannot be ensured.
        """
