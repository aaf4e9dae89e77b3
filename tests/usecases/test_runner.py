"""The transaction boundary: what is run again, how often, and what never is."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

import pytest

from tests.usecases.world import World
from todo_adapters.contracts.fakes import CountingIds, FixedClock
from todo_adapters.memory.security import ListEventLog
from todo_adapters.memory.store import MemoryStore
from todo_adapters.memory.work import MemoryUnitOfWork
from todo_core import runner
from todo_core.errors import Contention, MovedOn, OutcomeUnknown, TodoError, Unavailable
from todo_core.ids import SessionId, UserId
from todo_core.model.change import Change
from todo_core.model.task import TASKS, Task
from todo_core.model.write_options import Key
from todo_core.ports.accounts import AccountsUnitOfWork
from todo_core.ports.runtime import IdSource
from todo_core.ports.storage import UnitOfWork
from todo_core.runner import Runner
from todo_core.usecases.things import add_thing, get_thing

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
