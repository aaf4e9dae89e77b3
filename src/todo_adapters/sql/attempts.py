"""Failed logins, counted where every replica sees them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Integer, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from todo_adapters.sql.database import Reader
from todo_adapters.sql.statements import Row, Statement
from todo_adapters.sql.tables import login_attempts
from todo_core.model.attempts import Attempts

A = login_attempts.c
MINE: Final = A.key == bindparam("key", type_=A.key.type)
COUNTS: Final = (A.failures, A.since, A.blocked_until, A.kept_until)

GET: Final = Statement(select(*COUNTS).where(MINE), keyed=True)
LOCKED: Final = Statement(
    insert(login_attempts)
    .values(key=bindparam("key", type_=A.key.type), failures=0, since=bindparam("since", type_=A.since.type))
    .on_conflict_do_update(index_elements=["key"], set_={"failures": A.failures})
    .returning(*COUNTS)
)
"""One statement that finds or begins a count, and holds its row either way."""

UPDATE: Final = Statement(
    update(login_attempts)
    .where(MINE)
    .values({column.name: bindparam(column.name, type_=column.type) for column in COUNTS})
    .returning(A.key)
)
OLD: Final = (
    select(A.key)
    .where(
        A.since < bindparam("before", type_=A.since.type),
        *[
            or_(moment.is_(None), moment < bindparam("before", type_=A.since.type))
            for moment in (A.blocked_until, A.kept_until)
        ],
    )
    .order_by(A.since)
    .limit(bindparam("limit", type_=Integer()))
    .with_for_update(skip_locked=True)
    .cte("old")
)
"""In a clause of its own, which PostgreSQL evaluates once: inside IN it may do so again for each row."""

FORGET: Final = Statement(delete(login_attempts).where(A.key.in_(select(OLD.c.key))).returning(A.key))


@dataclass(frozen=True, slots=True)
class SqlAttempts:
    """The counts, through whatever runs statements; the writing calls want a transaction."""

    reader: Reader

    async def get(self, key: bytes) -> Attempts | None:
        row = await self.reader.one(GET, {"key": key})
        return None if row is None else _to_attempts(row)

    async def locked(self, key: bytes, now: datetime) -> Attempts:
        row = await self.reader.one(LOCKED, {"key": key, "since": now})
        return Attempts(since=now) if row is None else _to_attempts(row)

    async def update(self, key: bytes, attempts: Attempts) -> None:
        values = {column.name: getattr(attempts, column.name) for column in COUNTS}
        await self.reader.one(UPDATE, values | {"key": key})

    async def forget(self, before: datetime, limit: int) -> int:
        return len(await self.reader.all(FORGET, {"before": before, "limit": limit}))


def _to_attempts(row: Row) -> Attempts:
    failures, since, blocked_until, kept_until = row
    return Attempts(failures=failures, since=since, blocked_until=blocked_until, kept_until=kept_until)
