"""The transaction boundary: what is run again, how often, and what never is."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.usecases.world import World
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.memory.security import ListEventLog
from todo_adapters.memory.store import MemoryStore
from todo_adapters.memory.work import MemoryUnitOfWork
from todo_core import runner
from todo_core.errors import Contention, MovedOn, OutcomeUnknown, Stale, TodoError, Unavailable
from todo_core.ids import SessionId, UserId
from todo_core.live import Hub
from todo_core.model.change import Change
from todo_core.model.task import TASKS, Task
from todo_core.model.write_options import WHOLE_SET, Expected, Key, WriteOptions
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.runtime import IdSource
from todo_core.ports.storage import UnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.things import add_thing, change_thing, get_thing

MILK = TASKS.draft(title="Buy milk")


class UnluckyUnit(MemoryUnitOfWork):
    """A unit of work whose commit fails as it was told to; ``None`` means that it succeeds."""

    failures: list[TodoError | None]

    async def commit(self, key: Key | None = None, answer: str = "") -> Sequence[Change]:
        failure = self.failures.pop(0) if self.failures else None
        if failure is None:
            return await super().commit(key, answer)
        self.close()
        raise failure


class UnluckyStore(MemoryStore):
    """A store of which commits fail one after the other, and which remembers how its units were opened."""

    def __init__(self, failures: Sequence[TodoError | None]) -> None:
        super().__init__()
        self.failures = list(failures)
        self.opened: list[bool] = []

    @asynccontextmanager
    async def begin(
        self,
        owner: UserId,
        now: datetime,
        ids: IdSource,
        *,
        exclusive: bool = False,
        session: SessionId | None = None,
    ) -> AsyncIterator[MemoryUnitOfWork]:
        self.opened.append(exclusive)
        unit = UnluckyUnit(self._state, owner, now, ids, self._quota, session)
        unit.failures = self.failures
        try:
            if exclusive:
                await unit.lock()
            yield unit
        finally:
            unit.close()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PAUSE", 0)


async def unlucky(world: World, *failures: TodoError | None) -> tuple[Runner, UnluckyStore, UserId]:
    """Somebody whose writes fail like this."""
    store = UnluckyStore(failures)
    run = Runner(store, FixedClock(), CountingIds(), ListEventLog())
    user = (await world.register()).user

    async def enter(tx: AccountsUnitOfWork) -> None:
        await tx.users.add(user, "a hash")

    await run.accounts(enter)
    return run, store, user.id


async def test_what_moved_on_is_run_again_under_the_lock(world: World) -> None:
    run, store, owner = await unlucky(world, MovedOn(), MovedOn())
    assert (await run.write(owner, add_thing, MILK)).revision == 1
    assert store.opened == [False, True, True]


async def test_what_always_moves_on_is_given_up_after_three_more_tries(world: World) -> None:
    run, store, owner = await unlucky(world, *[MovedOn()] * 9)
    with pytest.raises(MovedOn):
        await run.write(owner, add_thing, MILK)
    assert len(store.opened) == 4


async def test_contention_is_run_again_without_the_lock(world: World) -> None:
    run, store, owner = await unlucky(world, *[Contention()] * 3)
    assert (await run.write(owner, add_thing, MILK)).revision == 1
    assert store.opened == [False] * 4


async def test_lasting_contention_is_passed_on_after_three_more_tries(world: World) -> None:
    run, store, owner = await unlucky(world, *[Contention()] * 9)
    with pytest.raises(Contention):
        await run.write(owner, add_thing, MILK)
    assert len(store.opened) == 4


@pytest.mark.parametrize("failure", [OutcomeUnknown(), Unavailable()])
async def test_nothing_is_repeated_that_may_have_happened_or_cannot(world: World, failure: TodoError) -> None:
    run, store, owner = await unlucky(world, failure)
    with pytest.raises(type(failure)):
        await run.write(owner, add_thing, MILK)
    assert store.opened == [False]


async def test_a_use_case_that_is_run_again_reads_again(world: World) -> None:
    """The first reading is overtaken before the commit; the second one sees what overtook it."""
    owner = await world.owner()
    task = await world.run.write(owner, add_thing, MILK)
    readings: list[str] = []

    async def append(tx: UnitOfWork) -> Task:
        read = await tx.of(TASKS).get(task.id)
        readings.append(read.title)
        if len(readings) == 1:
            async with world.store.begin(owner, world.clock.now(), world.run.ids) as other:
                other.of(TASKS).update(replace(read, title="overtaken"))
                await other.commit()
        changed = replace(read, title=f"{read.title}, changed")
        tx.of(TASKS).update(changed)
        return changed

    result = await world.run.write(owner, append)
    assert readings == ["Buy milk", "overtaken"]
    assert (result.title, result.revision) == ("overtaken, changed", 3)


async def test_tasks_in_a_tuple_come_back_as_they_were_stored(world: World) -> None:
    owner = await world.owner()

    async def add_two(tx: UnitOfWork) -> tuple[Task, str, Task]:
        return await add_thing(tx, MILK), "and", await add_thing(tx, MILK)

    first, word, second = await world.run.write(owner, add_two)
    assert (first.revision, word, second.revision) == (1, "and", 2)
    assert await world.run.read(owner, get_thing, second.id, TASKS) == second


async def test_work_on_accounts_is_run_again_after_contention_alone(world: World) -> None:
    tries: list[int] = []

    async def contend(_: AccountsUnitOfWork) -> str:
        tries.append(1)
        if len(tries) < 4:
            raise Contention
        return "done"

    assert await world.run.accounts(contend) == "done"

    async def always(_: AccountsUnitOfWork) -> None:
        tries.append(1)
        raise Contention

    tries.clear()
    with pytest.raises(Contention):
        await world.run.accounts(always)
    assert len(tries) == 4

    async def lost(_: AccountsUnitOfWork) -> None:
        tries.append(1)
        raise OutcomeUnknown

    tries.clear()
    with pytest.raises(OutcomeUnknown):
        await world.run.accounts(lost)
    assert len(tries) == 1


async def test_what_was_refused_is_not_noted(world: World) -> None:
    run, _, owner = await unlucky(world, Unavailable())
    assert isinstance(run.event_log, ListEventLog)
    with pytest.raises(Unavailable):
        await run.write(owner, add_thing, MILK)
    assert run.event_log.events == []


class ListeningHub(Hub):
    """A hub that notes what it is told, and what can be read at that moment."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__()
        self._store = store
        self.told: list[tuple[UserId, int]] = []

    def written(self, owner: UserId, *_: int) -> None:
        self.told.append((owner, self._store._state.shelf(owner).revision))


