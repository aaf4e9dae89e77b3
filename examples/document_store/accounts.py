"""Accounts: users, login sessions and failed logins, each a document. One unit of work on them runs at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from document_store.box import Box
from document_store.documents import Documents, Place
from todo_core.errors import EmailTaken, NotFound
from todo_core.ids import SessionId, UserId
from todo_core.model.attempts import Attempts
from todo_core.model.session import LoginSession
from todo_core.model.user import Credentials, User
from todo_core.paging import Page, page_of


class Draft:
    """The documents with the changes of one unit of work."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self.changes: dict[Place, Any] = {}

    def get(self, sort: str, key: Any) -> Any:
        return self.changes[sort, key] if (sort, key) in self.changes else self._documents.get(sort, key)

    def all(self, sort: str) -> dict[Any, Any]:
        """The documents of one sort, by key."""
        mine = {place[1]: value for place, value in self.changes.items() if place[0] == sort}
        return {key: value for key, value in {**self._documents.all(sort), **mine}.items() if value is not None}


class Users:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    async def get(self, user_id: UserId) -> User:
        return self._stored(user_id).user

    async def credentials(self, email: str) -> Credentials | None:
        found: Credentials | None = self._draft.get("user", self._draft.get("address", email))
        return found

    async def page(self, after: UserId | None, limit: int) -> Page[User, UserId]:
        users = [credentials.user for credentials in self._draft.all("user").values()]
        found = sorted((user for user in users if after is None or user.id > after), key=lambda user: user.id)
        return page_of(found, limit, lambda user: user.id)

    async def add(self, user: User, password_hash: str) -> None:
        if self._draft.get("address", user.email):
            raise EmailTaken
        self._draft.changes["address", user.email] = user.id
        self._draft.changes["user", user.id] = Credentials(user=user, password_hash=password_hash)
        self._draft.changes["box", user.id] = Box()

    async def locked(self, user_id: UserId) -> Credentials | None:
        found: Credentials | None = self._draft.get("user", user_id)
        return found

    async def update(self, user: User) -> None:
        stored = self._stored(user.id)
        changed = replace(stored.user, name=user.name, time_zone=user.time_zone, disabled=user.disabled)
        self._draft.changes["user", user.id] = replace(stored, user=changed)

    async def set_password(self, user_id: UserId, password_hash: str) -> None:
        self._draft.changes["user", user_id] = replace(self._stored(user_id), password_hash=password_hash)

    async def remove(self, user_id: UserId) -> None:
        places = (("address", self._stored(user_id).user.email), ("user", user_id), ("box", user_id))
        self._draft.changes.update(dict.fromkeys(places))

    def _stored(self, user_id: UserId) -> Credentials:
        found: Credentials | None = self._draft.get("user", user_id)
        if found is None:
            raise NotFound("account")
        return found


class Sessions:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    async def of_user(self, user_id: UserId) -> Sequence[LoginSession]:
        found = [each for each in self._draft.all("session").values() if each.user_id == user_id]
        return sorted(found, key=lambda session: (session.created_at, session.id))

    async def revoked(self, after: SessionId | None, limit: int) -> Sequence[SessionId]:
        return sorted(each for each in self._draft.all("revoked") if after is None or each > after)[:limit]

    async def revoked_since(self, moment: datetime) -> Sequence[tuple[SessionId, datetime]]:
        return [each for each in self._draft.all("revoked").items() if each[1] >= moment]

    async def add(self, session: LoginSession) -> None:
        if self._draft.get("user", session.user_id) is None:
            raise NotFound("account")
        self._draft.changes["session", session.id] = session

    async def locked(self, session_id: SessionId) -> LoginSession | None:
        found: LoginSession | None = self._draft.get("session", session_id)
        return found

    async def update(self, session: LoginSession) -> None:
        stored = self._draft.get("session", session.id)
        fixed = {"user_id": stored.user_id, "created_at": stored.created_at, "client": stored.client}
        self._draft.changes["session", session.id] = replace(session, **fixed)

    async def confirm(self, used: Mapping[SessionId, int]) -> None:
        for session_id, generation in used.items():
            if session := await self.locked(session_id):
                self._draft.changes["session", session_id] = session.used(generation)

    async def end(self, session_ids: Sequence[SessionId], at: datetime) -> None:
        for session_id in session_ids:
            if await self.locked(session_id):
                self._draft.changes["session", session_id] = None
                self._draft.changes["revoked", session_id] = at

    async def forget_revoked(self, session_ids: Sequence[SessionId]) -> None:
        self._draft.changes.update(dict.fromkeys(("revoked", session_id) for session_id in session_ids))


class FailedLogins:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    async def get(self, key: bytes) -> Attempts | None:
        found: Attempts | None = self._draft.get("attempts", key)
        return found

    async def locked(self, key: bytes, now: datetime) -> Attempts:
        return await self.get(key) or Attempts(since=now)

    async def update(self, key: bytes, attempts: Attempts) -> None:
        self._draft.changes["attempts", key] = attempts

    async def forget(self, after: datetime, before: datetime, limit: int) -> datetime | None:
        counts = self._draft.all("attempts").items()
        found, end = oldest(((attempts.since, key, attempts) for key, attempts in counts), after, before, limit)
        for _, key, attempts in found:
            if all(until is None or until < before for until in (attempts.blocked_until, attempts.kept_until)):
                self._draft.changes["attempts", key] = None
        return end


def oldest(
    rows: Iterable[tuple[datetime, Any, Any]], after: datetime, before: datetime, limit: int
) -> tuple[list[tuple[datetime, Any, Any]], datetime | None]:
    """The rows between two times, up to the time of the last of ``limit``; that time, or None if there are fewer."""
    found = sorted((row for row in rows if after < row[0] < before), key=lambda row: row[0])
    end = found[limit - 1][0] if len(found) >= limit else None
    return [row for row in found if end is None or row[0] <= end], end
