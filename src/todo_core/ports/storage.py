"""The storage port: how storage is opened, and what units of work and repositories guarantee.

``begin`` and ``view`` open the storage of one owner: nothing that they return can reach the rows of another owner, so
no call takes an owner. ``accounts`` and ``begin_accounts`` open the accounts of all users (``ports/accounts.py``), for
what happens before a user is authenticated.

Guarantees of every adapter, proved by the contract suite:
- A unit of work takes effect as a whole at ``commit`` or not at all; leaving it otherwise undoes everything.
- An owner's writes are numbered 1, 2, 3 ... in the order in which they become visible, without gaps. The
  number is the ``revision`` of the thing written and the ``seq`` of the entry that the adapter appends to
  the owner's feed in the same transaction, for every write, through whichever repository it came.
- A write that fails or is undone takes no number.
- No account gets more than the quota of the store allows: of counted things, of receipts, and of bytes in its feed,
  which are the values of its changes as the adapter stores them.
- What ``commit`` or a receipt acknowledges is durable, also after a failover. Other reads may show a write whose
  commit raised OutcomeUnknown, and which a failover can still undo.
- Values come back as they went in: to the microsecond, in UTC, code point for code point.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from todo_core.ids import UserId
from todo_core.model.change import Change
from todo_core.model.kinds import E, Entity, Form, Kind
from todo_core.model.task_filter import TaskFilter, TaskPosition, TaskSort
from todo_core.model.write_options import Key, Receipt
from todo_core.paging import Page
from todo_core.ports.accounts import AccountsUnitOfWork, AccountsView
from todo_core.ports.runtime import IdSource

T = TypeVar("T")
E_co = TypeVar("E_co", bound=Entity, covariant=True)


class ThingReads(Protocol[E_co]):
    """Reads the owner's things of one kind."""

    async def get(self, thing_id: UUID) -> E_co:
        """Raises NotFound."""

    async def get_as(self, thing_id: UUID, form: Form[T]) -> T:
        """Returns the thing in this form. Raises NotFound."""

    async def page(self, after: UUID | None, limit: int) -> Page[E_co, UUID]:
        """Returns at most ``limit`` things with greater ids, in the order of ids, which is that of creation."""


class Things(ThingReads[E], Protocol[E]):
    """Reads and changes the owner's things of one kind. Writes are collected and take effect at ``commit``.

    Reads of the same unit of work see them.
    """

    def add(self, thing: E) -> None:
        """Adds a new thing. Its id must be new and its revision 0."""

    def update(self, thing: E) -> None:
        """Replaces a thing. Its ``revision`` must be the one that was read.

        ``commit`` raises MovedOn when the stored thing has another revision or is gone.
        """

    async def remove(self, thing_id: UUID, revision: int | None = None) -> None:
        """Deletes the thing. ``commit`` raises NotFound when the owner has none.

        With a revision it raises MovedOn, also then, when the stored thing has another one.
        """


class TaskPages(Protocol):
    """Pages of the owner's tasks by any filter, in any order."""

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: Form[T]
    ) -> Page[T, TaskPosition]:
        """Returns at most ``limit`` tasks that match, in order, from behind the position on, each in this form.

        The page ends with the task with which titles and descriptions reach PAGE_BYTES, so it may have fewer items
        than ``limit`` and still a next position; it has at least one if any task matches.
        """


class ChangeReads(Protocol):
    """Reads the owner's feed."""

    async def after(self, seq: int, limit: int) -> Sequence[Change]:
        """Returns at most ``limit`` changes with greater numbers, in order. No smaller number appears later."""

    async def at(self, seqs: Collection[int]) -> Mapping[int, Change]:
        """Returns those changes with these numbers that exist."""


class ReceiptReads(Protocol):
    """Reads the receipts of the owner's idempotency keys."""

    async def get(self, key: str, since: datetime) -> Receipt | None:
        """Returns the receipt of the write that happened under this key at or after the moment, or None.

        The write is durable when this returns. Raises OutcomeUnknown when that is not certain.
        """


