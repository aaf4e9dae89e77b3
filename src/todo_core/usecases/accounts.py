"""Use cases of accounts: register, change profile and password, close; for operators: find, reset, remove, export."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from todo_core.errors import EmailTaken, Invalid, InvalidToken, NotFound, Violation
from todo_core.ids import SessionId, UserId
from todo_core.limits import PAGE_MAX
from todo_core.model.password import new_password, readable
from todo_core.model.rules import checked
from todo_core.model.session import LoginSession
from todo_core.model.user import Actor, ProfilePatch, Registration, User, readable_email
from todo_core.paging import Page
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.security import PasswordHasher
from todo_core.runner import Runner
from todo_core.usecases.export import AccountExport
from todo_core.usecases.passwords import PasswordCheck
from todo_core.usecases.sessions import Sessions, SignedIn, locked_account


@dataclass(frozen=True, slots=True)
class Accounts:
    """Use cases of accounts."""

    runner: Runner
    hasher: PasswordHasher
    passwords: PasswordCheck
    sessions: Sessions

    async def register(self, registration: Registration, client: str, network: str = "") -> SignedIn:
        """Creates an account and its first login session. Raises EmailTaken, TooManyRequests.

        Counts as a failed login of the network, unless that is empty.
        """

        async def permit() -> None:
            if await self.runner.store.accounts().users.credentials(registration.email):
                raise EmailTaken

        password_hash = await self.passwords.hash_new(registration.password, network, permit)
        user = self._new_user(registration)
        session = self.sessions.new(user.id, client)

        async def enter(tx: AccountsUnitOfWork) -> None:
            await tx.users.add(user, password_hash)
            await tx.sessions.add(session)
            await self.passwords.throttle(user.email, network).mark_known(tx)

        await self.runner.accounts(enter)
        self.runner.event_log.record("registered", user=str(user.id), session=str(session.id))
        return self.sessions.tokens(user, session)

    async def add(self, registration: Registration) -> User:
        """Creates an account without a login session. Raises EmailTaken."""
        async with self.hasher.turn() as turn:
            password_hash = await turn.hash(registration.password)
        user = self._new_user(registration)
        await self.runner.accounts(lambda tx: tx.users.add(user, password_hash))
        self.runner.event_log.record("registered", user=str(user.id))
        return user

    def _new_user(self, registration: Registration) -> User:
        user_id, now = UserId(self.runner.ids.new()), self.runner.clock.now()
        return User(id=user_id, email=registration.email, name=registration.name, created_at=now)

    async def me(self, actor: Actor) -> User:
        """The caller's user. Raises InvalidToken if the account no longer exists."""
        try:
            return await self.runner.store.accounts().users.get(actor.user_id)
        except NotFound:
            raise InvalidToken from None

    async def change_profile(self, actor: Actor, patch: ProfilePatch) -> User:
        """Changes name or time zone. Raises InvalidToken if the login session has ended."""

        async def change(tx: AccountsUnitOfWork) -> User:
            found, _ = await locked_account(tx, actor)
            user = found.user.change(patch)
            await tx.users.update(user)
            return user

        return await self.runner.accounts(change)

    async def change_password(self, actor: Actor, current: str, new: str, network: str = "") -> None:
        """Sets a new password and ends all other login sessions.

        Raises Invalid, also if ``current`` is wrong, InvalidToken if the login session has ended, TooManyRequests.
        """
        user = await self.me(actor)
        rules = {"new_password": lambda text: new_password(text, user.email, user.name)}
        new = checked({"new_password": new}, rules)["new_password"]
        proven = await self._prove(user, "current_password", current, network)
        async with self.hasher.turn(network) as turn:
            password_hash = await turn.hash(new)
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
        """Deletes the account and all of its data.

        Raises Invalid if the password is wrong, InvalidToken if the login session has ended, TooManyRequests.
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

    async def find(self, email: str) -> User:
        """The user with this email address. Raises Invalid, NotFound."""
        address = checked({"email": email}, {"email": readable_email})["email"]
        found = await self.runner.store.accounts().users.credentials(address)
        if found is None:
            raise NotFound("account")
        return found.user

    async def disable(self, email: str, disabled: bool = True) -> User:
        """Disables or enables the user with this email address. Disabling ends all login sessions.

        Raises NotFound.
        """

        async def change(tx: AccountsUnitOfWork, found: User) -> User:
            user = replace(found, disabled=disabled)
            await tx.users.update(user)
            return user

        user = await self._administer(email, change, end_sessions=disabled)
        self.runner.event_log.record("account_disabled" if disabled else "account_enabled", user=str(user.id))
        return user

    async def reset_password(self, email: str, new: str) -> User:
        """Sets a new password without the current one, ends all login sessions and clears the count of failed logins.

        Networks from which the user has logged in before are no longer known. Raises Invalid, NotFound.
        """
        user = await self.find(email)
        rules = {"password": lambda text: new_password(text, user.email, user.name)}
        new = checked({"password": new}, rules)["password"]
        async with self.hasher.turn() as turn:
            password_hash = await turn.hash(new)

        async def change(tx: AccountsUnitOfWork, found: User) -> User:
            await tx.users.set_password(found.id, password_hash)
            await self.passwords.throttle(found.email, "").reset(tx)
            return found

        user = await self._administer(email, change)
        self.runner.event_log.record("password_reset", user=str(user.id))
        return user

    async def remove(self, email: str) -> User:
        """Deletes the account and all of its data without its password. Raises NotFound."""

        async def remove(tx: AccountsUnitOfWork, found: User) -> User:
            await tx.users.remove(found.id)
            return found

        user = await self._administer(email, remove)
        self.runner.event_log.record("account_removed", user=str(user.id))
        return user

    async def export(self, email: str) -> AccountExport:
        """Everything of the user with this email address, to be read page by page. Raises NotFound."""
        user = await self.find(email)
        sessions = await self.runner.store.accounts().sessions.of_user(user.id)
        self.runner.event_log.record("account_exported", user=str(user.id))
        return AccountExport(user, sessions, self.runner.store.view(user.id))

    async def _administer(
        self, email: str, change: Callable[[AccountsUnitOfWork, User], Awaitable[User]], *, end_sessions: bool = True
    ) -> User:
        """Changes an account under its lock, after its login sessions have ended. Raises NotFound."""
        user_id = (await self.find(email)).id

        async def administer(tx: AccountsUnitOfWork) -> tuple[User, Sequence[SessionId]]:
            found = await tx.users.locked(user_id)
            if found is None:
                raise NotFound("account")
            ended = [session.id for session in await tx.sessions.of_user(user_id)] if end_sessions else []
            await tx.sessions.end(ended, self.runner.clock.now())
            return await change(tx, found.user), ended

        user, ended = await self.runner.accounts(administer)
        self.sessions.forget(ended)
        return user

    async def list(self, after: UserId | None = None, limit: int = PAGE_MAX) -> Page[User, UserId]:
        """A page of users in order of registration."""
        return await self.runner.store.accounts().users.page(after, limit)

    async def _prove(self, user: User, field: str, password: str, network: str) -> str:
        """Verifies the password and returns the hash with which it was compared.

        Raises Invalid if it is wrong, not a 401, after which clients would discard a valid session.
        """
        found = await self.runner.store.accounts().users.credentials(user.email)
        if found is None or found.user.id != user.id:
            raise InvalidToken
        password = checked({field: password}, {field: readable})[field]
        if not (await self.passwords.check(user.email, found.password_hash, password, network)).right:
            raise self._wrong_password(user.id, field)
        return found.password_hash

    async def _prove_again(
        self, tx: AccountsUnitOfWork, actor: Actor, field: str, proven: str
    ) -> Sequence[LoginSession]:
        """Locks the account and returns its login sessions. Raises Invalid if the hash from ``_prove`` has changed."""
        found, sessions = await locked_account(tx, actor)
        if found.password_hash != proven:
            raise self._wrong_password(actor.user_id, field)
        return sessions

    def _wrong_password(self, user_id: UserId, field: str) -> Invalid:
        self.runner.event_log.record("password_check_failed", user=str(user_id))
        return Invalid([Violation(field, "wrong-password", "This is not the current password.")])
