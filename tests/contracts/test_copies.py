"""Clients that copy an account while it changes, on every store: whatever happens, all end with what the server has.

TODO_TEST_SYNC_ROUNDS, 1 by default, is by how much more is tried than in a run of all tests.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.support.busy import SlowRunner, write_something
from tests.support.copies import Copy, Reader, everything
from todo_adapters.contracts.fakes import NOON
from todo_adapters.contracts.kit import IDS, new_owner, on_accounts, prune
from todo_adapters.memory.announcements import Channel, MemoryAnnouncements
from todo_core.ids import UserId
from todo_core.live import Hub
from todo_core.model.quota import Quota
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.usecases.sync import end_of_feed, read_changes, read_snapshot
from todo_core.workspace import Workspace

ROUNDS = int(os.environ.get("TODO_TEST_SYNC_ROUNDS", "1"))
PROGRAMS = 8 * ROUNDS
WRITERS = 8
WRITES = 12 * ROUNDS
"""Of each writer."""

LATER = NOON + timedelta(days=1)

PAUSE = 0.01
"""The longest pause of a writer before a commit, in seconds."""

Record = Callable[[str, object], None]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def replicas(
    storage_url: str, store: Store, open_store: Callable[..., AbstractAsyncContextManager[Store]]
) -> AsyncIterator[tuple[Store, Store]]:
    """Two stores over the same storage, each with connections of its own where there is a server."""
    if storage_url.startswith("postgres"):
        async with open_store(quota=Quota()) as other:
            yield store, other
    else:
        yield store, store


@asynccontextmanager
async def running(stores: Sequence[Store], chance: random.Random) -> AsyncIterator[list[Runner]]:
    """A runner over each store, which hears from the other what has changed."""
    channel = Channel()
    runners: list[Runner] = [SlowRunner(store, Hub(MemoryAnnouncements(channel)), chance, PAUSE) for store in stores]
    hubs = [asyncio.create_task(runner.hub.run(runner.store)) for runner in runners]
    try:
        yield runners
    finally:
        for hub in hubs:
            hub.cancel()
        await asyncio.wait(hubs)


async def work(space: Workspace, chance: random.Random, writes: int) -> None:
    for _ in range(writes):
        await write_something(space, chance)
        await asyncio.sleep(chance.random() * PAUSE)


@pytest.mark.parametrize("seed", range(PROGRAMS))
async def test_a_snapshot_and_the_changes_since_it_began_give_the_present(store: Store, seed: int) -> None:
    """Something happens before every page."""
    chance, owner = random.Random(seed), await new_owner(store)
    run = SlowRunner(store, Hub(), chance, 0)
    space, view, copy = Workspace(run, owner), store.view(owner), Copy()

    async def something_happens(most: int) -> None:
        for _ in range(chance.randint(0, most)):
            await write_something(space, chance)

    for _ in range(20):
        await write_something(space, chance)
    copy.take(page := await read_snapshot(view, None, 3))
    while page.next is not None:
        await something_happens(3)
        copy.take(page := await read_snapshot(view, page.next, chance.randint(1, 4)))
    position, more = page.position, True
    while more:
        await something_happens(1)
        changes = await read_changes(view, position, chance.randint(2, 9))
        copy.apply(changes.items)
        position, more = changes.position, changes.more
    assert position.seq == await view.revision()
    assert copy.things == await everything(store, owner)


class Cuts:
    """Runs what readers do, and cuts it off at random moments, until they know the end of the feed."""

    def __init__(self, store: Store, owner: UserId, chance: random.Random) -> None:
        self._view, self._chance = store.view(owner), chance
        self._written = asyncio.Event()
        self.cuts = 0

    def end(self) -> None:
        """Nothing is written any more."""
        self._written.set()

    async def poll(self, reader: Reader) -> None:
        """Lets the reader read pages without cutting it off."""
        while not await self._knows_all(reader):
            await reader.read()
            await asyncio.sleep(self._chance.random() * PAUSE)

    async def cut(self, reader: Reader, do: Callable[[], Awaitable[None]]) -> None:
        """Cuts the reader off again and again while things are written, and lets it finish afterwards."""
        while not await self._knows_all(reader):
            reading = asyncio.ensure_future(do())
            with suppress(TimeoutError):
                async with asyncio.timeout(self._chance.random() * 5 * PAUSE):
                    await (self._written.wait() if self._chance.random() < 0.1 else asyncio.shield(reading))
            if self._written.is_set():
                await self._until_all_is_known(reader, reading)
            self.cuts += not reading.done()
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    async def _until_all_is_known(self, reader: Reader, reading: "asyncio.Future[None]") -> None:
        async with asyncio.timeout(60):
            while not reading.done() and not await self._knows_all(reader):
                await asyncio.wait([reading], timeout=PAUSE)

    async def _knows_all(self, reader: Reader) -> bool:
        return self._written.is_set() and reader.position == await end_of_feed(self._view)


async def renew_epoch(store: Store) -> None:
    await on_accounts(store, lambda unit: unit.renew_epoch(IDS.new()))


async def reading_while_others_write(
    stores: Sequence[Store],
    chance: random.Random,
    writers: int,
    keep_house: Callable[[UserId], Coroutine[Any, Any, None]] | None = None,
) -> tuple[UserId, list[Reader], int]:
    """Three readers of each store and some writers, until all is written and read. Also how often one was cut off."""
    owner = await new_owner(stores[0])
    async with running(stores, chance) as runners:
        spaces = [Workspace(run, owner) for run in runners]
        for _ in range(10):
            await write_something(spaces[0], chance)
        cuts = Cuts(stores[0], owner, chance)
        trios = [[Reader(run, owner, chance) for _ in range(3)] for run in runners]
        async with asyncio.TaskGroup() as tasks:
            for poller, page_reader, follower in trios:
                tasks.create_task(cuts.poll(poller))
                tasks.create_task(cuts.cut(page_reader, page_reader.read))
                tasks.create_task(cuts.cut(follower, follower.follow))
            works = [tasks.create_task(work(spaces[i % 2], chance, WRITES)) for i in range(writers)]
            house = tasks.create_task(keep_house(owner)) if keep_house else None
            await asyncio.wait(works)
            if house:
                house.cancel()
                await asyncio.wait([house])
                await prune(stores[0], owner, LATER)
                await renew_epoch(stores[0])  # so that nobody ends without having to begin again
                await spaces[0].tasks.add(title="last")  # by which those who wait hear of it
            cuts.end()
    return owner, [reader for trio in trios for reader in trio], cuts.cuts


async def test_whoever_reads_while_others_write_sees_every_number_once(
    replicas: tuple[Store, Store], record_property: Record
) -> None:
    chance = random.Random(1)
    owner, readers, cuts = await reading_while_others_write(replicas, chance, WRITERS)
    there = await everything(replicas[0], owner)
    latest = await replicas[0].view(owner).revision()
    for reader in readers:
        assert reader.snapshots == 1
        assert reader.seen == [*range(latest - len(reader.seen) + 1, latest + 1)]
        assert reader.copy.things == there
    assert cuts > 0
    assert latest > WRITERS * WRITES / 2, "too much was refused to prove anything"
    record_property("changes written", latest)
    record_property("readers cut off", cuts)


async def test_whoever_has_been_away_for_too_long_begins_again_and_ends_right(
    replicas: tuple[Store, Store], record_property: Record
) -> None:
    """The feed is pruned and its epoch renewed all the time."""
    chance = random.Random(2)

    async def keep_house(owner: UserId) -> None:
        while True:
            await asyncio.sleep(chance.random() * 4 * PAUSE)
            store = chance.choice(replicas)
            if chance.random() < 0.2:
                await renew_epoch(store)
            else:
                await prune(store, owner, LATER, chance.randint(1, 30))

    owner, readers, _ = await reading_while_others_write(replicas, chance, 2, keep_house)
    there = await everything(replicas[1], owner)
    for reader in readers:
        assert reader.copy.things == there
    record_property("changes pruned", (await replicas[0].view(owner).changes.page(None, 0)).pruned)
    again = sum(reader.snapshots - 1 for reader in readers)
    assert again > 0, "nobody had to begin again"
    record_property("snapshots begun again", again)
