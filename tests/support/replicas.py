"""Services in this process with all their background work, as replicas have it, and people who register with them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from time import perf_counter

from tests.support.server import SECRET
from todo_adapters.bootstrap import open_service
from todo_adapters.settings.declarations import Settings
from todo_core.errors import Unavailable
from todo_core.ids import UserId
from todo_core.model.change import Change
from todo_core.model.user import Registration
from todo_core.todo import Todo
from todo_core.usecases.sessions import SignedIn

PASSWORD = "correct horse battery staple"


@asynccontextmanager
async def replicas(folder: Path, *urls: str, **settings: str) -> AsyncIterator[list[Todo]]:
    """As many services as there are addresses, with all their background work, which have looked once."""
    async with AsyncExitStack() as closing:
        found = []
        for url in urls:
            environ = {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET, "TODO_POOL_SIZE": "2"} | settings
            found.append(await closing.enter_async_context(open_service(Settings.from_env(environ, folder))))
        for todo in found:
            await until(lambda todo=todo: answers(todo))  # type: ignore[misc]
        yield found


async def answers(todo: Todo) -> bool:
    with suppress(Unavailable):
        await todo.check()
        return True
    return False


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 15) -> float:
    """How long it took until it held."""
    began = perf_counter()
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return perf_counter() - began


async def register(todo: Todo) -> SignedIn:
    wish = Registration.of(email=f"{todo.run.ids.new()}@example.org", password=PASSWORD, name="Ada")
    return await todo.accounts.register(wish, "a browser")


async def wakes(writer: Todo, reader: Todo) -> None:
    """A new user's write through one of them reaches a follower on the other."""
    owner = (await register(writer)).user.id
    changes = reader.of(owner).follow()
    found = asyncio.ensure_future(anext(changes))
    await until(lambda: _follows(reader, owner), 30)
    task = await writer.of(owner).tasks.add(title="Buy milk")
    async with asyncio.timeout(30):
        change: Change = await found
    assert change.id == task.id
    await changes.aclose()  # type: ignore[attr-defined]


async def _follows(todo: Todo, owner: UserId) -> bool:
    return owner in todo.run.hub._followers
