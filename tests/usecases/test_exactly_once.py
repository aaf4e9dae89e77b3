"""Writes under a key happen once and answer the same every time, on every store, whatever else happens meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from todo_adapters.bootstrap import open_store
from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import IDS, add, all_tasks, feed, forget, join, new_owner, on_accounts, together
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import Conflict, KeyReused, NotFound, Stale, StepFailed, Unavailable
from todo_core.ids import TaskId, UserId
from todo_core.model.change import Action
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS, Task
from todo_core.model.task_list import LISTS
from todo_core.model.write_options import RECEIPTS_KEPT, Expected, Key, WriteOptions
from todo_core.ports.storage import Store, UnitOfWork
from todo_core.runner import Outcome, Runner
from todo_core.usecases.batch import AddStep, ChangeStep, CompleteStep, MoveStep, RemoveStep, Step, apply_batch
from todo_core.usecases.cleanup import BEGINNING
from todo_core.usecases.completing import complete_task, reopen_task
from todo_core.usecases.moving import Move, move_thing
from todo_core.usecases.tags import remove_tag, rename_tag
from todo_core.usecases.things import add_thing, change_thing, remove_thing
from todo_core.usecases.trash import empty_trash

MILK = TASKS.draft(title="Buy milk")
BREAD = TASKS.patch(title="Buy bread")
DIGEST = bytes(32)
ONCE = WriteOptions(key=Key("a key", DIGEST))
OTHERWISE = WriteOptions(key=Key("a key", DIGEST[1:] + b"x"))


def runner(store: Store) -> Runner:
    return Runner(store, FixedClock(), IDS, ListEventLog())


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody does to a task of theirs, and how many changes it makes."""

    name: str
    use_case: Callable[..., Awaitable[Any]]
    arguments: Callable[[TaskId], tuple[Any, ...]]
    changes: int = 1

    def do(self, run: Runner, owner: UserId, task_id: TaskId, options: WriteOptions = ONCE) -> Awaitable[Outcome[Any]]:
        return run.carry_out(owner, options, self.use_case, *self.arguments(task_id))


def in_one_go(task_id: TaskId) -> tuple[list[Any]]:
    return (
        [
            AddStep(MILK, "milk"),
            ChangeStep(Reference("milk"), BREAD),
            ChangeStep(task_id, TASKS.patch()),
            RemoveStep(TASKS, task_id),
            AddStep(MILK),
        ],
    )


def on_a_tree(task_id: TaskId) -> tuple[list[Any]]:
    home, milk = Reference("home"), Reference("milk")
    return (
        [
            AddStep(LISTS.draft(name="Home"), "home"),
            AddStep(TASKS.draft(title="Buy milk", parent_id=task_id), "milk"),
            MoveStep(task_id, Move.of(TASKS, list_id=home)),
            CompleteStep(milk),
            RemoveStep(TASKS, milk),
        ],
    )


DEEDS = [
    Deed("add", add_thing, lambda _: (MILK,)),
    Deed("change", change_thing, lambda task_id: (task_id, BREAD)),
    Deed("change_nothing", change_thing, lambda task_id: (task_id, TASKS.patch()), changes=0),
    Deed("complete", complete_task, lambda task_id: (task_id,)),
    Deed("reopen_what_is_open", reopen_task, lambda task_id: (task_id,), changes=0),
    Deed("remove", remove_thing, lambda task_id: (task_id, TASKS)),
    Deed("add_list", add_thing, lambda _: (LISTS.draft(name="Home"),)),
    Deed("move_nowhere", move_thing, lambda task_id: (task_id, Move.of(TASKS, after=None)), changes=0),
    Deed("rename_tag", rename_tag, lambda _: ("HOME", "garden")),
    Deed("remove_tag", remove_tag, lambda _: ("home",)),
    Deed("batch", apply_batch, in_one_go, changes=4),
    Deed("batch_on_a_tree", apply_batch, on_a_tree, changes=6),
    Deed("empty_batch", apply_batch, lambda _: ([],), changes=0),
]
every_deed = pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)