class View(Protocol):
    """Reads the storage of one owner. Each call is consistent in itself; two calls may see different states."""

    @property
    def owner(self) -> UserId:
        """The owner."""

    def of(self, kind: Kind[E]) -> ThingReads[E]:
        """The owner's things of this kind."""

    @property
    def tasks(self) -> TaskPages:
        """Pages of the owner's tasks."""

    @property
    def changes(self) -> ChangeReads:
        """The owner's feed."""

    @property
    def receipts(self) -> ReceiptReads:
        """The owner's receipts."""

    async def revision(self) -> int:
        """Returns the number of the latest change, 0 before the first. Raises NotFound if there is no account."""

    async def zone(self) -> ZoneInfo:
        """Returns the owner's time zone. Raises NotFound if there is no account."""


class UnitOfWork(Protocol):
    """Reads and changes the storage of one owner, at one fixed time."""

    @property
    def owner(self) -> UserId:
        """The owner."""

    @property
    def now(self) -> datetime:
        """The time of this unit of work."""

    @property
    def ids(self) -> IdSource:
        """The source of ids for new things."""

    def of(self, kind: Kind[E]) -> Things[E]:
        """The owner's things of this kind."""

    @property
    def tasks(self) -> TaskPages:
        """Pages of the owner's tasks."""

    async def lock(self) -> None:
        """Waits until no other unit of work of this owner can commit before this one.

        For rules across rows: what is read afterwards cannot have changed at ``commit``. Call it before the
        first read. Raises NotFound if there is no account.
        """


class CommittableUnit(UnitOfWork, Protocol):
    """A unit of work as the runner sees it, which ends it."""

    @property
    def written(self) -> Sequence[UUID]:
        """The ids of the things written so far, once for each write, in order."""

    async def commit(self, key: Key | None = None, answer: str = "") -> Sequence[Change]:
        """Makes the collected writes permanent and returns the feed entries that they caused, in order.

        With a key it claims it and keeps ``answer`` as its receipt in the same transaction. When the key has a
        receipt already it raises MovedOn and nothing happens, however many commit at the same moment; but after
        ``lock`` a receipt that is older than RECEIPTS_KEPT is replaced.

        Raises MovedOn, NotFound (also when the account is gone; with a key MovedOn may stand for it), LimitReached
        when a quota is exceeded (unless ``lock`` was called, MovedOn may stand for it), OwnerBusy when the owner's
        other writes take too long, Contention, Unavailable, OutcomeUnknown. Once begun it is not undone by cancelling
        the caller.
        With nothing collected, and no key, it changes nothing; what was visible is durable then, as by ``confirm``.
        """

    async def dry_run(self) -> Sequence[Change]:
        """What ``commit`` would have returned; nothing happens, and no number is taken. Raises as ``commit``."""


class Store(Protocol):
    """Opens storage. Can be used by many tasks of one event loop at once."""

    def view(self, owner: UserId) -> View:
        """The owner's storage, to read. Holds nothing open."""

    def begin(
        self, owner: UserId, now: datetime, ids: IdSource, *, exclusive: bool = False
    ) -> AbstractAsyncContextManager[CommittableUnit]:
        """The owner's storage, to change; ``exclusive`` means that ``lock`` has been called."""

    def accounts(self) -> AccountsView:
        """The accounts, to read."""

    def begin_accounts(self) -> AbstractAsyncContextManager[AccountsUnitOfWork]:
        """The accounts, to change."""

    async def confirm(self) -> None:
        """Waits until everything that is visible now is durable. Call it before reporting what was read as a result.

        Raises Unavailable, and OutcomeUnknown when that is not certain.
        """

    async def ping(self) -> None:
        """Raises Unavailable unless the storage responds."""

    async def cautions(self) -> Sequence[str]:
        """Returns warnings for the operator: settings that could lose acknowledged writes or reject some."""
