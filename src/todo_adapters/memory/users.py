"""Users and their unique email addresses, in memory."""

from dataclasses import replace

from todo_adapters.memory.accounts_draft import AccountsDraft
from todo_adapters.memory.state import Shelf, account_row, others_run
from todo_adapters.memory.strictness import Misuse, check_storable
from todo_core.errors import EmailTaken, NotFound
from todo_core.ids import UserId
from todo_core.model.user import Credentials, User
from todo_core.paging import Page, page_of


class MemoryUserReads:
    def __init__(self, draft: AccountsDraft) -> None:
        self._draft = draft

    async def get(self, user_id: UserId) -> User:
        found = self._draft.users.get(user_id)
        await others_run()
        if found is None:
            raise NotFound("account")
        return found.user

    async def credentials(self, email: str) -> Credentials | None:
        found = self._with_address(email)
        await others_run()
        return found

    async def page(self, after: UserId | None, limit: int) -> Page[User, UserId]:
        users = sorted((found.user for found in self._draft.users.values()), key=lambda user: user.id)
        await others_run()
        rest = [user for user in users if after is None or user.id > after]
        return page_of(rest[: limit + 1], limit, lambda user: user.id)

    def _with_address(self, email: str) -> Credentials | None:
        return next((found for found in self._draft.users.values() if found.user.email == email), None)


class MemoryUsers(MemoryUserReads):
    async def add(self, user: User, password_hash: str) -> None:
        check_storable(user)
        address = ("address", user.email)
        held_before = address in self._draft.holding
        await self._draft.holding.take(address)
        await others_run()
        if self._with_address(user.email):
            if not held_before:
                self._draft.holding.give_back(address)
            raise EmailTaken
        await self._draft.holding.take(account_row(user.id))
        if self._draft.users.get(user.id):
            raise Misuse("the id of a new user is in use")
        self._draft.users.put(user.id, Credentials(user=user, password_hash=password_hash))
        self._draft.shelves.put(user.id, Shelf())

    async def locked(self, user_id: UserId) -> Credentials | None:
        await self._draft.holding.take(account_row(user_id))
        await others_run()
        return self._draft.users.get(user_id)

    async def update(self, user: User) -> None:
        check_storable(user)
        stored = await self._held(user.id)
        changed = replace(stored.user, name=user.name, time_zone=user.time_zone, disabled=user.disabled)
        self._draft.users.put(user.id, replace(stored, user=changed))

    async def set_password(self, user_id: UserId, password_hash: str) -> None:
        stored = await self._held(user_id)
        self._draft.users.put(user_id, replace(stored, password_hash=password_hash))

    async def remove(self, user_id: UserId) -> None:
        stored = await self._held(user_id)
        await self._draft.holding.take(("address", stored.user.email))
        if any(session.user_id == user_id for session in self._draft.sessions.values()):
            raise Misuse("the login sessions of an account must be ended before it is removed")
        self._draft.shelves.drop(user_id)
        self._draft.users.drop(user_id)

    async def _held(self, user_id: UserId) -> Credentials:
        found = await self.locked(user_id)
        if found is None:
            raise NotFound("account")
        return found
