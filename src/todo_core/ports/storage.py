"""The storage port: who may open it, and what a unit of work promises. What each repository keeps: ``ports/things.py``.

``begin`` and ``view`` open the storage of one owner, from which no other owner's rows can be reached. ``accounts`` and
``begin_accounts`` are not limited to one owner (``ports/accounts.py``).

Promises of every adapter, proved by the contract suite:
- A unit of work takes effect as a whole at ``commit`` or not at all; leaving it otherwise undoes everything.
- An owner's writes are numbered 1, 2, 3 ... in the order in which they become visible, without gaps. The number is the
  ``revision`` of the thing written and the ``seq`` of the entry that every write adds to the owner's feed in the same
  transaction. A failed or undone write takes no number.
- No account gets more than the quota of the store allows: of counted things, of receipts, and of bytes in its feed,
  which are the values of its changes as the adapter stores them.
- What ``commit`` or a receipt acknowledges is durable, also after a failover. Other reads may show a write whose
  commit raised OutcomeUnknown, and which a failover can still undo.
- Values come back as they went in: to the microsecond, in UTC, code point for code point.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from todo_core.ids import SessionId, UserId
from todo_core.model.budget import Budget
from todo_core.model.change import Change
from todo_core.model.kinds import E, Kind
from todo_core.model.write_options import Key
from todo_core.ports.accounts import AccountsUnitOfWork, AccountsView
from todo_core.ports.feed import ChangeReads, ReceiptReads
from todo_core.ports.runtime import IdSource
from todo_core.ports.things import CompletionReads, TaskReads, ThingReads, Things, TrashReads


class View(Protocol):
    """Read access to the storage of one owner. Each call is one consistent read."""

    @property
    def owner(self) -> UserId:
        """The owner's id."""

    def of(self, kind: Kind[E]) -> ThingReads[E]:
        """The things of this kind."""

    @property
    def tasks(self) -> TaskReads:
        """What only tasks have."""

    @property
    def completions(self) -> CompletionReads:
        """What was done."""

    @property
    def trash(self) -> TrashReads:
        """What was deleted."""

    @property
    def changes(self) -> ChangeReads:
        """The feed."""

    @property
    def receipts(self) -> ReceiptReads:
        """Receipts of idempotency keys."""

    async def revision(self) -> int:
        """The number of the latest change, 0 before the first. Raises NotFound if there is no account."""

    async def zone(self) -> ZoneInfo:
        """The owner's time zone. Raises NotFound if there is no account."""


class UnitOfWork(Protocol):
    """Write access to the storage of one owner, with one fixed time for all writes."""

    @property
    def owner(self) -> UserId:
        """The owner's id."""

    @property
    def now(self) -> datetime:
        """The time of this unit of work."""

    @property
    def ids(self) -> IdSource:
        """The source of ids for new things."""

    @property
    def budget(self) -> Budget:
        """What cascades may still read, for use cases to keep to."""

    def of(self, kind: Kind[E]) -> Things[E]:
        """The things of this kind."""

    @property
    def tasks(self) -> TaskReads:
        """What only tasks have."""

    @property
    def completions(self) -> CompletionReads:
        """What was done."""

    @property
    def trash(self) -> TrashReads:
        """What was deleted. Shows what this unit of work has put into it."""

    @property
    def changes(self) -> ChangeReads:
        """The feed. Read it before the first write of this unit of work."""

    async def zone(self) -> ZoneInfo:
        """The owner's time zone. Raises NotFound if there is no account."""

    async def knows(self, thing_id: UUID) -> bool:
        """True if a thing of any kind has this id, in the trash or not."""

    async def lock(self) -> None:
        """Waits until no other unit of work of this owner can commit before this one. Raises NotFound.

        Call it before the first read: what is read afterwards cannot change before ``commit``.
        """


class CommittableUnit(UnitOfWork, Protocol):
    """A unit of work that can be committed."""

    @property
    def written(self) -> Sequence[tuple[Kind[Any], UUID]]:
        """The kinds and ids of the things written so far, once for each write, in order."""

    async def commit(self, key: Key | None = None, answer: str = "") -> Sequence[Change]:
        """Makes the writes permanent, even if the caller is cancelled. Returns their feed entries in order.

        With a key it stores ``answer`` as the receipt of the key in the same transaction. If the key already has a
        receipt it raises MovedOn, also if several commit at once; after ``lock`` it replaces a receipt older than
        RECEIPTS_KEPT. Without writes and key it only makes durable what was visible, as ``confirm`` does.

        Raises MovedOn, NotFound (also if there is no account; with a key perhaps MovedOn instead), LimitReached
        if a quota is exceeded (unless ``lock`` was called, perhaps MovedOn instead), OwnerBusy if the owner's other
        writes take too long, Contention, Unavailable, OutcomeUnknown.
        """

    async def dry_run(self) -> Sequence[Change]:
        """Returns or raises what ``commit`` would, without any effect."""


class Store(Protocol):
    """Opens storage. Safe to use from many tasks of one event loop at once."""

    def view(self, owner: UserId) -> View:
        """Read access to the owner's storage. Nothing is held open."""

    def begin(
        self,
        owner: UserId,
        now: datetime,
        ids: IdSource,
        *,
        exclusive: bool = False,
        session: SessionId | None = None,
    ) -> AbstractAsyncContextManager[CommittableUnit]:
        """Write access to the owner's storage; ``exclusive`` means that ``lock`` has been called.

        ``session`` is the login session that writes, for the feed.
        """

    def accounts(self) -> AccountsView:
        """Read access to the accounts."""

    def begin_accounts(self) -> AbstractAsyncContextManager[AccountsUnitOfWork]:
        """Write access to the accounts."""

    async def confirm(self) -> None:
        """Waits until everything that is visible now is durable. Raises Unavailable, OutcomeUnknown."""

    async def ping(self) -> None:
        """Raises Unavailable unless the storage answers now."""

    async def cautions(self) -> Sequence[str]:
        """What in the setup of this storage could lose acknowledged writes or reject some, for its operator."""