@pytest.mark.check("G3", "G17")
@every_deed
async def test_a_replay_gives_the_first_answer_and_does_nothing(store: Store, deed: Deed) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner, tags=("home",))
    first = await deed.do(run, owner, task.id)
    assert not first.replayed
    tasks, entries = await all_tasks(store, owner), await feed(store, owner)
    assert len(entries) == 1 + deed.changes
    for _ in range(2):
        assert await deed.do(run, owner, task.id) == Outcome(first.value, replayed=True)
    assert (await all_tasks(store, owner), await feed(store, owner)) == (tasks, entries)


@pytest.mark.check("G16")
@every_deed
async def test_a_replay_gives_the_first_answer_whatever_has_become_of_it(store: Store, deed: Deed) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner, tags=("home",))
    first = await deed.do(run, owner, task.id)
    for left in await all_tasks(store, owner):
        await run.write(owner, complete_task, left.id)
        await run.write(owner, remove_thing, left.id, TASKS)
    await run.write(owner, empty_trash)
    number = await store.view(owner).revision()
    assert await deed.do(run, owner, task.id) == Outcome(first.value, replayed=True)
    assert await store.view(owner).revision() == number


@pytest.mark.check("G4")
@every_deed
async def test_a_key_is_good_for_one_request_only(store: Store, deed: Deed) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner, tags=("home",))
    await deed.do(run, owner, task.id)
    entries = await feed(store, owner)
    for other in DEEDS:
        with pytest.raises(KeyReused):
            await other.do(run, owner, task.id, OTHERWISE)
    assert await feed(store, owner) == entries


@pytest.mark.check("G6")
@every_deed
async def test_of_twenty_at_once_under_one_key_one_happens_and_all_hear_of_it(store: Store, deed: Deed) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner, tags=("home",))
    outcomes: list[Outcome[Any]] = []

    async def attempt() -> None:
        outcomes.append(await deed.do(run, owner, task.id))

    assert await together(*(attempt() for _ in range(20))) == {"done": 20}
    assert [outcome.replayed for outcome in outcomes].count(False) == 1
    assert all(outcome.value == outcomes[0].value for outcome in outcomes)
    assert len(await feed(store, owner)) == 1 + deed.changes


@pytest.mark.check("G6")
@every_deed
async def test_of_fifty_at_once_on_two_replicas_one_happens(store: Store, storage_url: str, deed: Deed) -> None:
    if storage_url == "memory://":
        pytest.skip("nobody shares a memory")
    owner = await new_owner(store)
    task = await add(store, owner, tags=("home",))
    values: list[Any] = []

    async def attempt(run: Runner) -> None:
        values.append((await deed.do(run, owner, task.id)).value)

    async with open_store(storage_url) as another:
        replicas = [runner(store), runner(another)]
        outcomes = await together(*(attempt(replicas[i % 2]) for i in range(50)))
    assert set(outcomes) <= {"done", "RequestInProgress", "Unavailable"}, "on a busy machine some wait too long"
    assert outcomes["done"] > 0
    assert all(value == values[0] for value in values)
    assert [change.seq for change in await feed(store, owner)] == list(range(1, 2 + deed.changes))


