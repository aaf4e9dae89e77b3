"""The unscoped door of the storage: people, login sessions, failed logins. Opened by ``Store``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from todo_core.ids import SessionId, UserId
from todo_core.model.attempts import Attempts
from todo_core.model.session import LoginSession
from todo_core.model.user import Credentials, User
from todo_core.paging import Page

FORGOTTEN_AT_ONCE: Final = 1_000
"""Rows that one unit of work deletes at most when it throws away what nobody will ask for again."""


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

    async def revoked(self, after: SessionId | None, limit: int) -> Sequence[SessionId]:
        """At most ``limit`` revoked sessions, in the order of their ids."""

    async def revoked_since(self, moment: datetime) -> Sequence[tuple[SessionId, datetime]]:
        """The sessions that were revoked at or after the moment, and when."""


class SessionRepository(SessionReads, Protocol):
    """All login sessions, to change."""

    async def add(self, session: LoginSession) -> None:
        """A new login session. Raises NotFound when the account is gone."""

    async def locked(self, session_id: SessionId) -> LoginSession | None:
        """The session, held against every other unit of work until this one is over; None when it has ended."""

    async def update(self, session: LoginSession) -> None:
        """Generation, rotation, use, replays and confirmation of a session obtained from ``locked``."""

    async def confirm(self, used: Mapping[SessionId, int]) -> None:
        """The access tokens of these generations have been used; see ``LoginSession.used``.

        Sessions that have ended are passed over.
        """

    async def end(self, session_ids: Sequence[SessionId], at: datetime) -> None:
        """They are gone from now on, and remembered as ended. Those that have ended already are passed over."""

    async def forget_revoked(self, session_ids: Sequence[SessionId]) -> None:
        """Drops the memory of these. At most FORGOTTEN_AT_ONCE; those that are not remembered are passed over."""


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

    async def forget(self, after: datetime, before: datetime, limit: int) -> datetime | None:
        """Deletes counts begun between the two moments which neither block nor are kept at ``before``.

        The rest is as for ``AccountsUnitOfWork.forget_receipts``.
        """


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

    async def newest_receipt(self) -> datetime | None:
        """When the latest write with an idempotency key happened, of all owners; None without any."""


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

    async def forget_receipts(self, after: datetime, before: datetime, limit: int) -> datetime | None:
        """Deletes the receipts of writes that happened later than ``after`` and before ``before``.

        Looks at about ``limit`` of them, oldest first, and returns the moment of the last one, to go on from; None when
        there are no more. Passes over what another unit of work holds.
        """

    async def commit(self) -> None:
        """Makes everything permanent. Once begun it is not undone by cancelling the caller.

        Raises OwnerBusy, Contention, Unavailable, OutcomeUnknown.
        """
