"""Login sessions, and the ids of revoked ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import case, delete, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_pass

from todo_adapters.sql.database import Reader
from todo_adapters.sql.statements import FIRST, LIMIT, Row, Statement, bind
from todo_adapters.sql.tables import ended_sessions, login_sessions, users
from todo_core.errors import NotFound
from todo_core.ids import SessionId, UserId
from todo_core.model.session import LoginSession

S = login_sessions.c
SESSION_COLUMNS: Final = list(S)
FIELDS: Final = [column.name for column in SESSION_COLUMNS]
E = ended_sessions.c
FORGOTTEN: Final = tuple(f"id_{number}" for number in range(50))
"""Parameters of the statement that deletes; unused ones repeat the last id."""

CHANGEABLE: Final = ("generation", "last_used_at", "rotated_at", "replays", "rotated_from", "confirmed")

OF_USER: Final = Statement(select(*SESSION_COLUMNS).where(S.user_id == bind(S.user_id)).order_by(S.created_at, S.id))
ENDED: Final = Statement(select(E.id).where(E.id > bind(E.id, "after")).order_by(E.id).limit(LIMIT), keyed=True)
ENDED_SINCE: Final = Statement(
    select(E.id, E.ended_at).where(E.ended_at >= bind(E.ended_at, "moment")).order_by(E.ended_at), keyed=True
)
"""Both keyed: on a busy SQLite, waiting for a thread would delay revocations."""

LOCKED: Final = Statement(select(*SESSION_COLUMNS).where(S.id == bind(S.id)).with_for_update())
ADD: Final = Statement(
    insert(login_sessions)
    .from_select(
        SESSION_COLUMNS,
        select(*[bind(column) for column in SESSION_COLUMNS]).where(
            exists(select(users.c.id).where(users.c.id == bind(S.user_id)).with_for_update(read=True, key_share=True))
        ),
    )
    .returning(S.id)
)
UPDATE: Final = Statement(
    update(login_sessions)
    .where(S.user_id == bind(S.user_id), S.id == bind(S.id))
    .values({name: bind(S[name]) for name in CHANGEABLE})
    .returning(S.id)
)
CONFIRM: Final = Statement(
    update(login_sessions)
    .where(S.id == bind(S.id), S.confirmed < bind(S.confirmed, "used"), S.confirmed < S.generation)
    .values(confirmed=case((S.generation < bind(S.confirmed, "used"), S.generation), else_=bind(S.confirmed, "used")))
    .returning(S.id)
)
REMOVE: Final = Statement(delete(login_sessions).where(S.id == bind(S.id)).returning(S.id))
REMEMBER: Final = Statement(
    insert_or_pass(ended_sessions)
    .values(id=bind(E.id), ended_at=bind(E.ended_at))
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(E.id)
)
FORGET: Final = Statement(
    delete(ended_sessions).where(E.id.in_([bind(E.id, name) for name in FORGOTTEN])).returning(E.id)
)


@dataclass(frozen=True, slots=True)
class SqlSessions:
    """The login sessions. Writing methods require a transaction as reader."""

    reader: Reader

    async def of_user(self, user_id: UserId) -> Sequence[LoginSession]:
        return [_to_session(row) for row in await self.reader.all(OF_USER, {"user_id": user_id})]

    async def revoked(self, after: SessionId | None, limit: int) -> Sequence[SessionId]:
        rows = await self.reader.all(ENDED, {"after": after or FIRST, "limit": limit})
        return [SessionId(session_id) for (session_id,) in rows]

    async def revoked_since(self, moment: datetime) -> Sequence[tuple[SessionId, datetime]]:
        rows = await self.reader.all(ENDED_SINCE, {"moment": moment})
        return [(SessionId(session_id), ended_at) for session_id, ended_at in rows]

    async def add(self, session: LoginSession) -> None:
        if await self.reader.one(ADD, {name: getattr(session, name) for name in FIELDS}) is None:
            raise NotFound("account")

    async def locked(self, session_id: SessionId) -> LoginSession | None:
        row = await self.reader.one(LOCKED, {"id": session_id})
        return None if row is None else _to_session(row)

    async def update(self, session: LoginSession) -> None:
        await self.reader.one(UPDATE, {name: getattr(session, name) for name in FIELDS})

    async def confirm(self, used: Mapping[SessionId, int]) -> None:
        for session_id in sorted(used):  # a fixed order avoids deadlocks
            await self.reader.one(CONFIRM, {"id": session_id, "used": used[session_id]})

    async def end(self, session_ids: Sequence[SessionId], at: datetime) -> None:
        for session_id in sorted(session_ids):  # a fixed order avoids deadlocks
            if await self.reader.one(REMOVE, {"id": session_id}) is not None:
                await self.reader.one(REMEMBER, {"id": session_id, "ended_at": at})

    async def forget_revoked(self, session_ids: Sequence[SessionId]) -> None:
        ids = sorted(session_ids)  # a fixed order avoids deadlocks
        for start in range(0, len(ids), len(FORGOTTEN)):
            piece = ids[start : start + len(FORGOTTEN)]
            piece += [piece[-1]] * (len(FORGOTTEN) - len(piece))
            await self.reader.all(FORGET, dict(zip(FORGOTTEN, piece, strict=True)))


def _to_session(row: Row) -> LoginSession:
    return LoginSession(**dict(zip(FIELDS, row, strict=True)))
