"""Following a feed as it grows: every change once and in order, from all writers, until the reader stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import IDS, NOW, add, new_owner, on_accounts, prune
from todo_adapters.memory.security import ListEventLog
from todo_adapters.memory.store import MemoryStore
from todo_core.errors import CursorExpired, NotFound
from todo_core.ids import UserId
from todo_core.live import Hub
from todo_core.model.change import FeedPage, FeedPosition
from todo_core.model.task import TASKS
from todo_core.runner import Runner
from todo_core.usecases.following import follow_feed
from todo_core.usecases.sync import end_of_feed
from todo_core.usecases.things import add_thing

MILK = TASKS.draft(title="Buy milk")
LONG = 60.0
"""Seconds in which nothing has to happen."""


class Scene:
    """Somebody whose feed is followed, and the process in which it is."""

    def __init__(self, store: MemoryStore, owner: UserId, begin: FeedPosition) -> None:
        self.store, self.owner, self.begin = store, owner, begin
        self.run = Runner(store, FixedClock(), IDS, ListEventLog(), Hub())

    async def write(self, number: int = 1) -> None:
        for _ in range(number):
            await self.run.write(self.owner, add_thing, MILK)

    def pages(self, idle: float = LONG, limit: int = 100) -> Any:
        return aclosing(follow_feed(self.run, self.owner, self.begin, idle, limit))


async def new_scene() -> Scene:
    store = MemoryStore()
    owner = await new_owner(store)
    return Scene(store, owner, await end_of_feed(store.view(owner)))


@pytest.fixture
async def scene() -> Scene:
    return await new_scene()


async def following(pages: AsyncIterator[FeedPage]) -> FeedPage:
    """The next page, which comes soon."""
    return await asyncio.wait_for(anext(pages), 10)


def numbers(page: FeedPage) -> list[int]:
    return [change.seq for change in page.items]


async def test_a_follower_gets_what_is_there_and_then_what_comes(scene: Scene) -> None:
    await scene.write(2)
    async with scene.pages() as pages:
        assert numbers(await following(pages)) == [1, 2]
        for seq in (3, 4):
            waiting = asyncio.create_task(following(pages))
            await asyncio.sleep(0.01)
            assert not waiting.done()
            await scene.write()
            assert numbers(await waiting) == [seq]


async def test_a_follower_begins_after_its_position(scene: Scene) -> None:
    await scene.write(2)
    scene.begin = await end_of_feed(scene.store.view(scene.owner))
    await scene.write()
    async with scene.pages() as pages:
        assert numbers(await following(pages)) == [3]


async def test_many_changes_come_page_by_page_without_waiting(scene: Scene) -> None:
    await scene.write(5)
    async with scene.pages(limit=2) as pages:
        assert [numbers(await following(pages)) for _ in range(3)] == [[1, 2], [3, 4], [5]]


async def test_what_is_written_while_a_page_is_used_comes_next(scene: Scene) -> None:
    async with scene.pages() as pages:
        await scene.write()
        for seq in (1, 2, 3):
            assert numbers(await following(pages)) == [seq]
            await scene.write()


async def test_what_is_written_while_a_page_is_read_is_not_missed(scene: Scene) -> None:
    """A write that comes between the read and the wait ends the wait."""
    for begin in range(1, 40):
        async with scene.pages() as pages:
            found: list[int] = []
            writing = asyncio.create_task(_after(begin % 5, scene.write()))
            while not found or found[-1] < begin:
                found += numbers(await following(pages))
            await writing
        assert found == list(range(scene.begin.seq + 1, begin + 1))


async def _after(steps: int, write: Any) -> None:
    for _ in range(steps):
        await asyncio.sleep(0)
    await write


async def test_an_idle_follower_gets_a_page_without_changes(scene: Scene) -> None:
    await scene.write(2)
    async with scene.pages(idle=0.001) as pages:
        assert numbers(await following(pages)) == [1, 2]
        for _ in range(2):
            page = await following(pages)
            assert (numbers(page), page.position.seq) == ([], 2)
        await scene.write()
        while not (page := await following(pages)).items:
            pass
        assert numbers(page) == [3]


async def test_what_another_process_wrote_comes_after_the_next_look(scene: Scene) -> None:
    async with scene.pages() as pages:
        waiting = asyncio.create_task(following(pages))
        await asyncio.sleep(0.01)
        await add(scene.store, scene.owner)
        await scene.run.hub.look(scene.store)
        assert numbers(await waiting) == [1]


async def test_a_position_that_has_expired_cannot_be_followed(scene: Scene) -> None:
    await scene.write(3)
    await prune(scene.store, scene.owner, NOW)
    async with scene.pages() as pages:
        with pytest.raises(CursorExpired):
            await following(pages)


async def test_a_follower_is_told_that_the_epoch_was_renewed(scene: Scene) -> None:
    async with scene.pages() as pages:
        await scene.write()
        await following(pages)
        await on_accounts(scene.store, lambda unit: unit.renew_epoch(IDS.new()))
        await scene.write()
        with pytest.raises(CursorExpired):
            await following(pages)


async def test_a_follower_is_told_that_the_account_is_gone(scene: Scene) -> None:
    async with scene.pages(idle=0.001) as pages:
        await following(pages)
        await on_accounts(scene.store, lambda unit: unit.users.remove(scene.owner))
        await scene.run.hub.look(scene.store)
        with pytest.raises(NotFound):
            await following(pages)


async def test_whoever_has_had_enough_leaves_nothing_behind(scene: Scene) -> None:
    async with scene.pages() as pages, scene.pages() as others:
        await scene.write()
        await asyncio.gather(following(pages), following(others))
        assert len(scene.run.hub._followers[scene.owner]) == 2
    assert scene.run.hub._followers == {}
