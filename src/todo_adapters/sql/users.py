"""Users of all accounts."""

from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from todo_adapters.sql.counters import COUNTS
from todo_adapters.sql.database import Reader
from todo_adapters.sql.statements import FIRST, LIMIT, Row, Statement, bind
from todo_adapters.sql.tables import users
from todo_core.errors import EmailTaken, NotFound
from todo_core.ids import UserId
from todo_core.model.user import Credentials, User
from todo_core.model.zones import zone
from todo_core.paging import Page, page_of

U = users.c
FIELDS: Final = ("id", "email", "name", "time_zone", "created_at", "disabled")
USER_COLUMNS: Final = [U[name] for name in FIELDS]
BY_ID: Final = U.id == bind(U.id)
CHANGEABLE: Final = ("name", "time_zone", "disabled")

GET: Final = Statement(select(*USER_COLUMNS).where(BY_ID), keyed=True)
BY_EMAIL: Final = Statement(select(*USER_COLUMNS, U.password_hash).where(U.email == bind(U.email)), keyed=True)
LOCKED: Final = Statement(select(*USER_COLUMNS, U.password_hash).where(BY_ID).with_for_update())
PAGE: Final = Statement(select(*USER_COLUMNS).where(U.id > bind(U.id, "after")).order_by(U.id).limit(LIMIT))
ADD: Final = Statement(
    # PostgreSQL's syntax, which SQLite supports as well
    insert(users)
    .values(
        {column.name: bind(column) for column in [*USER_COLUMNS, U.password_hash]}
        | {column.name: literal_column("0") for column in COUNTS}
    )
    .on_conflict_do_nothing(index_elements=["email"])
    .returning(U.id)
)
UPDATE: Final = Statement(
    update(users).where(BY_ID).values({name: bind(U[name]) for name in CHANGEABLE}).returning(U.id)
)
SET_PASSWORD: Final = Statement(update(users).where(BY_ID).values(password_hash=bind(U.password_hash)).returning(U.id))
REMOVE: Final = Statement(delete(users).where(BY_ID).returning(U.id))


ZONE: Final = Statement(select(U.time_zone).where(BY_ID), keyed=True)


async def zone_of(reader: Reader, user_id: UserId) -> ZoneInfo:
    """The user's time zone. Raises NotFound."""
    row = await reader.one(ZONE, {"id": user_id})
    if row is None:
        raise NotFound("account")
    return zone(row[0])


@dataclass(frozen=True, slots=True)
class SqlUsers:
    """The users. Writing methods require a transaction as reader."""

    reader: Reader

    async def get(self, user_id: UserId) -> User:
        row = await self.reader.one(GET, {"id": user_id})
        if row is None:
            raise NotFound("account")
        return _to_user(row)

    async def credentials(self, email: str) -> Credentials | None:
        row = await self.reader.one(BY_EMAIL, {"email": email})
        return None if row is None else _to_credentials(row)

    async def page(self, after: UserId | None, limit: int) -> Page[User, UserId]:
        rows = await self.reader.all(PAGE, {"after": after or FIRST, "limit": limit + 1})
        return page_of([_to_user(row) for row in rows], limit, lambda user: user.id)

    async def locked(self, user_id: UserId) -> Credentials | None:
        row = await self.reader.one(LOCKED, {"id": user_id})
        return None if row is None else _to_credentials(row)

    async def add(self, user: User, password_hash: str) -> None:
        if await self.reader.one(ADD, _from_user(user) | {"password_hash": password_hash}) is None:
            raise EmailTaken

    async def update(self, user: User) -> None:
        await self._one_row(UPDATE, _from_user(user))

    async def set_password(self, user_id: UserId, password_hash: str) -> None:
        await self._one_row(SET_PASSWORD, {"id": user_id, "password_hash": password_hash})

    async def remove(self, user_id: UserId) -> None:
        await self._one_row(REMOVE, {"id": user_id})

    async def _one_row(self, statement: Statement, values: dict[str, object]) -> None:
        if await self.reader.one(statement, values) is None:
            raise NotFound("account")


def _to_user(row: Row) -> User:
    """A row of USER_COLUMNS, and perhaps more behind them, as a user."""
    return User(**dict(zip(FIELDS, row, strict=False)))


def _to_credentials(row: Row) -> Credentials:
    return Credentials(user=_to_user(row), password_hash=row[-1])


def _from_user(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in FIELDS}
