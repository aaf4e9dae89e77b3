"""A SQLite database that writes down every statement it is given: what an answer costs, told without a clock."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from todo_adapters.sql.database import Transaction, Values
from todo_adapters.sql.migrate import upgrade
from todo_adapters.sql.set_statements import Rows, SetStatement
from todo_adapters.sql.sqlite.database import DIALECT, SqliteDatabase
from todo_adapters.sql.statements import Row, Statement, WriteStatement
from todo_core.ids import UserId


class WatchedSqlite(SqliteDatabase):
    """``seen`` holds the texts, in order, and COMMIT where a transaction took effect."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.seen: list[str] = []

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        self.seen.append(statement.prepared(DIALECT).text)
        return await super().all(statement, values)

    async def write(self, deed: WriteStatement, values: Values) -> Row | None:
        self.seen += [step.prepared(DIALECT).text for step in deed.steps]
        return await super().write(deed, values)

    @asynccontextmanager
    async def transaction(self, owner: UserId | None = None) -> AsyncIterator[Transaction]:
        async with super().transaction(owner) as transaction:
            yield WatchedTransaction(transaction, self.seen)


class WatchedTransaction:
    """One of its transactions."""

    def __init__(self, transaction: Transaction, seen: list[str]) -> None:
        self._transaction = transaction
        self._seen = seen

    async def one(self, statement: Statement, values: Values) -> Row | None:
        self._seen.append(statement.prepared(DIALECT).text)
        return await self._transaction.one(statement, values)

    async def all(self, statement: Statement, values: Values) -> Sequence[Row]:
        self._seen.append(statement.prepared(DIALECT).text)
        return await self._transaction.all(statement, values)

    async def confirmed(self, statement: Statement, values: Values) -> Sequence[Row]:
        return await self.all(statement, values)

    async def write_sets(self, parts: Sequence[tuple[SetStatement, Rows]]) -> Sequence[Sequence[Row]]:
        self._seen += [part.each.prepared(DIALECT).text for part, rows in parts for _ in rows]
        return await self._transaction.write_sets(parts)

    async def commit(self) -> None:
        self._seen.append("COMMIT")
        await self._transaction.commit()


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[WatchedSqlite]:
    """Such a database, in its newest form."""
    await upgrade(f"sqlite:///{folder}/watched.db")
    database = WatchedSqlite(folder / "watched.db")
    try:
        yield database
    finally:
        await database.close()
