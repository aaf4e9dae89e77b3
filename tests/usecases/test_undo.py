"""Undo of one set: what it reverts, and what else comes along."""

from dataclasses import replace
from typing import Any

import pytest

from tests.usecases.person import somebody
from tests.usecases.undoing import last_set, undo_last
from todo_adapters.memory.store import MemoryStore
from todo_core.model.change import Action, Change
from todo_core.model.kinds import Kind
from todo_core.model.rules import Reference
from todo_core.model.task import TASKS
from todo_core.model.task_list import LISTS
from todo_core.model.write_options import Key, WriteOptions
from todo_core.ports.storage import Store
from todo_core.usecases.batch import AddStep, ChangeStep, RemoveStep, Step, apply_batch
from todo_core.usecases.completing import complete_task, reopen_task
from todo_core.usecases.undo import undo


def actions(changes: tuple[Change, ...]) -> list[tuple[Any, Action]]:
    return [(change.id, change.action) for change in changes]


async def test_a_field_gets_its_earlier_value_and_the_others_keep_theirs(store: Store) -> None:
    ada = await somebody(store)
    task = await ada.add("old", priority="low", tags=["x"])
    await ada.change(task, title="new", tags=[])
    changed = await last_set(ada)
    await ada.change(task, priority="high")
    ada.clock.advance(seconds=60)
    [change] = await ada.do(undo, changed)
    now = await ada.now(task)
    assert (now.title, now.tags, now.priority, now.updated_at) == ("old", ("x",), "high", ada.clock.now())
    assert (change.value, change.action) == (now, Action.UPDATED)


async def test_undo_of_undo_is_redo(store: Store) -> None:
    ada = await somebody(store)
    task = await ada.add("old")
    await ada.change(task, title="new")
    await undo_last(ada)
    await undo_last(ada)
    assert (await ada.now(task)).title == "new"


async def test_what_is_as_before_again_needs_no_undo(store: Store) -> None:
    ada = await somebody(store)
    task = await ada.add("old")
    await ada.change(task, title="new")
    changed = await last_set(ada)
    await undo_last(ada)
    begun = await ada.feed()
    assert await ada.do(undo, changed) == ()
    assert await ada.feed() == begun


async def test_completions_are_reverted_to_the_microsecond(store: Store) -> None:
    ada = await somebody(store)
    top = await ada.add("top")
    below = await ada.add("below", parent_id=top.id, completed=True)
    ada.clock.advance(seconds=1.000001)
    await ada.do(complete_task, top.id)
    await undo_last(ada)
    assert not (await ada.now(top)).completed
    assert (await ada.now(below)).completed_at == below.completed_at
    await ada.do(reopen_task, below.id)
    await undo_last(ada)
    assert (await ada.now(below)).completed_at == below.completed_at


async def test_what_was_created_together_goes_to_the_trash_together(store: Store) -> None:
    ada = await somebody(store)
    parts: list[Step] = [
        AddStep(LISTS.draft(name="Trip"), "list"),
        AddStep(TASKS.draft(title="top", list_id=Reference("list")), "top"),
        AddStep(TASKS.draft(title="below", parent_id=Reference("top"))),
    ]
    trip, top, below = await ada.do(apply_batch, parts)
    assert actions(await undo_last(ada)) == [(thing.id, Action.DELETED) for thing in (below, top, trip)]
    assert await ada.thrown() == [(trip.id, 3)]
    redone = await undo_last(ada)
    assert actions(redone) == [(thing.id, Action.RESTORED) for thing in (trip, top, below)]
    assert await ada.titles(trip.id, top.id) == ["below"]


