"""The storage port: who may open it, what a unit of work promises, and what each repository keeps.

There are two doors. ``begin`` and ``view`` open the storage of one owner: nothing they give out can reach
another owner's rows, so no call takes an owner. ``accounts`` and ``begin_accounts`` are the unscoped door,
for what happens before it is known who is asking.

Promises of every adapter, proved by the contract suite:
- A unit of work takes effect as a whole at ``commit`` or not at all; leaving it otherwise undoes everything.
- An owner's writes are numbered 1, 2, 3 ... in the order in which they become visible, without gaps. The
  number is the ``revision`` of the thing written and the ``seq`` of the entry that the adapter appends to
  the owner's feed in the same transaction, for every write, through whichever repository it came.
- A refused or undone write takes no number.
- Values come back as they went in: to the microsecond, in UTC, code point for code point.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from todo_core.ids import SessionId, TaskId, UserId
from todo_core.model.attempts import Attempts
from todo_core.model.change import Change
from todo_core.model.session import LoginSession
from todo_core.model.task import Task
from todo_core.model.task_filter import TaskFilter, TaskPosition, TaskSort
from todo_core.model.user import Credentials, User
from todo_core.paging import Page
from todo_core.ports.runtime import IdSource


class TaskReads(Protocol):
    """The owner's tasks, to look at."""

    async def get(self, task_id: TaskId) -> Task:
        """Raises NotFound."""

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int
    ) -> Page[Task, TaskPosition]:
        """At most ``limit`` tasks that match, in order, from behind the position on."""


class TaskRepository(TaskReads, Protocol):
    """The owner's tasks, to look at and to change. Writes are collected and take effect at ``commit``.

    Reads of the same unit of work see them.
    """

    def add(self, task: Task) -> None:
        """A new task. Its id must be new, its revision 0."""

    def update(self, task: Task) -> None:
        """The task as it shall be; its ``revision`` is still the one that was read.

        ``commit`` raises MovedOn when the stored task has another revision or is gone.
        """

    def remove(self, task_id: TaskId) -> None:
        """``commit`` raises NotFound when the owner has no such task."""


class ChangeReads(Protocol):
    """The owner's feed."""

    async def after(self, seq: int, limit: int) -> Sequence[Change]:
        """At most ``limit`` changes with greater numbers, in order. A number once seen is never preceded later."""


class View(Protocol):
    """The storage of one owner, to look at. Each call is one consistent look; two calls are two looks."""

    @property
    def owner(self) -> UserId:
        """Whose it is."""

    @property
    def tasks(self) -> TaskReads:
        """Their tasks."""

    @property
    def changes(self) -> ChangeReads:
        """Their feed."""

    async def zone(self) -> ZoneInfo:
        """The time zone that they live in. Raises NotFound when the account is gone."""


class UnitOfWork(Protocol):
    """The storage of one owner, to change, with one fixed time for all that happens in it."""

    @property
    def owner(self) -> UserId:
        """Whose it is."""

    @property
    def now(self) -> datetime:
        """The time of this unit of work."""

    @property
    def ids(self) -> IdSource:
        """Where ids for new things come from."""

    @property
    def tasks(self) -> TaskRepository:
        """Their tasks."""

    async def lock(self) -> None:
        """Waits until no other unit of work of this owner can commit before this one.

        For rules across rows: what is read afterwards cannot have moved on at ``commit``. Call it before the
        first read. Raises NotFound when the account is gone.
        """

    async def commit(self) -> Sequence[Change]:
        """Makes the collected writes permanent and returns the feed entries that they caused, in order.

        Raises MovedOn, NotFound (also when the account is gone), Contention, Unavailable, OutcomeUnknown.
        Once begun it is not undone by cancelling the caller. With nothing collected it does nothing.
        """


class UserReads(Protocol):
    """All people, to look at."""

    async def get(self, user_id: UserId) -> User:
        """Raises NotFound."""

    async def credentials(self, email: str) -> Credentials | None:
        """The user with this canonical address, or None."""

    async def page(self, after: UserId | None, limit: int) -> Page[User, UserId]:
        """At most ``limit`` people in order of registration."""