async def listening(world: World) -> tuple[Runner, list[tuple[UserId, int]], UserId]:
    run, store, owner = await unlucky(world)
    hub = ListeningHub(store)
    return Runner(store, run.clock, run.ids, run.event_log, hub), hub.told, owner


async def add_three(tx: UnitOfWork) -> Any:
    """A use case whose result is what it writes."""
    for _ in range(3):
        await add_thing(tx, MILK)
    return WHOLE_SET


async def test_the_hub_is_told_after_the_commit(world: World) -> None:
    run, told, owner = await listening(world)
    await run.write(owner, add_thing, MILK)
    await run.write(owner, add_three)
    assert told == [(owner, 1), (owner, 4)]


async def test_the_hub_is_not_told_of_what_did_not_happen(world: World) -> None:
    run, told, owner = await listening(world)
    task = await run.write(owner, add_thing, MILK)
    await run.carry_out(owner, WriteOptions(dry_run=True), add_three)
    with pytest.raises(Stale):
        await run.carry_out(owner, WriteOptions(expected=Expected(task.id, frozenset([7]))), add_three)
    await run.write(owner, change_thing, task.id, TASKS.patch(title=task.title))
    key = WriteOptions(key=Key("key", bytes(32)))
    for _ in range(2):
        await run.carry_out(owner, key, add_three)
    assert told == [(owner, 1), (owner, 4)]


async def test_the_feed_tells_the_session_of_the_options(world: World) -> None:
    run, _, owner = await listening(world)
    session = SessionId(run.ids.new())
    await run.carry_out(owner, WriteOptions(session=session), add_thing, MILK)
    await run.carry_out(owner, WriteOptions(session=session, key=Key("key", bytes(32))), add_three)
    await run.write(owner, add_thing, MILK)
    changes = (await run.store.view(owner).changes.page(None, 10)).items
    assert [change.session for change in changes] == [session] * 4 + [None]


async def test_a_use_case_may_return_what_it_writes(world: World) -> None:
    run, _, owner = await listening(world)
    planned = await run.carry_out(owner, WriteOptions(dry_run=True), add_three)
    assert [(change.seq, change.set) for change in planned.value] == [(1, 1), (2, 1), (3, 1)]
    await run.write(owner, add_thing, MILK)
    key = WriteOptions(key=Key("key", bytes(32)))
    first, again = [await run.carry_out(owner, key, add_three) for _ in range(2)]
    assert first.value == again.value == tuple(first.changes)
    assert [(change.seq, change.set) for change in first.value] == [(2, 2), (3, 2), (4, 2)]
    assert (first.replayed, again.replayed) == (False, True)


async def test_a_use_case_that_returns_what_it_writes_may_write_nothing(world: World) -> None:
    run, told, owner = await listening(world)

    async def nothing(_: UnitOfWork) -> Any:
        return WHOLE_SET

    key = WriteOptions(key=Key("key", bytes(32)))
    assert [(await run.carry_out(owner, key, nothing)).value for _ in range(2)] == [(), ()]
    assert told == []


async def test_who_expects_a_revision_can_read_the_feed(world: World) -> None:
    run, _, owner = await listening(world)
    task = await run.write(owner, add_thing, MILK)

    async def change_back(tx: UnitOfWork) -> Task:
        await tx.lock()
        [change] = (await tx.changes.page(None, 10)).items
        changed: Task = await change_thing(tx, change.id, TASKS.patch(title="Read before"))
        return changed

    options = WriteOptions(expected=Expected(task.id, frozenset([1])))
    assert (await run.carry_out(owner, options, change_back)).value.revision == 2