async def test_a_deleted_tree_comes_back_as_it_was(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    top = await ada.add("top", list_id=home.id, tags=["x"])
    await ada.add("below", parent_id=top.id)
    before = {task.id: (task.position, task.list_id, task.parent_id) for task in (await ada.everything()).values()}
    await ada.remove(home)
    assert [action for _, action in actions(await undo_last(ada))] == [Action.RESTORED] * 3
    now = {task.id: (task.position, task.list_id, task.parent_id) for task in (await ada.everything()).values()}
    assert (now, await ada.thrown()) == (before, [])
    await undo_last(ada)
    assert await ada.thrown() == [(home.id, 3)]


async def test_what_has_lost_its_list_or_parent_is_restored_as_a_restoration_does(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    top = await ada.add("top", list_id=home.id)
    middle = await ada.add("middle", parent_id=top.id)
    leaf = await ada.add("leaf", parent_id=middle.id)
    await ada.remove(middle)
    removed = await last_set(ada)
    await ada.remove(home)
    await ada.do(undo, removed)
    assert [(task.list_id, task.parent_id) for task in (await ada.now(middle), await ada.now(leaf))] == [
        (None, None),
        (None, middle.id),
    ]
    for _ in ("undone", "done again", "undone again"):
        await undo_last(ada)
    await ada.restore(home)
    assert (await ada.restore(middle)).parent_id == top.id, "it is in the trash as it was before"


async def test_what_was_restored_goes_back_with_its_deletion(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    top = await ada.add("top", list_id=home.id)
    await ada.remove(top)
    await ada.remove(home)
    await ada.restore(home)
    await ada.restore(top)
    restored = await last_set(ada)
    await ada.change(top, title="new")
    await ada.do(undo, restored)
    [(root, number), *_] = await ada.thrown()
    assert (root, number) == (top.id, 1)
    assert (await ada.restore(top)).title == "new", "only what the set changed is reverted"


async def test_what_goes_back_to_a_list_in_the_trash_may_be_written_in_any_pieces(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("todo_adapters.sql.writes.PIECE", 3)
    ada = await somebody(store)
    home = await ada.add_list()
    top = await ada.add("top", list_id=home.id)
    for title in ("one", "two", "three"):
        await ada.add(title, parent_id=top.id)
    await ada.remove(top)
    await ada.remove(home)
    await ada.restore(top)
    undone = await undo_last(ada)
    assert [change.value and change.value.list_id for change in undone] == [home.id, None] * 4
    await ada.restore(home)
    assert (await ada.restore(top)).list_id == home.id


async def test_a_deletion_is_restored_with_what_has_joined_it(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    await ada.remove(home)
    removed = await last_set(ada)
    await ada.restore(home)
    task = await ada.add(list_id=home.id)
    await ada.remove(home)
    await ada.do(undo, removed)
    assert await ada.titles(home.id) == [task.title]
    assert await ada.thrown() == []


async def test_what_a_set_created_and_deleted_stays_in_the_trash(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    new = AddStep(TASKS.draft(title="new", list_id=home.id))
    await ada.do(apply_batch, [new, RemoveStep(LISTS, home.id)])
    await undo_last(ada)
    assert await ada.names() == ["Home"]
    [(root, number)] = await ada.thrown()
    assert (root != home.id, number) == (True, 1)
    await undo_last(ada)
    assert await ada.thrown() == [(home.id, 2)]


async def test_an_undo_happens_once_under_a_key_and_not_at_all_in_a_dry_run(store: Store) -> None:
    ada = await somebody(store)
    tasks = await ada.do(apply_batch, [AddStep(TASKS.draft(title=title)) for title in ("one", "two")])
    created = await last_set(ada)
    begun = await ada.feed()
    planned = await ada.run.carry_out(ada.owner, WriteOptions(dry_run=True), undo, created)
    assert (actions(planned.value), await ada.feed()) == ([(each.id, Action.DELETED) for each in tasks][::-1], begun)
    once = WriteOptions(key=Key("undo", b"v1"))
    first = await ada.run.carry_out(ada.owner, once, undo, created)
    again = await ada.run.carry_out(ada.owner, once, undo, created)
    assert (again.value, again.replayed) == (first.value, True)
    assert [change.seq for change in first.value] == [len(begun) + 1, len(begun) + 2]
    assert len(await ada.feed()) == len(begun) + 2


@pytest.mark.parametrize("kind", [TASKS, LISTS])
async def test_every_field_that_can_be_given_is_reverted(store: Store, kind: Kind[Any]) -> None:
    ada = await somebody(store)
    thing = await (ada.add(due_date="2026-11-20") if kind is TASKS else ada.add_list())
    home, top = await ada.add_list("Elsewhere"), await ada.add("top")
    values: dict[str, Any] = {
        "title": "new",
        "description": "new",
        "completed": True,
        "priority": "low",
        "due_date": "2026-11-30",
        "deferred_until": "2026-11-29T10:00",
        "recurrence": {"rule": "FREQ=DAILY"},
        "list_id": home.id,
        "parent_id": top.id,
        "tags": ["new"],
        "name": "new",
        "color": "#ffffff",
        "archived": True,
    }
    for name in kind.rules:
        await ada.change(thing, **{name: values[name]})
        await undo_last(ada)
        now = await ada.now(thing)
        assert {field: getattr(now, field) for field in kind.names[2:-3]} == {
            field: getattr(thing, field) for field in kind.names[2:-3]
        }


async def test_deletions_of_one_set_stay_apart(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    task = await ada.add(list_id=home.id)
    await ada.do(apply_batch, [RemoveStep(TASKS, task.id), RemoveStep(LISTS, home.id)])
    for thrown in ({}, {task.id: 1, home.id: 1}):
        await undo_last(ada)
        assert dict(await ada.thrown()) == thrown


async def test_what_leaves_a_deletion_joins_it_again(store: Store) -> None:
    ada = await somebody(store)
    task = await ada.add()
    new, there = AddStep(LISTS.draft(name="new"), "list"), TASKS.patch(list_id=Reference("list"))
    await ada.do(apply_batch, [new, ChangeStep(task.id, there), RemoveStep(LISTS, Reference("list"))])
    for number in (1, 2, 1):
        await undo_last(ada)
        assert [things for _, things in await ada.thrown()] == [number]
        assert len(await ada.everything()) == 2 - number


async def test_a_subtask_does_not_join_a_list_without_its_parent(store: Store) -> None:
    ada = await somebody(store)
    task = await ada.add()
    new, there = AddStep(LISTS.draft(name="new"), "list"), TASKS.patch(list_id=Reference("list"))
    below = AddStep(TASKS.draft(title="below", parent_id=task.id))
    home, _, subtask = await ada.do(apply_batch, [new, ChangeStep(task.id, there), below])
    await undo_last(ada)
    assert dict(await ada.thrown()) == {home.id: 1, subtask.id: 1}
    assert (await ada.restore(subtask)).parent_id == task.id


async def test_what_an_earlier_release_deleted_comes_back_as_a_whole() -> None:
    store = MemoryStore()
    ada = await somebody(store)
    top = await ada.add("top")
    below = await ada.add("below", parent_id=top.id)
    await ada.remove(top)
    shelf = store._state.shelves[ada.owner]
    shelf.feed = [replace(change, set=change.seq, previous=None, root=None) for change in shelf.feed]
    await undo_last(ada)
    assert set(await ada.everything()) == {top.id, below.id}
    assert await ada.thrown() == []
