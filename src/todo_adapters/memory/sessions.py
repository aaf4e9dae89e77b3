"""Login sessions and revoked ones in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from todo_adapters.memory.accounts_draft import AccountsDraft
from todo_adapters.memory.state import account_row, others_run
from todo_adapters.memory.strictness import Misuse, check_storable
from todo_core.errors import NotFound
from todo_core.ids import SessionId, UserId
from todo_core.model.session import LoginSession
from todo_core.ports.accounts import FORGOTTEN_AT_ONCE


class MemorySessionReads:
    def __init__(self, draft: AccountsDraft) -> None:
        self._draft = draft

    async def of_user(self, user_id: UserId) -> Sequence[LoginSession]:
        found = [session for session in self._draft.sessions.values() if session.user_id == user_id]
        await others_run()
        return tuple(sorted(found, key=lambda session: (session.created_at, session.id)))

    async def revoked(self, after: SessionId | None, limit: int) -> Sequence[SessionId]:
        found = sorted(
            session_id for session_id, _ in self._draft.revoked.items() if after is None or session_id > after
        )
        await others_run()
        return tuple(found[:limit])

    async def revoked_since(self, moment: datetime) -> Sequence[tuple[SessionId, datetime]]:
        found = [(session_id, at) for session_id, at in self._draft.revoked.items() if at >= moment]
        await others_run()
        return tuple(found)


class MemorySessions(MemorySessionReads):
    async def add(self, session: LoginSession) -> None:
        check_storable(session)
        await self._draft.holding.take(account_row(session.user_id))
        await others_run()
        if self._draft.users.get(session.user_id) is None:
            raise NotFound("account")
        self._draft.sessions.put(session.id, session)

    async def locked(self, session_id: SessionId) -> LoginSession | None:
        await self._draft.holding.take(("session", session_id))
        await others_run()
        return self._draft.sessions.get(session_id)

    async def update(self, session: LoginSession) -> None:
        check_storable(session)
        stored = self._draft.sessions.get(session.id)
        if stored is None or ("session", session.id) not in self._draft.holding:
            raise Misuse("the session was not obtained from locked")
        changed = replace(session, user_id=stored.user_id, created_at=stored.created_at, client=stored.client)
        self._draft.sessions.put(session.id, changed)

    async def confirm(self, used: Mapping[SessionId, int]) -> None:
        for session_id in sorted(used):
            if session := await self.locked(session_id):
                self._draft.sessions.put(session_id, session.used(used[session_id]))

    async def end(self, session_ids: Sequence[SessionId], at: datetime) -> None:
        check_storable(at)
        for session_id in sorted(session_ids):
            if await self.locked(session_id):
                self._draft.sessions.drop(session_id)
                self._draft.revoked.put(session_id, at)

    async def forget_revoked(self, session_ids: Sequence[SessionId]) -> None:
        if len(session_ids) > FORGOTTEN_AT_ONCE:
            raise Misuse("more than FORGOTTEN_AT_ONCE ids")
        await others_run()
        for session_id in session_ids:
            self._draft.revoked.drop(session_id)
