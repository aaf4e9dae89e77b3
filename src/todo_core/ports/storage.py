"""The storage port: who may open it, what a unit of work promises, and what each repository keeps.

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

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from todo_core.ids import SessionId, UserId
from todo_core.model.budget import Budget
from todo_core.model.change import Change, FeedPage
from todo_core.model.counts import Counts, Moments, TagUse
from todo_core.model.kinds import E, Entity, Form, Kind
from todo_core.model.task import Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.model.trash import Trashed, TrashPosition
from todo_core.model.write_options import Key, Receipt
from todo_core.paging import Page
from todo_core.ports.accounts import AccountsUnitOfWork, AccountsView
from todo_core.ports.runtime import IdSource

T = TypeVar("T")
E_co = TypeVar("E_co", bound=Entity, covariant=True)


class ThingReads(Protocol[E_co]):
    """Read access to the owner's things of one kind."""

    async def get(self, thing_id: UUID) -> E_co:
        """Raises NotFound."""

    async def get_as(self, thing_id: UUID, form: Form[T]) -> T:
        """The thing in this form. Raises NotFound."""

    async def page(self, after: UUID | None, limit: int) -> Page[E_co, UUID]:
        """At most ``limit`` things with greater ids, in the order of ids, which is that of creation.

        The page ends with the thing with which texts reach PAGE_BYTES, as pages of tasks do.
        """


class Things(ThingReads[E], Protocol[E]):
    """Write access to the owner's things of one kind. Writes take effect at ``commit``; own reads see them before.

    After any of them ``commit`` raises MovedOn if the stored thing is not as it was read, or if a thing to which one
    of its references points is gone, unless the next write removes it as well. Things that refer to a removed thing
    have to be removed before it.
    """

    async def load(self, ids: Collection[UUID]) -> Mapping[UUID, E]:
        """The things with these ids, as far as there are any. Reads them at once; ``get`` does not read them again."""

    def add(self, thing: E) -> None:
        """A new thing. Its id must be new, its revision 0. ``commit`` raises MovedOn if the id has come into use."""

    def update(self, thing: E) -> None:
        """Replaces the stored thing, which must have the ``revision`` of this one."""

    def remove(self, thing: E, root: UUID | None = None) -> None:
        """Moves the thing to the trash, together with the ``root`` whose deletion it is part of; its own if None."""

    def restore(self, thing: E) -> None:
        """Puts a thing from the trash back, as it is given."""

    def purge(self, thing: E) -> None:
        """Deletes a thing from the trash for good."""


class TaskReads(Protocol):
    """What only tasks have: pages, subtasks, tags and counts."""

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: Form[T]
    ) -> Page[T, TaskPosition]:
        """At most ``limit`` matching tasks after the position, in order, each in this form.

        The page ends with the task with which titles and descriptions reach PAGE_BYTES, so it may have fewer items
        than ``limit`` and still a next position; it has at least one if any task matches.
        """

    async def subtrees(self, ids: Collection[UUID], most: int) -> Sequence[Task]:
        """The tasks with these ids and everything below them, each once, parents before their subtasks.

        At most ``most``; ids without a task are left out.
        """

    async def tags(self) -> Page[TagUse, None]:
        """The tags of all tasks, ordered by folded name, as ``tag_uses`` defines them."""

    async def counts(self, moments: Moments) -> Counts:
        """The counts at these moments, as ``count`` defines them."""


class TrashReads(Protocol):
    """The owner's trash."""

    async def page(self, after: TrashPosition | None, limit: int) -> Page[Trashed, TrashPosition]:
        """At most ``limit`` deletions after the position, the latest first, bounded by PAGE_BYTES as other pages."""

    async def expired(self, before: datetime, limit: int) -> Sequence[Trashed]:
        """At most ``limit`` deletions from before a time, the earliest first."""

    async def things(self, roots: Collection[UUID], most: int) -> Sequence[tuple[Kind[Any], Any]]:
        """What went to the trash in these deletions, with its kinds; at most ``most`` things.

        They come in the order in which they can be put back, those of one deletion beginning with the deleted thing.
        Their revision is the number of their deletion. Deletions that are not there are left out.
        """


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
    def trash(self) -> TrashReads:
        """What was deleted. Shows what this unit of work has put into it."""

    @property
    def changes(self) -> ChangeReads:
        """The feed. Read it before the first write of this unit of work."""

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
