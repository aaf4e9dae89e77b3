"""Replicas of the service over one storage, in one process, with hashers that count what they are made to do."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count

from tests.support.ticks import Ticks
from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.memory.accounts import MemoryAccountsUnitOfWork
from todo_adapters.memory.security import ListEventLog, ScryptHasher
from todo_adapters.memory.store import MemoryStore
from todo_adapters.runtime import UuidSevens
from todo_adapters.security.jwt_tokens import JwtTokens
from todo_adapters.security.refresh_tokens import HmacRefreshTokens
from todo_adapters.security.revoked_sessions import FollowedRevokedSessions
from todo_adapters.sql.urls import is_memory
from todo_core.errors import Contention, TodoError
from todo_core.model.attempts import ThrottlePolicy
from todo_core.model.user import Registration
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.todo import Todo
from todo_core.usecases.accounts import Accounts
from todo_core.usecases.digests import Digests
from todo_core.usecases.passwords import PasswordCheck
from todo_core.usecases.sessions import Sessions, SignedIn

SECRETS = ("a-secret-of-at-least-thirty-two-bytes",)
PASSWORD = "correct horse battery staple"
WRONG = "incorrect horse battery staple"
IDS = UuidSevens()
USUAL = ThrottlePolicy()
DIGESTS = Digests(b"a key of at least sixteen bytes")
people = count(1)


class CountingHasher(ScryptHasher):
    """Hashes that are as cheap as can be; ``made`` and ``compared`` count them."""

    def __init__(self, cost: int = 2, waiting_max: int = 500, share_max: int = 500) -> None:
        super().__init__(cost=cost, waiting_max=waiting_max, share_max=share_max)
        self.made = 0
        self.compared = 0

    def _hash(self, password: str) -> str:
        self.made += 1
        return super()._hash(password)

    def _matches(self, stored: str | None, password: str) -> bool:
        self.compared += 1
        return super()._matches(stored, password)


@dataclass(frozen=True)
class Replica:
    """One of them, and what a test looks at."""

    todo: Todo
    store: Store
    hasher: CountingHasher
    clock: FixedClock
    event_log: ListEventLog
    revoked: FollowedRevokedSessions
    ticks: Ticks

    async def register(self, email: str = "", network: str = "") -> SignedIn:
        """Somebody new."""
        wish = Registration.of(email=email or new_email(), password=PASSWORD, name="Ada")
        return await self.todo.accounts.register(wish, "a test", network)

    async def guess(self, email: str, password: str = WRONG, network: str = "") -> str:
        """The code of the refusal, or "in"."""
        try:
            await self.todo.sessions.log_in(email, password, "a test", network)
        except TodoError as refusal:
            return refusal.code
        return "in"

    async def refresh(self, token: str, network: str = "") -> str:
        """The new refresh token, or the code of the refusal."""
        try:
            return (await self.todo.sessions.refresh(token, network)).refresh_token
        except TodoError as refusal:
            return refusal.code

    async def accepts(self, token: str) -> bool:
        """Whether the access token still opens anything, once the replica has looked at what has ended."""
        await self.revoked.read(self.store)
        try:
            await self.todo.accounts.me(self.todo.sessions.identify(token))
        except TodoError:
            return False
        return True


def new_email() -> str:
    """An address that nobody has."""
    return f"person{next(people)}.{IDS.new()}@example.org"


def new_network() -> str:
    """A network that nothing has come from."""
    return f"network {next(people)} {IDS.new()}"


def codes(outcomes: list[str]) -> Counter[str]:
    return Counter(outcomes)


def replica(
    store: Store,
    clock: FixedClock,
    throttle: ThrottlePolicy = USUAL,
    hasher: CountingHasher | None = None,
    access: JwtTokens | None = None,
) -> Replica:
    """One replica over an open store."""
    access = access or JwtTokens(SECRETS, IDS)
    hasher, event_log = hasher or CountingHasher(), ListEventLog()
    ticks = Ticks()
    revoked = FollowedRevokedSessions(clock, access.lifetime, event_log, monotonic=ticks)
    runner = Runner(store, clock, IDS, event_log)
    passwords = PasswordCheck(runner, hasher, DIGESTS, throttle)
    sessions = Sessions(runner, passwords, access, HmacRefreshTokens(SECRETS), revoked)
    todo = Todo(runner, Accounts(runner, hasher, passwords, sessions), sessions, store.ping)
    return Replica(todo, store, hasher, clock, event_log, revoked, ticks)


@asynccontextmanager
async def two_replicas(url: str, throttle: ThrottlePolicy = USUAL) -> AsyncIterator[tuple[Replica, Replica]]:
    """Two replicas that share a storage and a clock, each with connections and a bench of its own."""
    clock = FixedClock()
    async with AsyncExitStack() as closing:
        shared = MemoryStore() if is_memory(url) else None
        made = []
        for _ in range(2):
            store: Store = shared if shared else await closing.enter_async_context(open_store(url))
            one = replica(store, clock, throttle)
            closing.callback(one.hasher.close)
            await one.revoked.read(store)
            made.append(one)
        yield made[0], made[1]


class Troubled(MemoryStore):
    """A memory store whose commits on the accounts go wrong: so many times, in this way, before or after the fact."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0
        self.trouble: Callable[[], TodoError] = Contention
        self.after = False

    @asynccontextmanager
    async def begin_accounts(self) -> AsyncIterator[MemoryAccountsUnitOfWork]:
        async with super().begin_accounts() as unit:
            if not self.times:
                yield unit
                return
            self.times -= 1
            commit = unit.commit

            async def fail() -> None:
                if self.after:
                    await commit()
                raise self.trouble()

            unit.commit = fail  # type: ignore[method-assign]
            yield unit
