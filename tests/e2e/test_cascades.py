"""A list of a thousand tasks deleted and restored while the link is cut or the process killed: all or nothing, once.

A slice of the moments is tried in every build, as in the tests of cuts and kills of single writes.
"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.cascade import Project
from tests.support.faulty import Killed
from tests.support.proxy import Proxy, proxy_to
from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.kit import new_owner
from todo_adapters.sql import migrate
from todo_adapters.sql.postgres.database import PostgresDatabase, PostgresOptions
from todo_adapters.sql.store import SqlStore
from todo_core import runner

CUTS = int(os.environ.get("TODO_CUTS", "100")) // 5
KILLS = int(os.environ.get("TODO_KILLS", "12")) // 2


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PAUSE", 0)


@pytest.fixture
async def link(postgres_url: str) -> AsyncIterator[tuple[Project, Proxy]]:
    """Somebody with a list, and a link to their PostgreSQL that can be cut."""
    await migrate.upgrade(postgres_url)
    async with open_store(postgres_url) as store, proxy_to(postgres_url) as proxy:
        yield await Project(store, await new_owner(store)).begin(), proxy


async def suffer(project: Project, proxy: Proxy, removing: bool, cut: Callable[[bytes], bool]) -> str:
    """Deletes or restores the list over a new connection that is cut."""
    database = PostgresDatabase(PostgresOptions(proxy.url, pool_size=1))

    async def attempt() -> None:
        await project.do(removing, SqlStore(database))

    proxy.cut = cut
    try:
        return await project.survives(removing, attempt)
    finally:
        await database.close()


class Cut:
    """Cuts the link at one of the messages; counts them."""

    def __init__(self, place: int) -> None:
        self.messages = 0
        self._place = place

    def __call__(self, _: bytes) -> bool:
        self.messages += 1
        return self.messages == self._place


@pytest.mark.check("G9", "G12", "K12")
@pytest.mark.timeout(600)
async def test_wherever_the_link_is_cut_the_repetition_converges(link: tuple[Project, Proxy]) -> None:
    project, proxy = link
    proxy.pause = 0.05
    removal, restoration = Cut(0), Cut(0)
    assert await suffer(project, proxy, True, removal) == await suffer(project, proxy, False, restoration) == "answered"
    told: Counter[str] = Counter()
    cuts = min(CUTS, max(removal.messages, restoration.messages))
    for number in range(cuts):
        for removing, messages in ((True, removal.messages), (False, restoration.messages)):
            proxy.swallows = number % 2 == 0
            told[await suffer(project, proxy, removing, Cut(1 + number * messages // cuts))] += 1
    for proxy.swallows, end in ((False, "done and not answered"), (True, "not done")):
        for removing in (True, False):
            assert await suffer(project, proxy, removing, lambda message: b"COMMIT" in message) == end
    print(f"\nlink cut at {cuts} of {removal.messages} and {restoration.messages} messages: {dict(told)}")
    assert told["answered"] <= cuts // 10, "only the end of the connection is a message after the answer"


async def apart(project: Project, file: Path, removing: bool, statement: int) -> int:
    """The number of statements it took in a process of its own. Raises Killed."""
    arguments = (file, project.owner, project.list_id, project.keys, "remove" if removing else "restore", statement)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.sqlite_cascade", *map(str, arguments), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    if process.returncode:
        assert process.returncode == -9
        raise Killed
    return int(output)


@pytest.mark.check("G9", "G12", "K1", "K12")
@pytest.mark.timeout(180 + 5 * KILLS)
async def test_whenever_the_process_is_killed_the_repetition_converges(tmp_path: Path) -> None:
    file = tmp_path / "todo.db"
    await migrate.upgrade(f"sqlite:///{file}")
    statements: dict[bool, int] = {}
    told: Counter[str] = Counter()
    async with open_store(f"sqlite:///{file}") as store:
        project = await Project(store, await new_owner(store)).begin()

        async def attempt(removing: bool, statement: int) -> None:
            statements[removing] = await apart(project, file, removing, statement)

        for removing in (True, False):
            await project.survives(removing, lambda: attempt(removing, 0))  # noqa: B023
        for number in range(KILLS):
            removing = number % 2 == 0
            statement = 1 + (statements[removing] - 1) * (number // 2) // max(KILLS // 2 - 1, 1)
            told[await project.survives(removing, lambda: attempt(removing, statement))] += 1  # noqa: B023
    print(f"\nkilled within {statements[True]} and {statements[False]} statements: {dict(told)}")
    assert told["not done"] >= KILLS - 2
