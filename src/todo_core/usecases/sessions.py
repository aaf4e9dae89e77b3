"""Use cases of login sessions: log in, refresh, log out, list, end."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from todo_core.errors import InvalidCredentials, InvalidToken, NotFound
from todo_core.ids import SessionId, UserId
from todo_core.limits import SESSIONS_MAX
from todo_core.model.password import readable
from todo_core.model.rules import checked
from todo_core.model.session import LoginSession, RefreshOutcome, SessionPolicy, client_label
from todo_core.model.user import Actor, Credentials, User, readable_email
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.security import AccessTokens, RefreshTokens, RevokedSessions
from todo_core.runner import Runner
from todo_core.usecases.first_uses import FirstUses
from todo_core.usecases.passwords import Checked, PasswordCheck

FIRST_USES_AT_ONCE: Final = 100
"""First uses of access tokens that are written in one unit of work."""

LOGIN_TRIES: Final = 2
"""How often a password is compared if the stored hash changes meanwhile, because another login has renewed it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Tokens issued after authentication. ``expires_in`` is in seconds."""

    user: User
    token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Sessions:
    """Use cases of login sessions."""

    runner: Runner
    passwords: PasswordCheck
    access: AccessTokens
    refreshing: RefreshTokens
    revoked: RevokedSessions
    policy: SessionPolicy = SessionPolicy()
    first_uses: FirstUses = field(default_factory=FirstUses)

    def identify(self, token: str) -> Actor:
        """The caller of an access token. Reads only memory. Raises InvalidToken, Unavailable."""
        now = self.runner.clock.now()
        claims = self.access.read(token, now)
        if claims.session_id in self.revoked:
            raise InvalidToken
        if claims.generation > 1 and now - claims.issued_at < self.policy.grace:
            self.first_uses.note(claims.session_id, claims.generation)
        return Actor(claims.user_id, claims.session_id)

    async def log_in(self, email: str, password: str, client: str, network: str = "") -> SignedIn:
        """Creates a login session. Failures count for the account, and for the network unless it is empty.

        Raises InvalidCredentials, TooManyRequests, and Invalid if address or password cannot belong to an account.
        """
        given = checked({"password": password, "email": email}, {"password": readable, "email": readable_email})
        email, password = given["email"], given["password"]
        for _ in range(LOGIN_TRIES):
            found = await self.runner.store.accounts().users.credentials(email)
            check = await self.passwords.check(email, found.password_hash if found else None, password, network)
            if found is None or not check.right or found.user.disabled:
                self.runner.event_log.record("login_failed", user=str(found.user.id) if found else None)
                raise InvalidCredentials
            session = self.new(found.user.id, client)
            user = await self._enter(found, check, session)
            if user is not None:
                self.runner.event_log.record("login", user=str(user.id), session=str(session.id))
                return self.tokens(user, session)
        raise InvalidCredentials

    async def _enter(self, found: Credentials, check: Checked, session: LoginSession) -> User | None:
        """Stores the new login session. Returns None if the credentials have changed since they were checked."""

        async def enter(tx: AccountsUnitOfWork) -> tuple[User | None, list[SessionId]]:
            now = await tx.users.locked(found.user.id)
            if now is None or now.user.disabled or now.password_hash != found.password_hash:
                return None, []
            if check.new_hash:
                await tx.users.set_password(now.user.id, check.new_hash)
            surplus = [old.id for old in self._surplus(await tx.sessions.of_user(now.user.id))]
            await tx.sessions.end(surplus, self.runner.clock.now())
            await tx.sessions.add(session)
            return now.user, surplus

        user, surplus = await self.runner.accounts(enter)
        self.forget(surplus)
        return user

    async def refresh(self, token: str, network: str = "") -> SignedIn:
        """Rotates a refresh token. Raises InvalidToken. A reused token ends its login session."""
        session_id, generation = self.refreshing.read(token)
        where = self.passwords.digests.of("rotation", str(session_id), network) if network else None

        async def present(tx: AccountsUnitOfWork) -> tuple[RefreshOutcome, LoginSession, User]:
            session = await tx.sessions.locked(session_id)
            if session is None:
                raise InvalidToken
            user = await tx.users.get(session.user_id)
            now = self.runner.clock.now()
            session = session.used(self.first_uses.generation(session_id))
            outcome, session = session.refresh(generation, now, self.policy, where)
            if outcome in {RefreshOutcome.ROTATED, RefreshOutcome.REPEATED} and not user.disabled:
                await tx.sessions.update(session)
            else:
                await tx.sessions.end([session.id], now)
            return outcome, session, user

        outcome, session, user = await self.runner.accounts(present)
        facts = {"user": str(user.id), "session": str(session.id)}
        self.runner.event_log.record(f"refresh_{outcome.value}", **facts)
        if outcome is RefreshOutcome.REPEATED and session.rotated_elsewhere(where):
            self.runner.event_log.record("refresh_repeated_elsewhere", **facts)
        if outcome in {RefreshOutcome.REUSED, RefreshOutcome.EXPIRED} or user.disabled:
            self.forget([session.id])
            raise InvalidToken
        return self.tokens(user, session)

    async def log_out(self, actor: Actor) -> None:
        """Ends the caller's own login session. Idempotent."""
        now = self.runner.clock.now()
        await self.runner.accounts(lambda tx: tx.sessions.end([actor.session_id], now))
        self.forget([actor.session_id])
        self.runner.event_log.record("logout", user=str(actor.user_id), session=str(actor.session_id))

    async def list(self, actor: Actor) -> Sequence[LoginSession]:
        """The caller's unexpired login sessions, oldest first, with ``disclosed_last_use``."""
        now = self.runner.clock.now()
        sessions = await self.runner.store.accounts().sessions.of_user(actor.user_id)
        alive = [session for session in sessions if not session.expired(now, self.policy)]
        return [replace(session, last_used_at=session.disclosed_last_use(now, self.policy)) for session in alive]

    async def end(self, actor: Actor, session_id: SessionId) -> None:
        """Ends one of the caller's login sessions. Raises NotFound, and InvalidToken if the current one has ended."""

        async def end(tx: AccountsUnitOfWork) -> None:
            _, sessions = await locked_account(tx, actor)
            now = self.runner.clock.now()
            if session_id not in {session.id for session in sessions if not session.expired(now, self.policy)}:
                raise NotFound("login session")
            await tx.sessions.end([session_id], now)

        try:
            await self.runner.accounts(end)
        except NotFound:
            await self.runner.store.confirm()  # a client that repeats its request takes this as confirmation
            raise
        self.forget([session_id])
        self.runner.event_log.record("session_ended", user=str(actor.user_id), session=str(session_id))

    async def end_others(self, actor: Actor) -> None:
        """Ends all of the caller's login sessions except the current one. Raises InvalidToken if that has ended."""

        async def end(tx: AccountsUnitOfWork) -> list[SessionId]:
            _, sessions = await locked_account(tx, actor)
            others = [session.id for session in sessions if session.id != actor.session_id]
            await tx.sessions.end(others, self.runner.clock.now())
            return others

        self.forget(await self.runner.accounts(end))
        self.runner.event_log.record("other_sessions_ended", user=str(actor.user_id))

    def new(self, user_id: UserId, client: str) -> LoginSession:
        """A login session that starts now, not stored yet. ``client`` is shown to its owner as a label."""
        now = self.runner.clock.now()
        return LoginSession(
            id=SessionId(self.runner.ids.new()),
            user_id=user_id,
            created_at=now,
            last_used_at=now,
            client=client_label(client),
        )

    def tokens(self, user: User, session: LoginSession) -> SignedIn:
        """Tokens for the current generation of a session."""
        return SignedIn(
            user=user,
            token=self.access.issue(user.id, session.id, session.generation, self.runner.clock.now()),
            refresh_token=self.refreshing.issue(session.id, session.generation),
            expires_in=int(self.access.lifetime.total_seconds()),
        )

    def forget(self, session_ids: Sequence[SessionId]) -> None:
        """Rejects the access tokens of these sessions in this process; others read them from the storage."""
        for session_id in session_ids:
            self.revoked.add(session_id)

    async def write_first_uses(self) -> None:
        """Stores which access tokens have been used in this process. Without any, does nothing."""
        used = self.first_uses.unwritten(FIRST_USES_AT_ONCE)
        if used:
            await self.runner.accounts(lambda tx: tx.sessions.confirm(used))
            self.first_uses.written(used)

    async def forget_revoked(self, session_ids: Sequence[SessionId]) -> None:
        """Deletes the records of revoked sessions whose access tokens have all expired."""
        await self.runner.accounts(lambda tx: tx.sessions.forget_revoked(session_ids))

    def _surplus(self, sessions: Sequence[LoginSession]) -> Sequence[LoginSession]:
        """Expired sessions, and the oldest ones as needed to make room for a new one."""
        now = self.runner.clock.now()
        alive = [session for session in sessions if not session.expired(now, self.policy)]
        expired = [session for session in sessions if session.expired(now, self.policy)]
        return expired + alive[: max(0, len(alive) - SESSIONS_MAX + 1)]


async def locked_account(tx: AccountsUnitOfWork, actor: Actor) -> tuple[Credentials, Sequence[LoginSession]]:
    """Locks the caller's account and returns it with its sessions. Raises InvalidToken if the current one has ended.

    The token has been verified only from memory. Every use case that ends other login sessions locks the account
    first, so the sessions cannot change under this lock. Locks are always taken in the order account, sessions.
    """
    found = await tx.users.locked(actor.user_id)
    sessions = await tx.sessions.of_user(actor.user_id)
    if found is None or found.user.disabled or actor.session_id not in {session.id for session in sessions}:
        raise InvalidToken
    return found, sessions
