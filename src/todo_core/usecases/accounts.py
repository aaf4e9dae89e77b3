"""Getting an account, changing it, and leaving."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from todo_core.errors import EmailTaken, Invalid, InvalidToken, NotFound, Violation
from todo_core.ids import SessionId, UserId
from todo_core.limits import PAGE_MAX
from todo_core.model.password import new_password
from todo_core.model.rules import Rules
from todo_core.model.session import LoginSession
from todo_core.model.user import Actor, ProfilePatch, Registration, User
from todo_core.paging import Page
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.security import PasswordHasher
from todo_core.runner import Runner
from todo_core.usecases.passwords import PasswordCheck, readable_password
from todo_core.usecases.sessions import Sessions, SignedIn, held


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of everybody."""

    runner: Runner
    hasher: PasswordHasher
    passwords: PasswordCheck
    sessions: Sessions

    async def register(self, wish: Registration, client: str, network: str = "") -> SignedIn:
        """A new account, and its first login session; counts as a failed login for the network if one is named.

        Raises EmailTaken and TooManyRequests.
        """

        async def permit() -> None:
            if await self.runner.store.accounts().users.credentials(wish.email):
                raise EmailTaken

        password_hash = await self.passwords.hash_new(wish.password, network, permit)
        user = self._new_user(wish)
        session = self.sessions.new(user.id, client)

        async def enter(tx: AccountsUnitOfWork) -> None:
            await tx.users.add(user, password_hash)
            await tx.sessions.add(session)
            await self.passwords.throttle(user.email, network).welcome(tx)

        await self.runner.accounts(enter)
        self.runner.event_log.record("registered", user=str(user.id), session=str(session.id))
        return self.sessions.tokens(user, session)

    async def add(self, wish: Registration) -> User:
        """A new account without a login session. Raises EmailTaken."""
        async with self.hasher.turn() as turn:
            password_hash = await turn.hash(wish.password)
        user = self._new_user(wish)

        async def enter(tx: AccountsUnitOfWork) -> None:
            await tx.users.add(user, password_hash)

        await self.runner.accounts(enter)
        self.runner.event_log.record("registered", user=str(user.id))
        return user

    def _new_user(self, wish: Registration) -> User:
        user_id, now = UserId(self.runner.ids.new()), self.runner.clock.now()
        return User(id=user_id, email=wish.email, name=wish.name, created_at=now)

    async def me(self, actor: Actor) -> User:
        """The caller. Raises InvalidToken when the account is gone."""
        try:
            return await self.runner.store.accounts().users.get(actor.user_id)
        except NotFound:
            raise InvalidToken from None

    async def change_profile(self, actor: Actor, patch: ProfilePatch) -> User:
        """The caller, with another name or time zone. Raises InvalidToken when the login session is gone."""

        async def change(tx: AccountsUnitOfWork) -> User:
            found, _ = await held(tx, actor)
            user = found.user.change(patch)
            await tx.users.update(user)
            return user

        return await self.runner.accounts(change)

    async def change_password(self, actor: Actor, current: str, new: str, network: str = "") -> None:
        """Sets another password and ends all other login sessions.

        Raises Invalid, also when ``current`` is wrong, and InvalidToken when the login session is gone.
        """
        user = await self.me(actor)
        rules = Rules()
        wanted = rules.keep("new_password", lambda text: new_password(text, user.email, user.name), new, "")
        rules.settle()
        proven = await self._prove(user, "current_password", current, network)
        async with self.hasher.turn(network) as turn:
            password_hash = await turn.hash(wanted)
        now = self.runner.clock.now()

        async def change(tx: AccountsUnitOfWork) -> list[SessionId]:
            sessions = await self._prove_again(tx, actor, "current_password", proven)
            await tx.users.set_password(user.id, password_hash)
            others = [session.id for session in sessions if session.id != actor.session_id]
            await tx.sessions.end(others, now)
            return others

        self.sessions.forget(await self.runner.accounts(change))
        self.runner.event_log.record("password_changed", user=str(user.id))

    async def close(self, actor: Actor, password: str, network: str = "") -> None:
        """Deletes the account and everything in it.

        Raises Invalid when the password is wrong, and InvalidToken when the login session is gone.
        """
        user = await self.me(actor)
        proven = await self._prove(user, "password", password, network)

        async def remove(tx: AccountsUnitOfWork) -> list[SessionId]:
            revoked = [session.id for session in await self._prove_again(tx, actor, "password", proven)]
            await tx.sessions.end(revoked, self.runner.clock.now())
            await tx.users.remove(user.id)
            return revoked

        self.sessions.forget(await self.runner.accounts(remove))
        self.runner.event_log.record("account_closed", user=str(user.id))

    async def disable(self, email: str, disabled: bool = True) -> User:
        """The user with this canonical address may no longer log in, or may again. Raises NotFound."""
        known = await self.runner.store.accounts().users.credentials(email)
        if known is None:
            raise NotFound("account")
        user_id = known.user.id

        async def change(tx: AccountsUnitOfWork) -> tuple[User, list[SessionId]]:
            found = await tx.users.locked(user_id)
            if found is None:
                raise NotFound("account")
            user = replace(found.user, disabled=disabled)
            await tx.users.update(user)
            revoked = [session.id for session in await tx.sessions.of_user(user_id)] if disabled else []
            await tx.sessions.end(revoked, self.runner.clock.now())
            return user, revoked

        user, revoked = await self.runner.accounts(change)
        self.sessions.forget(revoked)
        self.runner.event_log.record("account_disabled" if disabled else "account_enabled", user=str(user_id))
        return user

    async def list(self, after: UserId | None = None, limit: int = PAGE_MAX) -> Page[User, UserId]:
        """Everybody, in order of registration."""
        return await self.runner.store.accounts().users.page(after, limit)

    async def _prove(self, user: User, field: str, password: str, network: str) -> str:
        """Asks for the password again, and returns the hash that it was compared with.

        A wrong one is a broken rule: after a 401 clients would throw away a good session. Raises Invalid.
        """
        found = await self.runner.store.accounts().users.credentials(user.email)
        if found is None or found.user.id != user.id:
            raise InvalidToken
        checked = await self.passwords.check(
            user.email, found.password_hash, readable_password(field, password), network
        )
        if not checked.right:
            raise self._wrong_password(user.id, field)
        return found.password_hash

    async def _prove_again(
        self, tx: AccountsUnitOfWork, actor: Actor, field: str, proven: str
    ) -> Sequence[LoginSession]:
        """The caller's login sessions, if what ``_prove`` found still holds under the lock."""
        found, sessions = await held(tx, actor)
        if found.password_hash != proven:
            raise self._wrong_password(actor.user_id, field)
        return sessions

    def _wrong_password(self, user_id: UserId, field: str) -> Invalid:
        self.runner.event_log.record("password_check_failed", user=str(user_id))
        return Invalid([Violation(field, "wrong-password", "This is not the current password.")])
