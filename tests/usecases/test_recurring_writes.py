"""Recurring tasks in batches, in dry runs, under keys, over an expected revision, in the feed, undo and the trash."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from tests.usecases.person import Person, seeing, somebody
from tests.usecases.series import (
    DAILY,
    EACH_DAY,
    TODAY,
    complete,
    completions,
    due,
    log,
    recurring,
    skip,
    take_back,
)
from tests.usecases.test_taking_back import a_routine, picture
from tests.usecases.undoing import undo_last
from todo_adapters.contracts.kit import IDS, NOW
from todo_adapters.memory.store import MemoryStore
from todo_core.errors import Stale, UndoConflict
from todo_core.model.change import Action
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS, Task
from todo_core.model.write_options import Key, WriteOptions
from todo_core.ports.storage import Store
from todo_core.runner import Outcome
from todo_core.usecases.batch import AddStep, CompleteStep, RemoveStep, apply_batch
from todo_core.usecases.completing import complete_task, reopen_task, skip_task
from todo_core.usecases.sync import read_history
from todo_core.usecases.trash import purge_thing
from todo_core.usecases.undo import undo

ENDS = [complete, skip]


def with_a_key() -> WriteOptions:
    return WriteOptions(key=Key(str(IDS.new()), bytes(32)))


async def carried_out(person: Person, options: WriteOptions, use_case: Any, task: Task) -> Outcome[Task]:
    return await person.run.carry_out(person.owner, options, use_case, task.id)


async def everything(person: Person) -> tuple[Any, ...]:
    """What the person sees of tasks and completions."""
    found = [replace(each, revision=0, updated_at=NOW) for each in await completions(person)]
    return await picture(person), found, await log(person)


async def test_two_completions_in_one_batch_complete_two_occurrences(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    [first, second, last] = await ada.do(apply_batch, [CompleteStep(task.id)] * 3)
    assert first == second == last == await ada.now(task)
    assert due(last) == "2026-11-23"
    await ada.do(apply_batch, [CompleteStep(task.id), CompleteStep(task.id, completed=False)])
    assert due(await ada.now(task)) == "2026-11-23"
    assert sorted(await log(ada)) == [TODAY, "2026-11-21", "2026-11-22"]


async def test_what_a_batch_creates_it_can_complete_and_delete(store: Store) -> None:
    ada = await somebody(store)
    draft = TASKS.draft(title="new", due_date=TODAY, recurrence=DAILY)
    below = AddStep(TASKS.draft(title="below", completed=True, parent_id=Reference("task")), "below")
    steps = [AddStep(draft, "task"), below, CompleteStep(Reference("task"))]
    task, subtask, _ = await ada.do(apply_batch, steps)
    assert (due(task), subtask.completed) == ("2026-11-21", False)
    await ada.do(apply_batch, [CompleteStep(task.id), RemoveStep(TASKS, task.id)])
    assert due(await ada.restore(task)) == "2026-11-22"


@pytest.mark.parametrize("use_case", [complete_task, skip_task, reopen_task])
async def test_a_dry_run_tells_what_would_be(store: Store, use_case: Any) -> None:
    ada = await somebody(store)
    task = await a_routine(ada)
    await complete(ada, task)
    before = await everything(ada), len(await ada.feed())
    planned = await carried_out(ada, WriteOptions(dry_run=True), use_case, task)
    assert (await everything(ada), len(await ada.feed())) == before
    outcome = await carried_out(ada, WriteOptions(), use_case, task)
    assert planned.value == outcome.value
    shape = [[(each.entity, each.action, each.seq) for each in told.changes] for told in (planned, outcome)]
    assert shape[0] == shape[1]


@pytest.mark.parametrize("use_case", [complete_task, skip_task, reopen_task])
async def test_under_one_key_it_happens_once(store: Store, use_case: Any) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    for _ in range(2):
        await complete(ada, task)
    options = with_a_key()
    first = await carried_out(ada, options, use_case, task)
    again = await carried_out(ada, options, use_case, task)
    assert (again.value, again.replayed) == (first.value, True)
    assert await ada.now(task) == first.value


async def test_with_a_stale_precondition_nothing_happens(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    for use_case in (complete_task, skip_task, reopen_task):
        seen = await ada.now(task)
        advanced = (await carried_out(ada, seeing(seen), use_case, task)).value
        assert advanced.revision > seen.revision
        await ada.refused(carried_out(ada, seeing(seen), use_case, task), Stale)


async def test_a_repeated_request_is_about_the_occurrence_of_the_first(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada, EACH_DAY)
    asked = ada.clock.now()
    ada.clock.advance(seconds=5)
    first = await complete(ada, task, asked=asked)
    number = len(await ada.feed())
    assert await complete(ada, task, asked=asked) == first, "it arrived before the first one was done"
    assert await ada.do(skip_task, task.id, asked=asked) == first
    ada.clock.advance(seconds=1.9)
    assert await complete(ada, task, asked=ada.clock.now()) == first, "as good as at the same time"
    assert len(await ada.feed()) == number
    ada.clock.advance(seconds=0.1)
    assert due(await complete(ada, task, asked=ada.clock.now())) == "2026-11-22"
    await take_back(ada, task)
    assert due(await complete(ada, task, asked=ada.clock.now())) == "2026-11-22", "that one was taken back"


@dataclass
class Late:
    """A unit of work that sees completions only after somebody else has completed the task."""

    unit: Any
    meanwhile: list[Awaitable[Any]]

    def __getattr__(self, name: str) -> Any:
        return self if name == "completions" else getattr(self.unit, name)

    async def latest(self, task_id: UUID) -> Any:
        while self.meanwhile:
            await self.meanwhile.pop()
        return await self.unit.completions.latest(task_id)


async def test_a_repeated_request_never_returns_the_task_as_it_was_before() -> None:
    ada = await somebody(MemoryStore())
    task, asked = await recurring(ada), ada.clock.now()
    meanwhile: list[Awaitable[Any]] = [complete(ada, task)]

    async def late(tx: Any) -> Task:
        return await complete_task(Late(tx, meanwhile), task.id, asked=asked)

    assert due(await ada.do(late)) == "2026-11-21"
    assert await log(ada) == [TODAY]


@pytest.mark.parametrize("end", ENDS)
async def test_undo_and_redo_lead_back_and_forth(store: Store, end: Any) -> None:
    ada = await somebody(store)
    task = await a_routine(ada)
    await complete(ada, task)
    for use_case in (end, take_back, end):
        before = await everything(ada)
        await use_case(ada, task)
        after = await everything(ada)
        await undo_last(ada)
        assert await everything(ada) == before
        await undo_last(ada)
        assert await everything(ada) == after


async def test_what_undo_has_reopened_can_be_completed_and_taken_back(store: Store) -> None:
    ada = await somebody(store)
    task = await a_routine(ada)
    before = await picture(ada)
    await complete(ada, task)
    await undo_last(ada)
    await complete(ada, task)
    await take_back(ada, task)
    assert await picture(ada) == before


async def test_undo_does_not_complete_an_occurrence_for_the_second_time(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    await complete(ada, task)
    await take_back(ada, task)
    taken_back = (await ada.feed())[-1].set
    await complete(ada, task)
    conflict = await ada.refused(ada.do(undo, taken_back), UndoConflict)
    assert [(each.entity, each.field, each.code) for each in conflict.conflicts] == [
        ("completion", None, "completed-again")
    ]
    await take_back(ada, task)
    await ada.do(undo, taken_back)
    assert await log(ada) == [TODAY]


async def test_an_older_completion_cannot_be_undone(store: Store) -> None:
    ada = await somebody(store)
    task = await complete(ada, await recurring(ada))
    completed = (await ada.feed())[-1].set
    await complete(ada, task)
    conflict = await ada.refused(ada.do(undo, completed), UndoConflict)
    assert {each.field for each in conflict.conflicts} == {"due_date", "recurrence"}


async def test_a_completion_is_one_set_of_changes(store: Store) -> None:
    ada = await somebody(store)
    task = await recurring(ada)
    below = await ada.add("below", parent_id=task.id, completed=True)
    await complete(ada, task)
    told = (await ada.feed())[2:]
    assert [(each.entity, each.action) for each in told] == [
        ("task", Action.UPDATED),
        ("completion", Action.CREATED),
        ("task", Action.UPDATED),
    ]
    assert [each.id for each in told][::2] == [below.id, task.id]
    assert {each.set for each in told} == {3}
    history = (await ada.see(read_history, task.id, TASKS, None, 10)).items
    assert [each.action for each in history] == [Action.UPDATED, Action.CREATED]


async def test_completions_of_purged_tasks_are_purged(store: Store) -> None:
    ada = await somebody(store)
    task = await complete(ada, await recurring(ada))
    other = await complete(ada, await recurring(ada))
    await ada.remove(task)
    await ada.do(purge_thing, task.id)
    assert [each.task_id for each in await completions(ada)] == [other.id]
    assert await log(ada) == [TODAY]


async def test_another_owner_sees_and_completes_nothing(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    task = await complete(ada, await recurring(ada))
    for use_case in (complete, skip, take_back):
        await bob.refused(use_case(bob, task), Exception)
    assert (await log(bob), await log(bob, task)) == ([], [])
    assert await ada.now(task) == task
