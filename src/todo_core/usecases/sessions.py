"""Logging in, staying logged in, and logging out, on this device or on others."""

from collections.abc import Sequence
from dataclasses import dataclass

from todo_core.errors import InvalidCredentials, InvalidToken, NotFound
from todo_core.ids import SessionId, UserId
from todo_core.limits import SESSIONS_MAX
from todo_core.model.password import readable
from todo_core.model.rules import Rules
from todo_core.model.session import LoginSession, Refresh, SessionPolicy, client_label
from todo_core.model.user import Actor, User, readable_email
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.security import AccessTokens, EndedSessions, RefreshTokens
from todo_core.runner import Runner
from todo_core.usecases.cleanup import forget_expired
from todo_core.usecases.passwords import PasswordCheck


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What somebody holds who has just proved who they are; ``expires_in`` is in seconds."""

    user: User
    token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Sessions:
    """The login sessions of everybody."""

    runner: Runner
    passwords: PasswordCheck
    access: AccessTokens
    refreshing: RefreshTokens
    ended: EndedSessions
    policy: SessionPolicy = SessionPolicy()

    def identify(self, token: str) -> Actor:
        """Who is asking, without looking anything up outside memory. Raises InvalidToken."""
        claims = self.access.read(token, self.runner.clock.now())
        if claims.session_id in self.ended:
            raise InvalidToken
        return Actor(claims.user_id, claims.session_id)

    async def log_in(self, email: str, password: str, client: str, place: str = "") -> SignedIn:
        """A new login session; failures count for the address, and for the place if one is named.

        Raises InvalidCredentials, TooManyRequests, and Invalid for what no address or password can be.
        """
        rules = Rules()
        password = rules.keep("password", readable, password, "")
        email = rules.keep("email", readable_email, email, "")
        rules.settle()
        found = await self.runner.store.accounts().users.credentials(email)
        checked = await self.passwords.check(email, found.password_hash if found else None, password, place)
        if found is None or not checked.right or found.user.disabled:
            self.runner.journal.record("login_failed", user=str(found.user.id) if found else None)
            raise InvalidCredentials
        session = self.new(found.user.id, client)

        async def enter(tx: AccountsUnitOfWork) -> list[SessionId] | None:
            if await tx.users.locked(found.user.id) != found:
                return None  # the password was changed or the account disabled while this one was being checked
            if checked.new_hash:
                await tx.users.set_password(found.user.id, checked.new_hash)
            surplus = [old.id for old in self._surplus(await tx.sessions.of_user(found.user.id))]
            await tx.sessions.end(surplus, self.runner.clock.now())
            await tx.sessions.add(session)
            return surplus

        try:
            surplus = await self.runner.accounts(enter)
        except NotFound:
            surplus = None
        if surplus is None:
            raise InvalidCredentials
        self.forget(surplus)
        self.runner.journal.record("login", user=str(found.user.id), session=str(session.id))
        return self.tokens(found.user, session)

    async def refresh(self, token: str) -> SignedIn:
        """New tokens for an old refresh token. Raises InvalidToken; a copied token ends its login session."""
        session_id, generation = self.refreshing.read(token)

        async def present(tx: AccountsUnitOfWork) -> tuple[Refresh, LoginSession, User] | None:
            session = await tx.sessions.locked(session_id)
            if session is None:
                return None
            user = await tx.users.get(session.user_id)
            now = self.runner.clock.now()
            outcome, session = session.refresh(generation, now, self.policy)
            if outcome in {Refresh.ROTATED, Refresh.REPEATED} and not user.disabled:
                await tx.sessions.update(session)
            else:
                await tx.sessions.end([session.id], now)
            return outcome, session, user

        presented = await self.runner.accounts(present)
        if presented is None:
            raise InvalidToken
        outcome, session, user = presented
        self.runner.journal.record(f"refresh_{outcome.value}", user=str(user.id), session=str(session.id))
        if outcome in {Refresh.REUSED, Refresh.EXPIRED} or user.disabled:
            self.forget([session.id])
            raise InvalidToken
        return self.tokens(user, session)

    async def log_out(self, actor: Actor) -> None:
        """Ends the caller's own login session, at once and everywhere."""
        await self._end([actor.session_id])
        self.runner.journal.record("logout", user=str(actor.user_id), session=str(actor.session_id))

    async def list(self, actor: Actor) -> Sequence[LoginSession]:
        """The caller's login sessions, oldest first, without those that have expired."""
        now = self.runner.clock.now()
        sessions = await self.runner.store.accounts().sessions.of_user(actor.user_id)
        return [session for session in sessions if not session.expired(now, self.policy)]

    async def end(self, actor: Actor, session_id: SessionId) -> None:
        """Ends one of the caller's login sessions. Raises NotFound."""
        if session_id not in {session.id for session in await self.list(actor)}:
            await self.runner.store.confirm()  # who repeats this takes it for the end of the session
            raise NotFound("login session")
        await self._end([session_id])
        self.runner.journal.record("session_ended", user=str(actor.user_id), session=str(session_id))

    async def end_others(self, actor: Actor) -> None:
        """Ends all of the caller's login sessions but the one they are in."""
        sessions = await self.runner.store.accounts().sessions.of_user(actor.user_id)
        await self._end([session.id for session in sessions if session.id != actor.session_id])
        self.runner.journal.record("other_sessions_ended", user=str(actor.user_id))

    def new(self, user_id: UserId, client: str) -> LoginSession:
        """A login session that begins now; ``client`` is a label under which its owner will know it again."""
        now = self.runner.clock.now()
        return LoginSession(
            id=SessionId(self.runner.ids.new()),
            user_id=user_id,
            created_at=now,
            last_used_at=now,
            client=client_label(client),
        )

    def tokens(self, user: User, session: LoginSession) -> SignedIn:
        """The tokens of a session as it stands."""
        return SignedIn(
            user=user,
            token=self.access.issue(user.id, session.id, self.runner.clock.now()),
            refresh_token=self.refreshing.issue(session.id, session.generation),
            expires_in=int(self.access.lifetime.total_seconds()),
        )

    def forget(self, session_ids: Sequence[SessionId]) -> None:
        """Refuses the access tokens of these sessions from now on; other replicas learn it from the storage."""
        now = self.runner.clock.now()
        for session_id in session_ids:
            self.ended.add(session_id, now)

    async def sweep(self) -> None:
        """Drops what nobody will ask for again: ended sessions, old counts of failed logins, receipts of keys."""
        now = self.runner.clock.now()

        async def drop(tx: AccountsUnitOfWork) -> None:
            await tx.sessions.forget_ended(now - 2 * self.access.lifetime)

        await self.runner.accounts(drop)
        await forget_expired(self.runner, self.passwords.policy.window, now)

    def _surplus(self, sessions: Sequence[LoginSession]) -> Sequence[LoginSession]:
        """Those that have expired, and the oldest of those that leave no room for one more."""
        now = self.runner.clock.now()
        alive = [session for session in sessions if not session.expired(now, self.policy)]
        expired = [session for session in sessions if session.expired(now, self.policy)]
        return expired + alive[: max(0, len(alive) - SESSIONS_MAX + 1)]

    async def _end(self, session_ids: Sequence[SessionId]) -> None:
        now = self.runner.clock.now()

        async def end(tx: AccountsUnitOfWork) -> None:
            await tx.sessions.end(session_ids, now)

        await self.runner.accounts(end)
        self.forget(session_ids)
