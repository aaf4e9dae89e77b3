"""The storage port over a database: views that hold nothing open, and units of work that collect their writes."""

import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import column, select, table

from todo_adapters.sql import pruning
from todo_adapters.sql.attempts import SqlAttempts
from todo_adapters.sql.counters import MINE, revision
from todo_adapters.sql.database import Database, Reader, Transaction
from todo_adapters.sql.disk import Disk
from todo_adapters.sql.failures import NO_SCHEMA
from todo_adapters.sql.feed import FORGET_RECEIPTS, NEWEST_RECEIPT, SqlChanges, SqlReceipts
from todo_adapters.sql.registry import table_of
from todo_adapters.sql.schema import head
from todo_adapters.sql.sessions import SqlSessions
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.tables import users
from todo_adapters.sql.task_reads import SqlTaskReads
from todo_adapters.sql.things import SqlThingReads
from todo_adapters.sql.trash import SqlTrash, owners_of_trash
from todo_adapters.sql.types import TEXT
from todo_adapters.sql.unit_of_work import SqlUnitOfWork
from todo_adapters.sql.users import SqlUsers
from todo_core.errors import NotFound, Unavailable
from todo_core.ids import SessionId, UserId
from todo_core.model.kinds import E, Kind
from todo_core.model.quota import Quota
from todo_core.model.zones import zone
from todo_core.paging import Page
from todo_core.ports.runtime import EventLog, IdSource

ZONE: Final = Statement(select(users.c.time_zone).where(MINE), keyed=True)
SCHEMA: Final = Statement(select(column("version_num", TEXT)).select_from(table("alembic_version")))


class SqlStore:
    """Storage in a database."""

    def __init__(
        self,
        database: Database,
        quota: Quota = Quota(),  # noqa: B008 - a frozen value
        event_log: EventLog | None = None,
    ) -> None:
        self._database = database
        self._quota = quota
        self._disk = Disk(database, event_log)

    def view(self, owner: UserId) -> "SqlView":
        return SqlView(self._database, owner)

    def begin(
        self,
        owner: UserId,
        now: datetime,
        ids: IdSource,
        *,
        exclusive: bool = False,
        session: SessionId | None = None,
    ) -> AbstractAsyncContextManager["SqlUnitOfWork"]:
        return Begun(SqlUnitOfWork(self._database, owner, now, ids, self._quota, session), exclusive, self._disk)

    def accounts(self) -> "SqlAccounts":
        return SqlAccounts(self._database)

    @asynccontextmanager
    async def begin_accounts(self) -> AsyncIterator["SqlAccountsUnitOfWork"]:
        try:
            async with self._database.transaction() as transaction:
                yield SqlAccountsUnitOfWork(transaction)
        except Unavailable as failure:
            self._disk.notice(failure)
            raise

    async def confirm(self) -> None:
        await self._database.confirm()

    async def ping(self) -> None:
        """A newer schema will do: while a release rolls out, both versions run on it."""
        row = await self._database.one(SCHEMA, {})
        if row is None or row[0] < head():
            raise Unavailable(NO_SCHEMA)
        await self._disk.require_space()

    async def cautions(self) -> Sequence[str]:
        return await self._database.cautions()


class SqlView:
    """Reads the storage of one owner, with one statement for each call."""

    def __init__(self, database: Database, owner: UserId) -> None:
        self._database = database
        self.owner = owner

    def of(self, kind: Kind[E]) -> SqlThingReads[E]:
        return SqlThingReads(self._database, self.owner, table_of(kind))

    @property
    def tasks(self) -> SqlTaskReads:
        return SqlTaskReads(self._database, self.owner)

    @property
    def trash(self) -> SqlTrash:
        return SqlTrash(self._database, self.owner)

    @property
    def changes(self) -> SqlChanges:
        return SqlChanges(self._database, self.owner)

    @property
    def receipts(self) -> SqlReceipts:
        return SqlReceipts(self._database, self.owner)

    async def revision(self) -> int:
        return await revision(self._database, self.owner)

    async def zone(self) -> ZoneInfo:
        row = await self._database.one(ZONE, {"user_id": self.owner})
        if row is None:
            raise NotFound("account")
        return zone(row[0])


class Begun:
    """The time of a unit of work. A plain class, because every write goes through it."""

    __slots__ = ("disk", "exclusive", "unit")

    def __init__(self, unit: "SqlUnitOfWork", exclusive: bool, disk: Disk) -> None:
        self.unit = unit
        self.exclusive = exclusive
        self.disk = disk

    async def __aenter__(self) -> "SqlUnitOfWork":
        if self.exclusive:
            try:
                await self.unit.lock()
            except BaseException as failure:
                await self.unit.end(*sys.exc_info())
                self.disk.notice(failure)
                raise
        return self.unit

    async def __aexit__(self, *raised: Any) -> None:
        await self.unit.end(*raised)
        if raised[1] is not None:
            self.disk.notice(raised[1])


class SqlAccounts:
    """The accounts, to read or, through a transaction, to change."""

    def __init__(self, reader: Reader) -> None:
        self.users = SqlUsers(reader)
        self.sessions = SqlSessions(reader)
        self.attempts = SqlAttempts(reader)
        self._reader = reader

    async def owners_of_trash(self, before: datetime, limit: int) -> Sequence[UserId]:
        return await owners_of_trash(self._reader, before, limit)

    async def revisions(self, owners: Collection[UserId]) -> Mapping[UserId, int]:
        return await pruning.revisions(self._reader, owners)

    async def owners_to_prune(self, before: datetime, after: UserId | None, limit: int) -> Page[UserId, UserId]:
        return await pruning.owners_to_prune(self._reader, before, after, limit)

    async def newest_receipt(self) -> datetime | None:
        row = await self._reader.one(NEWEST_RECEIPT, {})
        return None if row is None else row[0]


class SqlAccountsUnitOfWork(SqlAccounts):
    """Statements of one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._transaction = transaction

    async def forget_receipts(self, after: datetime, before: datetime, limit: int) -> datetime | None:
        return await FORGET_RECEIPTS.delete(self._transaction, after, before, limit)

    async def prune(self, owner: UserId, before: datetime, limit: int) -> int:
        return await pruning.prune(self._transaction, owner, before, limit)

    async def renew_epoch(self, epoch: UUID) -> None:
        await pruning.renew_epoch(self._transaction, epoch)

    async def commit(self) -> None:
        await self._transaction.commit()
