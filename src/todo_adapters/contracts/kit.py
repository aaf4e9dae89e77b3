"""What contract tests start from: people nobody has met before, and short ways to write, to look, and to race."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from todo_adapters.contracts.samples import kind_called, make_thing, name_field
from todo_adapters.runtime import UuidSevens
from todo_core.errors import NotFound
from todo_core.ids import SessionId, UserId
from todo_core.model.change import Change
from todo_core.model.kinds import E, Kind
from todo_core.model.session import LoginSession
from todo_core.model.task import TASKS, Task
from todo_core.model.user import User
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.storage import Store, UnitOfWork
from todo_core.usecases.cleanup import BEGINNING

NOW = datetime(2026, 11, 20, 12, 30, 15, 123456, tzinfo=UTC)
"""The time of whatever does not care about the time; its microseconds are there to be lost."""

HASH = "scrypt$a$hash"

IDS = UuidSevens()
"""Real ids, because a database may have been used by other tests before."""

numbers = count(1)


class Undo(Exception):
    """Raised inside a unit of work so that it is undone."""


def someone(**fields: Any) -> User:
    """A person who is not in any storage yet."""
    user_id = UserId(IDS.new())
    blank = {"id": user_id, "email": f"{user_id}@example.org", "name": f"Person {next(numbers)}", "created_at": NOW}
    return User(**{**blank, **fields})


async def join(store: Store, **fields: Any) -> User:
    """A new person with an account, and nothing in it."""
    user = someone(**fields)
    async with store.begin_accounts() as unit:
        await unit.users.add(user, HASH)
        await unit.commit()
    return user


async def new_owner(store: Store) -> UserId:
    return (await join(store)).id


def a_thing(kind: Kind[E], owner: UserId, name: str = "Buy milk", **fields: Any) -> E:
    """A thing that is not stored yet."""
    thing: E = make_thing(kind, IDS.new(), owner, NOW, **{name_field(kind): name, **fields})
    return thing


def a_task(owner: UserId, title: str = "Buy milk", **fields: Any) -> Task:
    return a_thing(TASKS, owner, title, **fields)


async def write(
    store: Store,
    owner: UserId,
    do: Callable[[UnitOfWork], Awaitable[None] | None],
    now: datetime = NOW,
    session: SessionId | None = None,
) -> Sequence[Change]:
    """What one unit of work on the owner's storage caused."""
    async with store.begin(owner, now, IDS, session=session) as unit:
        if (waiting := do(unit)) is not None:
            await waiting
        return await unit.commit()


async def add(store: Store, owner: UserId, name: str = "Buy milk", kind: Kind[Any] = TASKS, **fields: Any) -> Any:
    """A new thing, as it was stored."""
    thing = a_thing(kind, owner, name, **fields)
    [change] = await write(store, owner, lambda unit: unit.of(kind).add(thing))
    return change.value


async def references(store: Store, owner: UserId, kind: Kind[Any]) -> dict[str, Any]:
    """For each field of the kind that refers to a thing, the id of a new thing of the owner."""
    return {field: (await add(store, owner, kind=kind_called(name))).id for field, name in kind.references.items()}


async def all_things(store: Store, owner: UserId, kind: Kind[E]) -> list[E]:
    """Everything of this kind that the owner has, oldest first."""
    return list((await store.view(owner).of(kind).page(None, 1000)).items)


async def all_tasks(store: Store, owner: UserId) -> list[Task]:
    return await all_things(store, owner, TASKS)


async def feed(store: Store, owner: UserId) -> list[Change]:
    """All changes that are complete, oldest first; none if there is no account."""
    with suppress(NotFound):
        return list((await store.view(owner).changes.page(None, 1000)).items)
    return []


async def trashed(store: Store, owner: UserId, root: UUID) -> list[Any]:
    """What went to the trash with this thing, itself first."""
    return [thing for _, thing in await store.view(owner).trash.things([root], 100)]


async def missing(store: Store, owner: UserId, thing_id: UUID, kind: Kind[Any]) -> bool:
    try:
        await store.view(owner).of(kind).get(thing_id)
    except NotFound:
        return True
    return False


def a_session(user_id: UserId, minutes: int = 0, **fields: Any) -> LoginSession:
    """A login session that began so many minutes ago."""
    begun = NOW - timedelta(minutes=minutes)
    blank = {"id": SessionId(IDS.new()), "user_id": user_id, "created_at": begun, "last_used_at": begun}
    return LoginSession(**{**blank, "client": "a browser", **fields})


async def log_in(store: Store, user_id: UserId, minutes: int = 0) -> LoginSession:
    session = a_session(user_id, minutes)
    async with store.begin_accounts() as unit:
        await unit.sessions.add(session)
        await unit.commit()
    return session


async def on_accounts(store: Store, do: Callable[[AccountsUnitOfWork], Coroutine[Any, Any, None]]) -> None:
    """One committed unit of work on the accounts."""
    async with store.begin_accounts() as unit:
        await do(unit)
        await unit.commit()


async def prune(store: Store, owner: UserId, before: datetime, limit: int = 1_000) -> int:
    """How many changes a unit of work has pruned."""
    async with store.begin_accounts() as unit:
        pruned = await unit.prune(owner, before, limit)
        await unit.commit()
    return pruned


async def forget(piece: Callable[[datetime, datetime, int], Awaitable[datetime | None]], before: datetime) -> None:
    """Deletes everything from before a moment, a few rows at a time."""
    after: datetime | None = BEGINNING
    while after is not None:
        after = await piece(after, before, 3)


async def together(*runs: Coroutine[Any, Any, Any]) -> Counter[str]:
    """How often each outcome came about when all ran at once: "done", or the name of what was raised."""
    outcomes = await asyncio.gather(*runs, return_exceptions=True)
    return Counter(type(outcome).__name__ if isinstance(outcome, BaseException) else "done" for outcome in outcomes)


async def think() -> None:
    """Time between reading and writing, in which somebody else could come in between."""
    await asyncio.sleep(0.002)


async def still_waits(task: "asyncio.Task[Any]") -> bool:
    """True when the task has had time enough to end, and has not."""
    await asyncio.sleep(0.1)
    return not task.done()