@pytest.mark.check("G8", "G14")
async def test_a_key_outlives_the_login_session_but_not_its_time(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    first = await run.carry_out(owner, ONCE, add_thing, MILK)
    elsewhere = Runner(store, FixedClock(), IDS, ListEventLog())
    assert await elsewhere.carry_out(owner, ONCE, add_thing, MILK) == Outcome(first.value, replayed=True)
    await on_accounts(store, lambda unit: forget(unit.forget_receipts, FixedClock().now() + timedelta(microseconds=1)))
    again = await run.carry_out(owner, ONCE, add_thing, MILK)
    assert not again.replayed
    assert again.value.id != first.value.id


@pytest.mark.check("G14", "P14")
async def test_a_key_is_as_good_as_new_after_its_time_even_if_nobody_has_cleaned_up(store: Store) -> None:
    owner, clock = await new_owner(store), FixedClock()
    run = Runner(store, clock, IDS, ListEventLog())
    first = await run.carry_out(owner, ONCE, add_thing, MILK)
    clock.advance(RECEIPTS_KEPT)
    assert (await run.carry_out(owner, ONCE, add_thing, MILK)).replayed
    clock.advance(seconds=1)
    second = await run.carry_out(owner, OTHERWISE, add_thing, MILK)
    assert not second.replayed
    assert second.value.id != first.value.id
    assert (await run.carry_out(owner, OTHERWISE, add_thing, MILK)) == Outcome(second.value, replayed=True)
    assert len(await all_tasks(store, owner)) == 2


@pytest.mark.check("G7")
async def test_somebody_else_may_use_the_same_key(store: Store) -> None:
    owner, neighbour, run = await new_owner(store), await new_owner(store), runner(store)
    await run.carry_out(owner, ONCE, add_thing, MILK)
    outcome = await run.carry_out(neighbour, OTHERWISE, add_thing, MILK)
    assert not outcome.replayed
    assert await all_tasks(store, neighbour) == [outcome.value]


@pytest.mark.check("G10", "G11")
async def test_what_is_refused_leaves_the_key_free(store: Store) -> None:
    """Nothing but success is remembered: what was not found may be there, what was stale may be fresh next time."""
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner)

    async def refuse(tx: UnitOfWork, refusal: Exception) -> Task:
        await change_thing(tx, task.id, BREAD)
        raise refusal

    for refusal in (NotFound("task"), Conflict("not now"), Stale(7), Unavailable()):
        with pytest.raises(type(refusal)):
            await run.carry_out(owner, ONCE, refuse, refusal)
        assert await store.view(owner).receipts.get("a key", BEGINNING) is None
    seen = WriteOptions(key=ONCE.key, expected=Expected(task.id, frozenset({7})))
    with pytest.raises(Stale):
        await run.carry_out(owner, seen, change_thing, task.id, BREAD)
    assert [change.seq for change in await feed(store, owner)] == [1]
    outcome = await run.carry_out(owner, ONCE, change_thing, task.id, BREAD)
    assert (outcome.replayed, outcome.value.revision) == (False, 2)


@pytest.mark.check("G3")
async def test_a_key_is_looked_up_before_the_precondition(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    task = await add(store, owner)
    options = WriteOptions(key=ONCE.key, expected=Expected(task.id, frozenset({1})))
    for use_case, arguments in ((change_thing, (task.id, BREAD)), (remove_thing, (task.id, TASKS))):
        once = WriteOptions(key=Key(use_case.__name__, DIGEST), expected=options.expected)
        if use_case is remove_thing:
            once = WriteOptions(key=once.key, expected=Expected(task.id, frozenset({2})))
        first = await run.carry_out(owner, once, use_case, *arguments)
        replay = await run.carry_out(owner, once, use_case, *arguments)
        assert replay == Outcome(first.value, replayed=True)
    assert [change.action for change in await feed(store, owner)] == [
        Action.CREATED,
        Action.UPDATED,
        Action.DELETED,
    ]


async def test_a_replay_is_not_noted_as_a_write(store: Store) -> None:
    owner = await new_owner(store)
    event_log = ListEventLog()
    run = Runner(store, FixedClock(), IDS, event_log)
    for _ in range(2):
        await run.carry_out(owner, ONCE, add_thing, MILK)
    assert event_log.events == ["add_task", "replayed"]


@pytest.mark.check("G15", "G16")
async def test_a_key_does_not_reach_into_an_account_that_is_gone(store: Store) -> None:
    user, run = await join(store), runner(store)
    first = await run.carry_out(user.id, ONCE, add_thing, MILK)
    await on_accounts(store, lambda unit: unit.users.remove(user.id))
    for use_case, arguments in ((add_thing, (MILK,)), (remove_thing, (first.value.id, TASKS)), (apply_batch, ([],))):
        with pytest.raises(NotFound):
            await run.carry_out(user.id, ONCE, use_case, *arguments)


async def test_a_batch_that_fails_leaves_the_key_free(store: Store) -> None:
    owner, run = await new_owner(store), runner(store)
    steps: list[Step] = [AddStep(MILK), RemoveStep(TASKS, TaskId(IDS.new()))]
    with pytest.raises(StepFailed):
        await run.carry_out(owner, ONCE, apply_batch, steps)
    outcome = await run.carry_out(owner, ONCE, apply_batch, steps[:1])
    assert (outcome.replayed, len(await all_tasks(store, owner))) == (False, 1)
