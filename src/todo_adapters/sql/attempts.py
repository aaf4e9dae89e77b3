"""Counts of failed logins, shared by all replicas."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from todo_adapters.sql.database import Reader
from todo_adapters.sql.piecewise import Piecewise
from todo_adapters.sql.statements import Row, Statement, bind
from todo_adapters.sql.tables import login_attempts
from todo_core.model.attempts import Attempts

A = login_attempts.c
BY_KEY: Final = A.key == bind(A.key)
FIELDS: Final = ("failures", "since", "blocked_until", "kept_until")
COUNTS: Final = [A[name] for name in FIELDS]

GET: Final = Statement(select(*COUNTS).where(BY_KEY), keyed=True)
LOCKED: Final = Statement(
    insert(login_attempts)
    .values(key=bind(A.key), failures=0, since=bind(A.since))
    .on_conflict_do_update(index_elements=["key"], set_={"failures": A.failures})
    .returning(*COUNTS)
)
"""Finds or creates a count, and locks its row."""

UPDATE: Final = Statement(
    update(login_attempts).where(BY_KEY).values({column.name: bind(column) for column in COUNTS}).returning(A.key)
)
FORGET: Final = Piecewise(
    login_attempts,
    A.since,
    (A.key,),
    *[or_(moment.is_(None), moment < bind(A.since, "before")) for moment in (A.blocked_until, A.kept_until)],
)


@dataclass(frozen=True, slots=True)
class SqlAttempts:
    """The counts of failed logins. Writing methods require a transaction as reader."""

    reader: Reader

    async def get(self, key: bytes) -> Attempts | None:
        row = await self.reader.one(GET, {"key": key})
        return None if row is None else _to_attempts(row)

    async def locked(self, key: bytes, now: datetime) -> Attempts:
        row = await self.reader.one(LOCKED, {"key": key, "since": now})
        return Attempts(since=now) if row is None else _to_attempts(row)

    async def update(self, key: bytes, attempts: Attempts) -> None:
        values = {name: getattr(attempts, name) for name in FIELDS}
        await self.reader.one(UPDATE, values | {"key": key})

    async def forget(self, after: datetime, before: datetime, limit: int) -> datetime | None:
        return await FORGET.delete(self.reader, after, before, limit)


def _to_attempts(row: Row) -> Attempts:
    return Attempts(**dict(zip(FIELDS, row, strict=True)))
