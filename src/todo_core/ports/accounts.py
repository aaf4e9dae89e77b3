"""Storage of accounts: users, login sessions, failed logins. Opened by ``Store``; not limited to one owner."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from todo_core.ids import SessionId, UserId
from todo_core.model.attempts import Attempts
from todo_core.model.session import LoginSession
from todo_core.model.user import Credentials, User
from todo_core.paging import Page

FORGOTTEN_AT_ONCE: Final = 1_000
"""Rows that a cleanup deletes in one unit of work, at most."""


class UserReads(Protocol):
    """Read access to all users."""

    async def get(self, user_id: UserId) -> User:
        """Raises NotFound."""

    async def credentials(self, email: str) -> Credentials | None:
        """The user with this canonical email address and their password hash, or None."""

    async def page(self, after: UserId | None, limit: int) -> Page[User, UserId]:
        """At most ``limit`` users in order of registration, after this one."""


class UserRepository(UserReads, Protocol):
    """Write access to all users."""

    async def add(self, user: User, password_hash: str) -> None:
        """Adds a user. Raises EmailTaken, after which the unit of work can continue."""

    async def locked(self, user_id: UserId) -> Credentials | None:
        """The user or None, locked: until this unit of work ends, no other one can add a login session of the user."""

    async def update(self, user: User) -> None:
        """Updates name, time zone and ``disabled``. Raises NotFound."""

    async def set_password(self, user_id: UserId, password_hash: str) -> None:
        """Raises NotFound."""

    async def remove(self, user_id: UserId) -> None:
        """Deletes the user and all of their data; end their login sessions first. Raises NotFound."""


class SessionReads(Protocol):
    """Read access to all login sessions."""

    async def of_user(self, user_id: UserId) -> Sequence[LoginSession]:
        """The user's login sessions that have not ended, oldest first."""

    async def revoked(self, after: SessionId | None, limit: int) -> Sequence[SessionId]:
        """At most ``limit`` revoked sessions, in the order of their ids."""

    async def revoked_since(self, moment: datetime) -> Sequence[tuple[SessionId, datetime]]:
        """The sessions that were revoked at or after the moment, and when."""


class SessionRepository(SessionReads, Protocol):
    """Write access to all login sessions."""

    async def add(self, session: LoginSession) -> None:
        """Adds a login session. Raises NotFound if the account does not exist."""

    async def locked(self, session_id: SessionId) -> LoginSession | None:
        """The session, locked until this unit of work ends; None if it has ended."""

    async def update(self, session: LoginSession) -> None:
        """Updates generation, times, replays and ``confirmed`` of a session obtained from ``locked``."""

    async def confirm(self, used: Mapping[SessionId, int]) -> None:
        """Records that access tokens of these generations have been used. Ignores sessions that have ended."""

    async def end(self, session_ids: Sequence[SessionId], at: datetime) -> None:
        """Deletes these sessions and records them as revoked. Ignores those that have already ended."""

    async def forget_revoked(self, session_ids: Sequence[SessionId]) -> None:
        """Deletes the records of at most FORGOTTEN_AT_ONCE revoked sessions. Ignores unknown ids."""


class AttemptReads(Protocol):
    """Read access to the counts of failed logins."""

    async def get(self, key: bytes) -> Attempts | None:
        """The count with this key, or None."""


class AttemptRepository(AttemptReads, Protocol):
    """Write access to the counts of failed logins."""

    async def locked(self, key: bytes, now: datetime) -> Attempts:
        """The count with this key, created if necessary, locked until this unit of work ends."""

    async def update(self, key: bytes, attempts: Attempts) -> None:
        """Stores a count obtained from ``locked``."""

    async def forget(self, after: datetime, before: datetime, limit: int) -> datetime | None:
        """Deletes counts that started between the two times and neither block nor are kept at ``before``.

        ``limit`` and result are those of ``AccountsUnitOfWork.forget_receipts``.
        """


class AccountsView(Protocol):
    """Read access to accounts. Each call is one consistent read."""

    @property
    def users(self) -> UserReads:
        """Users."""

    @property
    def sessions(self) -> SessionReads:
        """Login sessions."""

    @property
    def attempts(self) -> AttemptReads:
        """Counts of failed logins."""

    async def owners_of_trash(self, before: datetime, limit: int) -> Sequence[UserId]:
        """At most ``limit`` owners with deletions from before a time."""

    async def revisions(self, owners: Collection[UserId]) -> Mapping[UserId, int]:
        """The numbers of the latest changes of these owners, as far as they have accounts."""

    async def owners_to_prune(self, before: datetime, after: UserId | None, limit: int) -> Page[UserId, UserId]:
        """Those of the next ``limit`` accounts in the order of ids whose feed has changes from before a time to prune.

        The position is the last account that was looked at.
        """

    async def newest_receipt(self) -> datetime | None:
        """The time of the latest write with an idempotency key, over all owners, or None."""


class AccountsUnitOfWork(Protocol):
    """Write access to accounts. Writes happen in order and become visible to others at ``commit``."""

    @property
    def users(self) -> UserRepository:
        """Users."""

    @property
    def sessions(self) -> SessionRepository:
        """Login sessions."""

    @property
    def attempts(self) -> AttemptRepository:
        """Counts of failed logins."""

    async def forget_receipts(self, after: datetime, before: datetime, limit: int) -> datetime | None:
        """Deletes receipts of writes between the two times, both exclusive. Skips rows that others have locked.

        Examines about ``limit`` of them, oldest first. Returns the time of the last one, or None if there are no more.
        """

    async def prune(self, owner: UserId, before: datetime, limit: int) -> int:
        """Prunes at most ``limit`` changes of a feed, the oldest first, up to the first one that is not older.

        Returns how many. Keeps the last change of each thing that exists. What is deleted no longer counts toward the
        quota. Waits for no writer of the owner, and makes none wait for longer than a commit takes: if one is writing,
        nothing happens. Call it once, as the last call before ``commit``.
        """

    async def renew_epoch(self, epoch: UUID) -> None:
        """Replaces the epoch of all feeds, so that no position from before is valid any more."""

    async def commit(self) -> None:
        """Makes all writes permanent. Completes even if the caller is cancelled.

        Raises OwnerBusy, Contention, Unavailable, OutcomeUnknown.
        """
