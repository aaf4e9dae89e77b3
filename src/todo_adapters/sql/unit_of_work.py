"""A unit of work on the storage of one owner."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import select, union_all

from todo_adapters.sql.collected import Author, Collected
from todo_adapters.sql.collecting import CollectedTaskReads, CollectedThings, CollectedTrash
from todo_adapters.sql.counters import Uncounted, lock
from todo_adapters.sql.database import Database, Reader, Transaction
from todo_adapters.sql.feed import SqlChanges
from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.recount import recount
from todo_adapters.sql.registry import KIND_TABLES, table_of
from todo_adapters.sql.statements import Statement, bind
from todo_adapters.sql.tables import trash
from todo_adapters.sql.writes import Claim, claim_key, flush, flush_alone
from todo_core.errors import MovedOn
from todo_core.ids import SessionId, UserId
from todo_core.model.budget import Budget
from todo_core.model.change import Action, Change
from todo_core.model.kinds import E, Kind
from todo_core.model.quota import Quota
from todo_core.model.write_options import Key
from todo_core.ports.runtime import IdSource


class SqlUnitOfWork:
    """Collects the writes of one owner. A transaction is opened only when one statement would not do."""

    def __init__(
        self,
        database: Database,
        owner: UserId,
        now: datetime,
        ids: IdSource,
        quota: Quota,
        session: SessionId | None = None,
    ) -> None:
        self._database = database
        self._author = Author(owner, now, session)
        self._quota = quota
        self._held: AbstractAsyncContextManager[Transaction] | None = None
        self._transaction: Transaction | None = None
        self._flushed: list[Change] = []
        self.owner = owner
        self.now = now
        self.ids = ids
        self.budget = Budget()
        self.collected = Collected()
        self.tasks = CollectedTaskReads(self)
        self.trash = CollectedTrash(self)

    def of(self, kind: Kind[E]) -> CollectedThings[E]:
        return CollectedThings(self, table_of(kind))

    @property
    def reader(self) -> Reader:
        return self._transaction or self._database

    @property
    def changes(self) -> SqlChanges:
        return SqlChanges(self.reader, self.owner)

    async def knows(self, thing_id: UUID) -> bool:
        if last := self.collected.last.get(thing_id):
            return last is not Action.PURGED
        row = await self.reader.one(knows(tuple(KIND_TABLES.values())), {"user_id": self.owner, "id": thing_id})
        return row is not None

    async def lock(self) -> None:
        if self._transaction is None:
            await lock(await self._open(), self.owner)
            if not self.collected.writes:
                self.collected.forget()

    async def spill(self) -> None:
        """Writes what was collected so far, so that queries see it."""
        if self.collected.writes:
            await self._flush(self._transaction or await self._open())

    @property
    def written(self) -> Sequence[tuple[Kind[Any], UUID]]:
        flushed = [(KIND_TABLES[change.entity].kind, change.id) for change in self._flushed]
        return flushed + [(write.table.kind, write.id) for write in self.collected.writes]

    async def commit(self, key: Key | None = None, answer: str = "") -> Sequence[Change]:
        claim = Claim(key, answer) if key else None
        if claim and not self.written:
            await self.lock()  # nothing else would notice that the account is gone
        if self._transaction is None and len(self.collected.writes) == 1 and self.collected.writes[0].alone:
            write = self.collected.writes.pop()
            return [await flush_alone(self._database, self._author, write, claim, self._quota)]
        if self.collected.writes or claim:
            transaction = self._transaction or await self._open()
            await self._flush(transaction, receipts_added=0 if claim is None else 1)
            if claim:
                first_seq = self._flushed[0].seq if self._flushed else 0
                await claim_key(transaction, self._author, claim, first_seq)
        if self._transaction is not None:
            await self._transaction.commit()
        else:
            await self._database.confirm()
        return self._flushed

    async def dry_run(self) -> Sequence[Change]:
        await self._flush(self._transaction or await self._open())
        return self._flushed

    async def _open(self) -> Transaction:
        held = self._database.transaction(self.owner)
        self._transaction = await held.__aenter__()
        self._held = held
        return self._transaction

    async def end(self, *raised: Any) -> None:
        """Undoes what was not committed."""
        held, self._held = self._held, None
        if held is not None:
            await held.__aexit__(*raised)

    async def _flush(self, transaction: Transaction, receipts_added: int = 0) -> None:
        """Raises as ``commit``. MovedOn also when quotas could not be checked until now."""
        if not self.collected.writes and not receipts_added:
            return
        writes = self.collected.writes
        try:
            self._flushed += await flush(transaction, self._author, self.collected, receipts_added, self._quota)
        except Uncounted:
            await self.end(None, None, None)
            await recount(self._database, self.owner, self.now)
            raise MovedOn from None
        writes.clear()


@lru_cache(maxsize=8)
def knows(kinds: tuple[KindTable[Any], ...]) -> Statement:
    """Finds the thing with an id, of any of these kinds or in the trash."""
    tables = [each.table.c for each in kinds] + [trash.c]
    key = [(each.user_id == bind(each.user_id), each.id == bind(each.id)) for each in tables]
    return Statement(union_all(*[select(each.id).where(*found) for each, found in zip(tables, key, strict=True)]))
