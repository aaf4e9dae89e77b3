"""Completing with subtasks or without, and reopening, which affects the task alone."""

import pytest

from tests.usecases.person import Person, seeing, somebody
from todo_adapters.contracts.kit import together
from todo_core.errors import NotFound, Stale
from todo_core.model.task import Task
from todo_core.ports.storage import Store
from todo_core.usecases.completing import complete_task, reopen_task


async def a_project(person: Person) -> list[Task]:
    """A task, two below it, one of them done before, and one below each of these."""
    top = await person.add("top")
    left = await person.add("left", parent_id=top.id)
    right = await person.add("right", parent_id=top.id, completed=True)
    leaf = await person.add("leaf", parent_id=left.id)
    return [top, left, right, leaf, await person.add("under what is done", parent_id=right.id)]


async def test_completing_completes_the_open_subtasks_of_all_levels(store: Store) -> None:
    ada = await somebody(store)
    top, left, right, leaf, last = await a_project(ada)
    other = await ada.add("other")
    ada.clock.advance(seconds=60)
    done = await ada.do(complete_task, top.id)
    now = await ada.everything()
    assert done == now[top.id]
    assert {now[task.id].completed_at for task in (top, left, leaf, last)} == {ada.clock.now()}
    assert now[right.id] == right, "it keeps its time"
    assert now[other.id] == other
    assert len(await ada.feed()) == 10


async def test_completing_alone_keeps_the_subtasks_open(store: Store) -> None:
    ada = await somebody(store)
    top, *below = await a_project(ada)
    assert (await ada.do(complete_task, top.id, subtasks=False)).completed
    now = await ada.everything()
    assert [now[task.id] for task in below] == below


async def test_completing_what_is_done_completes_what_is_open_below_it(store: Store) -> None:
    ada = await somebody(store)
    top, left, _, leaf, last = await a_project(ada)
    await ada.do(complete_task, top.id, subtasks=False)
    before = await ada.now(top)
    assert await ada.do(complete_task, top.id) == before
    now = await ada.everything()
    assert all(now[task.id].completed for task in (left, leaf, last))
    assert await ada.do(complete_task, top.id) == before
    assert len(await ada.feed()) == 9


async def test_reopening_affects_the_task_alone(store: Store) -> None:
    ada = await somebody(store)
    top, *below = await a_project(ada)
    await ada.do(complete_task, top.id)
    reopened = await ada.do(reopen_task, top.id)
    assert not reopened.completed
    now = await ada.everything()
    assert all(now[task.id].completed for task in below)


async def test_a_change_to_completed_affects_the_task_alone(store: Store) -> None:
    ada = await somebody(store)
    top, *below = await a_project(ada)
    await ada.change(top, completed=True)
    now = await ada.everything()
    assert [now[task.id] for task in below] == below


@pytest.mark.parametrize("subtasks", [False, True])
async def test_only_the_completed_task_has_to_be_as_it_was_seen(store: Store, subtasks: bool) -> None:
    ada = await somebody(store)
    top, left, *_ = await a_project(ada)
    await ada.change(left, title="changed")
    options = seeing(top)
    outcome = await ada.run.carry_out(ada.owner, options, complete_task, top.id, subtasks=subtasks)
    assert outcome.value.completed
    deed = ada.run.carry_out(ada.owner, options, complete_task, top.id, subtasks=subtasks)
    assert (await ada.refused(deed, Stale)).revision == outcome.value.revision


async def test_what_is_not_there_cannot_be_completed(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    theirs, gone = await bob.add(), await ada.add()
    await ada.remove(gone)
    for task in (theirs, gone):
        for subtasks in (False, True):
            await ada.refused(ada.do(complete_task, task.id, subtasks=subtasks), NotFound)
        await ada.refused(ada.do(reopen_task, task.id), NotFound)


async def test_completions_and_changes_of_subtasks_at_once_all_happen(store: Store) -> None:
    ada = await somebody(store)
    top, left, right, leaf, last = await a_project(ada)
    outcomes = await together(
        ada.do(complete_task, top.id),
        ada.change(leaf, title="changed"),
        ada.do(complete_task, left.id),
        ada.change(last, title="changed"),
        ada.remove(right),
    )
    assert set(outcomes) <= {"done", "NotFound"}
    now = await ada.everything()
    assert all(now[task.id].completed for task in (top, left, leaf))
    assert now[leaf.id].title == "changed"
    assert right.id not in now
