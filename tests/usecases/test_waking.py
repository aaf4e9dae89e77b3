"""Who follows a feed is woken when it has grown, and only then; nothing is missed and nothing is left behind."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from tests.usecases.world import World
from todo_adapters.memory.announcements import Channel, MemoryAnnouncements
from todo_adapters.sql.no_announcements import NoAnnouncements
from todo_core import live
from todo_core.errors import Invalid, Unavailable
from todo_core.ids import UserId
from todo_core.live import Hub
from todo_core.model.task import TASKS
from todo_core.model.write_options import WriteOptions
from todo_core.runner import Runner
from todo_core.usecases.following import follow_feed
from todo_core.usecases.sync import end_of_feed
from todo_core.usecases.things import add_thing

MILK = TASKS.draft(title="Buy milk")
NEVER = 3_600.0
SOON = 20.0
"""Seconds in which what has to happen does, also on a busy machine."""


def another_process(world: World, hub: Hub) -> Runner:
    """On the same storage."""
    return Runner(world.store, world.clock, world.run.ids, world.event_log, hub)


@asynccontextmanager
async def running(hub: Hub, store: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(hub.run(store))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled()


class Looks:
    """A store that counts whose counters are read, and can fail."""

    def __init__(self, world: World, failures: int = 0) -> None:
        self._store = world.store
        self._failures = failures
        self.asked: list[Collection[UserId]] = []

    def accounts(self) -> Any:
        return SimpleNamespace(revisions=self._revisions)

    async def _revisions(self, owners: Collection[UserId]) -> Mapping[UserId, int]:
        self.asked.append(owners)
        if len(self.asked) <= self._failures:
            raise Unavailable
        return await self._store.accounts().revisions(owners)


async def test_a_write_wakes_at_once_after_its_commit(world: World) -> None:
    owner = await world.owner()
    with world.run.hub.follow(owner) as follower:
        waiting = asyncio.create_task(follower.wait(SOON))
        await world.run.write(owner, add_thing, MILK)
        assert await waiting


async def test_what_has_not_been_committed_wakes_nobody(world: World) -> None:
    owner, other = await world.owner(), await world.owner("bob")
    with world.run.hub.follow(owner) as follower:
        await world.run.carry_out(owner, WriteOptions(dry_run=True), add_thing, MILK)
        with pytest.raises(Invalid):
            await world.run.write(owner, add_thing, TASKS.draft(title="Lost", list_id=uuid4()))
        await world.run.write(other, add_thing, MILK)
        assert not await follower.wait(0)


async def test_a_wake_up_between_a_read_and_a_wait_is_not_lost(world: World) -> None:
    owner = await world.owner()
    with world.run.hub.follow(owner) as follower:
        await world.run.write(owner, add_thing, MILK)
        assert await follower.wait(0)
        assert not await follower.wait(0)


async def test_an_announcement_wakes_the_followers_in_other_processes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", NEVER)
    monkeypatch.setattr(live, "LOOK_OFTEN_SECONDS", NEVER)
    owner, channel = await world.owner(), Channel()
    here, there = Hub(MemoryAnnouncements(channel)), Hub(MemoryAnnouncements(channel))
    async with running(here, world.store), running(there, world.store):
        await asyncio.sleep(0)  # both begin to listen
        await asyncio.sleep(0)
        with there.follow(owner) as follower:
            await another_process(world, here).write(owner, add_thing, MILK)
            assert await follower.wait(SOON)


@pytest.mark.check("L9")
async def test_lost_announcements_are_made_up_for_by_looking(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(live, "LOOK_OFTEN_SECONDS", NEVER)
    owner, deaf = await world.owner(), Hub()
    async with running(deaf, world.store):
        with deaf.follow(owner) as follower:
            await world.run.write(owner, add_thing, MILK)
            assert await follower.wait(SOON)


async def test_where_no_announcements_are_heard_looks_are_more_frequent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", NEVER)
    monkeypatch.setattr(live, "LOOK_OFTEN_SECONDS", 0.001)
    owner, deaf = await world.owner(), Hub(NoAnnouncements())
    async with running(deaf, world.store):
        with deaf.follow(owner) as follower:
            await world.run.write(owner, add_thing, MILK)
            assert await follower.wait(SOON)


async def test_a_look_that_fails_is_followed_by_another_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.001)
    owner, deaf = await world.owner(), Hub()
    looks: Any = Looks(world, failures=3)
    await world.run.write(owner, add_thing, MILK)
    async with running(deaf, looks):
        with deaf.follow(owner) as follower:
            assert await follower.wait(SOON)
    assert len(looks.asked) > 3


async def test_a_look_wakes_only_those_who_have_not_seen_everything(world: World) -> None:
    owner, deaf = await world.owner(), Hub()
    await world.run.write(owner, add_thing, MILK)
    with deaf.follow(owner) as behind, deaf.follow(owner) as up_to_date:
        up_to_date.seen = 1
        await deaf.look(world.store)
        assert await behind.wait(0)
        assert not await up_to_date.wait(0)


async def test_a_look_asks_for_owners_with_followers_only_each_once_and_few_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOKED_AT_ONCE", 2)
    owners, hub = [await world.owner(f"person{n}") for n in range(6)], Hub()
    looks: Any = Looks(world)
    await hub.look(looks)
    assert looks.asked == []
    with hub.follow(owners[0]), hub.follow(owners[0]), hub.follow(owners[1]), hub.follow(owners[2]):
        with hub.follow(owners[3]):
            pass
        await hub.look(looks)
    assert looks.asked == [owners[:2], owners[2:3]]


async def test_a_look_wakes_the_followers_of_a_closed_account(world: World) -> None:
    hub = Hub()
    with hub.follow(UserId(uuid4())) as follower:
        await hub.look(world.store)
        assert await follower.wait(0)


async def test_who_has_followed_to_the_end_is_not_woken_by_a_look(world: World) -> None:
    owner = await world.owner()
    pages = follow_feed(world.run, owner, await world.run.read(owner, end_of_feed), idle=NEVER)
    await world.run.write(owner, add_thing, MILK)
    assert len((await anext(pages)).items) == 1
    waiting = asyncio.ensure_future(anext(pages))
    await asyncio.sleep(0)
    await world.run.hub.look(world.store)
    [follower] = world.run.hub._followers[owner]
    assert not follower._woken.is_set()
    waiting.cancel()
    await asyncio.wait([waiting])
