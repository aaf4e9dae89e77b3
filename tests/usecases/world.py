"""The whole domain on the memory store, with time and chance as a test decides them, and people who live in it."""

from dataclasses import dataclass

from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.memory.security import ListEventLog, MemoryRevokedSessions, OpaqueAccessTokens, ScryptHasher
from todo_adapters.memory.store import MemoryStore
from todo_adapters.security.refresh_tokens import HmacRefreshTokens
from todo_core.ids import UserId
from todo_core.model.user import Actor, Registration
from todo_core.runner import Runner
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.digests import Digests
from todo_core.usecases.passwords import PasswordCheck
from todo_core.usecases.sessions import Sessions, SignedIn

PASSWORD = "correct horse battery staple"
SECRETS = ("a secret of at least thirty-two bytes",)


@dataclass(frozen=True, slots=True)
class World:
    """Every use case, and what lies behind them."""

    store: MemoryStore
    clock: FixedClock
    event_log: ListEventLog
    run: Runner
    hasher: ScryptHasher
    accounts: Accounts
    sessions: Sessions

    async def register(self, name: str = "ada", password: str = PASSWORD) -> SignedIn:
        """Somebody new, on their first device."""
        wish = Registration.of(email=f"{name}@example.org", password=password, name=name)
        return await self.accounts.register(wish, "a browser")

    async def log_in(self, name: str = "ada", password: str = PASSWORD) -> SignedIn:
        """The same person on another device."""
        return await self.sessions.log_in(f"{name}@example.org", password, "another browser")

    async def owner(self, name: str = "ada") -> UserId:
        """The id of somebody new."""
        return (await self.register(name)).user.id

    def actor(self, signed_in: SignedIn) -> Actor:
        """Who the access token says is asking."""
        return self.sessions.identify(signed_in.token)


def new_world() -> World:
    """Nobody is there yet."""
    store, clock, ids, event_log = MemoryStore(), FixedClock(), CountingIds(), ListEventLog()
    run = Runner(store, clock, ids, event_log)
    hasher = ScryptHasher(cost=4)
    passwords = PasswordCheck(run, hasher, Digests(b"a key of at least sixteen bytes"))
    sessions = Sessions(
        run, passwords, OpaqueAccessTokens(SECRETS), HmacRefreshTokens(SECRETS), MemoryRevokedSessions()
    )
    accounts = Accounts(run, hasher, passwords, sessions)
    return World(store, clock, event_log, run, hasher, accounts, sessions)
