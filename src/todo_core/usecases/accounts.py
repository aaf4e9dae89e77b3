"""Getting an account, changing it, and leaving."""

from dataclasses import dataclass, replace

from todo_core.errors import EmailTaken, Invalid, InvalidToken, NotFound, Violation
from todo_core.ids import SessionId, UserId
from todo_core.limits import PAGE_MAX
from todo_core.model.password import new_password
from todo_core.model.rules import Rules
from todo_core.model.user import Actor, Credentials, ProfilePatch, Registration, User
from todo_core.paging import Page
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.security import PasswordHasher
from todo_core.runner import Runner
from todo_core.usecases.passwords import PasswordCheck, readable_password
from todo_core.usecases.sessions import Sessions, SignedIn


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of everybody."""

    runner: Runner
    hasher: PasswordHasher
    passwords: PasswordCheck
    sessions: Sessions

    async def register(self, wish: Registration, client: str, place: str = "") -> SignedIn:
        """A new account, and its first login session. Raises EmailTaken."""
        if await self.runner.store.accounts().users.credentials(wish.email):
            raise EmailTaken
        user, password_hash = await self._prepare(wish)
        session = self.sessions.new(user.id, client)

        async def enter(tx: AccountsUnitOfWork) -> None:
            await tx.users.add(user, password_hash)
            await tx.sessions.add(session)
            await self.passwords.throttle(user.email, place).welcome(tx)

        await self.runner.accounts(enter)
        self.runner.journal.record("registered", user=str(user.id), session=str(session.id))
        return self.sessions.tokens(user, session)

    async def add(self, wish: Registration) -> User:
        """A new account without a login session. Raises EmailTaken."""
        user, password_hash = await self._prepare(wish)

        async def enter(tx: AccountsUnitOfWork) -> None:
            await tx.users.add(user, password_hash)

        await self.runner.accounts(enter)
        self.runner.journal.record("registered", user=str(user.id))
        return user

    async def _prepare(self, wish: Registration) -> tuple[User, str]:
        async with self.hasher.turn() as turn:
            password_hash = await turn.hash(wish.password)
        user_id, now = UserId(self.runner.ids.new()), self.runner.clock.now()
        return User(id=user_id, email=wish.email, name=wish.name, created_at=now), password_hash

    async def me(self, actor: Actor) -> User:
        """The caller. Raises InvalidToken when the account is gone."""
        try:
            return await self.runner.store.accounts().users.get(actor.user_id)
        except NotFound:
            raise InvalidToken from None

    async def change_profile(self, actor: Actor, patch: ProfilePatch) -> User:
        """The caller, with another name or time zone. Raises InvalidToken when the account is gone."""

        async def change(tx: AccountsUnitOfWork) -> User:
            found = await tx.users.locked(actor.user_id)
            if found is None:
                raise InvalidToken
            user = found.user.change(patch)
            await tx.users.update(user)
            return user

        return await self.runner.accounts(change)

    async def change_password(self, actor: Actor, current: str, new: str, place: str = "") -> None:
        """Another password; all other login sessions end. Raises Invalid, also when ``current`` is wrong."""
        user = await self.me(actor)
        rules = Rules()
        wanted = rules.keep("new_password", lambda text: new_password(text, user.email, user.name), new, "")
        rules.settle()
        await self._prove(user, "current_password", current, place)
        async with self.hasher.turn() as turn:
            password_hash = await turn.hash(wanted)
        now = self.runner.clock.now()

        async def change(tx: AccountsUnitOfWork) -> list[SessionId]:
            await tx.users.locked(user.id)
            await tx.users.set_password(user.id, password_hash)
            sessions = await tx.sessions.of_user(user.id)
            others = [session.id for session in sessions if session.id != actor.session_id]
            await tx.sessions.end(others, now)
            return others

        self.sessions.forget(await self.runner.accounts(change))
        self.runner.journal.record("password_changed", user=str(user.id))

    async def close(self, actor: Actor, password: str, place: str = "") -> None:
        """The account and everything in it is gone. Raises Invalid when the password is wrong."""
        user = await self.me(actor)
        await self._prove(user, "password", password, place)

        async def remove(tx: AccountsUnitOfWork) -> list[SessionId]:
            await tx.users.locked(user.id)
            sessions = await tx.sessions.of_user(user.id)
            ended = [session.id for session in sessions]
            await tx.sessions.end(ended, self.runner.clock.now())
            await tx.users.remove(user.id)
            return ended

        self.sessions.forget(await self.runner.accounts(remove))
        self.runner.journal.record("account_closed", user=str(user.id))

    async def disable(self, email: str, disabled: bool = True) -> User:
        """The user with this canonical address may no longer log in, or may again. Raises NotFound."""
        user_id = (await self._credentials(email)).user.id

        async def change(tx: AccountsUnitOfWork) -> tuple[User, list[SessionId]]:
            found = await tx.users.locked(user_id)
            if found is None:
                raise NotFound("account")
            user = replace(found.user, disabled=disabled)
            await tx.users.update(user)
            ended = [session.id for session in await tx.sessions.of_user(user_id)] if disabled else []
            await tx.sessions.end(ended, self.runner.clock.now())
            return user, ended

        user, ended = await self.runner.accounts(change)
        self.sessions.forget(ended)
        self.runner.journal.record("account_disabled" if disabled else "account_enabled", user=str(user_id))
        return user

    async def list(self, after: UserId | None = None, limit: int = PAGE_MAX) -> Page[User, UserId]:
        """Everybody, in order of registration."""
        return await self.runner.store.accounts().users.page(after, limit)

    async def _credentials(self, email: str) -> Credentials:
        found = await self.runner.store.accounts().users.credentials(email)
        if found is None:
            raise NotFound("account")
        return found

    async def _prove(self, user: User, field: str, password: str, place: str) -> None:
        """Asks again for the password. A wrong one is a broken rule: a 401 would throw a good session away."""
        stored = (await self._credentials(user.email)).password_hash
        checked = await self.passwords.check(user.email, stored, readable_password(field, password), place)
        if not checked.right:
            self.runner.journal.record("password_check_failed", user=str(user.id))
            raise Invalid([Violation(field, "wrong-password", "This is not the current password.")])
