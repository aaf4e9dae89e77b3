"""Failed logins, counted where every replica sees them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from todo_adapters.sql.database import Reader
from todo_adapters.sql.statements import Statement
from todo_adapters.sql.tables import login_attempts
from todo_core.model.attempts import Attempts

A = login_attempts.c
MINE: Final = A.key == bindparam("key", type_=A.key.type)
COUNTS: Final = (A.failures, A.since, A.blocked_until)

GET: Final = Statement(select(*COUNTS).where(MINE))
LOCKED: Final = Statement(select(*COUNTS).where(MINE).with_for_update())
BEGIN: Final = Statement(
    insert(login_attempts)
    .values(key=bindparam("key", type_=A.key.type), failures=0, since=bindparam("since", type_=A.since.type))
    .on_conflict_do_nothing(index_elements=["key"])
    .returning(A.key)
)
UPDATE: Final = Statement(
    update(login_attempts)
    .where(MINE)
    .values({column.name: bindparam(column.name, type_=column.type) for column in COUNTS})
    .returning(A.key)
)
FORGET: Final = Statement(
    delete(login_attempts)
    .where(
        A.since < bindparam("before", type_=A.since.type),
        or_(A.blocked_until.is_(None), A.blocked_until < bindparam("before", type_=A.since.type)),
    )
    .returning(A.key)
)


@dataclass(frozen=True, slots=True)
class SqlAttempts:
    """The counts, through whatever runs statements; the writing calls want a transaction."""

    reader: Reader

    async def get(self, key: bytes) -> Attempts | None:
        row = await self.reader.one(GET, {"key": key})
        return None if row is None else Attempts(failures=row[0], since=row[1], blocked_until=row[2])

    async def locked(self, key: bytes, now: datetime) -> Attempts:
        await self.reader.one(BEGIN, {"key": key, "since": now})
        row = await self.reader.one(LOCKED, {"key": key})
        if row is None:  # dropped between the two statements, which means that nothing was counted
            return Attempts(since=now)
        return Attempts(failures=row[0], since=row[1], blocked_until=row[2])

    async def update(self, key: bytes, attempts: Attempts) -> None:
        values = {"failures": attempts.failures, "since": attempts.since, "blocked_until": attempts.blocked_until}
        await self.reader.one(UPDATE, values | {"key": key})

    async def forget(self, before: datetime) -> None:
        await self.reader.all(FORGET, {"before": before})