class UserRepository(UserReads, Protocol):
    """All people, to change."""

    async def add(self, user: User, password_hash: str) -> None:
        """Raises EmailTaken; the unit of work can go on after that."""

    async def locked(self, user_id: UserId) -> Credentials | None:
        """The user, held against every other unit of work until this one is over; None when there is none.

        Until then nobody else can add a login session of this user either.
        """

    async def update(self, user: User) -> None:
        """Name, time zone and whether it is disabled. Raises NotFound."""

    async def set_password(self, user_id: UserId, password_hash: str) -> None:
        """Raises NotFound."""

    async def remove(self, user_id: UserId) -> None:
        """The account with everything that belongs to it; end its login sessions first. Raises NotFound."""


class SessionReads(Protocol):
    """All login sessions, to look at."""

    async def of_user(self, user_id: UserId) -> Sequence[LoginSession]:
        """The user's login sessions that have not ended, oldest first."""

    async def ended_since(self, moment: datetime) -> Sequence[tuple[SessionId, datetime]]:
        """Which sessions ended at or after the moment, and when."""


class SessionRepository(SessionReads, Protocol):
    """All login sessions, to change."""

    async def add(self, session: LoginSession) -> None:
        """A new login session. Raises NotFound when the account is gone."""

    async def locked(self, session_id: SessionId) -> LoginSession | None:
        """The session, held against every other unit of work until this one is over; None when it has ended."""

    async def update(self, session: LoginSession) -> None:
        """Generation, use and replays of a session obtained from ``locked``."""

    async def end(self, session_ids: Sequence[SessionId], at: datetime) -> None:
        """They are gone from now on, and remembered as ended. Those that have ended already are passed over."""

    async def forget_ended(self, before: datetime) -> None:
        """Drops the memory of sessions that ended before this."""


class AttemptReads(Protocol):
    """Failed logins, to look at."""

    async def get(self, key: bytes) -> Attempts | None:
        """What is counted under this key, or None."""


class AttemptRepository(AttemptReads, Protocol):
    """Failed logins, to count."""

    async def locked(self, key: bytes, now: datetime) -> Attempts:
        """What is counted under this key, a new count if nothing is; held until this unit of work is over."""

    async def update(self, key: bytes, attempts: Attempts) -> None:
        """The new count."""

    async def forget(self, before: datetime) -> None:
        """Drops counts that were begun before this and block nobody at that time."""


class AccountsView(Protocol):
    """The unscoped door, to look at. Each call is one consistent look."""

    @property
    def users(self) -> UserReads:
        """All people."""

    @property
    def sessions(self) -> SessionReads:
        """All login sessions."""

    @property
    def attempts(self) -> AttemptReads:
        """Failed logins."""


class AccountsUnitOfWork(Protocol):
    """The unscoped door, to change. Writes happen in order and become visible to others at ``commit``."""

    @property
    def users(self) -> UserRepository:
        """All people."""

    @property
    def sessions(self) -> SessionRepository:
        """All login sessions."""

    @property
    def attempts(self) -> AttemptRepository:
        """Failed logins."""

    async def commit(self) -> None:
        """As for UnitOfWork."""


class Store(Protocol):
    """Opens storage. Safe to use from many tasks of one event loop at once."""

    def view(self, owner: UserId) -> View:
        """The owner's storage, to look at. Nothing is held open."""

    def begin(
        self, owner: UserId, now: datetime, ids: IdSource, *, exclusive: bool = False
    ) -> AbstractAsyncContextManager[UnitOfWork]:
        """The owner's storage, to change; ``exclusive`` means that ``lock`` has been called."""

    def accounts(self) -> AccountsView:
        """The accounts, to look at."""

    def begin_accounts(self) -> AbstractAsyncContextManager[AccountsUnitOfWork]:
        """The accounts, to change."""

    async def ping(self) -> None:
        """Raises Unavailable unless the storage answers now."""
