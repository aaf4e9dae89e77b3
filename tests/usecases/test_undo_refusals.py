"""What undo refuses, after which nothing has happened: what has changed since, is gone, or would break a rule."""

from dataclasses import replace
from typing import Any

import pytest

from tests.usecases.person import Person, somebody
from tests.usecases.undoing import last_set, undo_last
from todo_adapters.contracts.kit import on_accounts
from todo_adapters.memory.store import MemoryStore
from todo_core.errors import CursorExpired, NotFound, TooMany, UndoConflict
from todo_core.limits import LEVELS_MAX
from todo_core.model.task import TASKS
from todo_core.ports.storage import Store
from todo_core.usecases import undo as undoing
from todo_core.usecases.batch import AddStep, ChangeStep, apply_batch
from todo_core.usecases.trash import purge_thing
from todo_core.usecases.undo import undo


async def conflicts(person: Person, set_seq: int) -> list[tuple[Any, str | None, str]]:
    """The things, fields and codes of the conflicts; nothing has happened."""
    refusal: UndoConflict = await person.refused(person.do(undo, set_seq), UndoConflict)
    assert all(each.detail for each in refusal.conflicts)
    return [(each.id, each.field, each.code) for each in refusal.conflicts]


async def test_fields_that_were_changed_since_are_conflicts_and_nothing_happens(store: Store) -> None:
    ada = await somebody(store)
    one, two = await ada.add("one"), await ada.add("two")
    patch = TASKS.patch(title="new", priority="low", due_date="2026-11-30")
    await ada.do(apply_batch, [ChangeStep(task.id, patch) for task in (one, two)])
    changed = await last_set(ada)
    await ada.change(one, priority="high", title="newer")
    await ada.change(two, due_date=None)
    assert await conflicts(ada, changed) == [(one.id, "title", "changed-since"), (one.id, "priority", "changed-since")]
    await ada.change(one, priority="low", title="one")
    assert len(await ada.do(undo, changed)) == 2
    assert (await ada.now(one)).priority is None


async def test_what_was_created_and_has_changed_since_stays(store: Store) -> None:
    ada = await somebody(store)
    task = await ada.add("old")
    created = await last_set(ada)
    await ada.change(task, title="new")
    assert await conflicts(ada, created) == [(task.id, "title", "changed-since")]
    await ada.change(task, title="old")
    await ada.do(undo, created)
    assert await ada.thrown() == [(task.id, 1)]
    assert await ada.do(undo, created) == (), "it is in the trash already"


async def test_nothing_is_removed_while_something_else_is_in_it(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    created_list = await last_set(ada)
    top = await ada.add("top", list_id=home.id)
    created_task = await last_set(ada)
    below = await ada.add("below", parent_id=top.id)
    assert await conflicts(ada, created_list) == [(home.id, None, "not-empty")]
    assert await conflicts(ada, created_task) == [(top.id, None, "not-empty")]
    await ada.remove(below)
    await ada.do(undo, created_task)
    await ada.do(undo, created_list)
    assert dict(await ada.thrown()) == {home.id: 1, top.id: 1, below.id: 1}


async def test_what_was_deleted_otherwise_since_is_gone(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    task = await ada.add("old", list_id=home.id)
    await ada.change(task, title="new")
    changed = await last_set(ada)
    await ada.remove(task)
    removed = await last_set(ada)
    assert await conflicts(ada, changed) == [(task.id, None, "gone")]
    await ada.restore(task)
    await ada.remove(home)
    assert await conflicts(ada, removed) == [(task.id, None, "gone")]
    await ada.do(purge_thing, home.id)
    assert await conflicts(ada, removed) == [(task.id, None, "gone")]
    assert (task.id, None, "gone") in await conflicts(ada, await last_set(ada))


async def test_a_task_does_not_go_back_without_what_is_below_it_now(store: Store) -> None:
    ada = await somebody(store)
    home, work = await ada.add_list(), await ada.add_list("Work")
    top = await ada.add("top", list_id=home.id)
    await ada.change(top, list_id=work.id)
    moved = await last_set(ada)
    below = await ada.add("below", parent_id=top.id)
    assert await conflicts(ada, moved) == [(below.id, "list_id", "list-mismatch")]
    await ada.change(below, list_id=None)
    await ada.remove(home)
    assert await conflicts(ada, moved) == [(top.id, "list_id", "unknown-reference")]


async def test_a_task_goes_back_below_its_parent_only_if_that_makes_a_tree(store: Store) -> None:
    ada = await somebody(store)
    top = await ada.add("top")
    below = await ada.add("below", parent_id=top.id)
    await ada.change(below, parent_id=None)
    detached = await last_set(ada)
    await ada.change(top, parent_id=below.id)
    assert (below.id, "parent_id", "cycle") in await conflicts(ada, detached)
    await ada.change(top, parent_id=None)
    above = await ada.add("level 1")
    for number in range(2, LEVELS_MAX):
        above = await ada.add(f"level {number}", parent_id=above.id)
    await ada.change(top, parent_id=above.id)
    assert await conflicts(ada, detached) == [(below.id, "parent_id", "too-deep")]


@pytest.mark.parametrize("wrong", [0, -1, 3, 5, 2**40])
async def test_only_the_first_number_of_a_set_names_it(store: Store, wrong: int) -> None:
    ada, bob = await somebody(store), await somebody(store)
    await ada.add()
    await ada.do(apply_batch, [AddStep(TASKS.draft(title=title)) for title in ("one", "two", "three")])
    await bob.refused(bob.do(undo, 1), NotFound)
    await ada.refused(ada.do(undo, wrong), NotFound)
    assert len(await ada.do(undo, 2)) == 3


async def test_a_set_that_is_no_longer_kept_cannot_be_undone(store: Store) -> None:
    ada = await somebody(store)
    task = await ada.add("old")
    old = await last_set(ada)
    soon = ada.clock.advance(seconds=60)
    await ada.change(task, title="new")
    changed = await last_set(ada)

    async def prune(unit: Any) -> None:
        assert await unit.prune(ada.owner, soon, 100) == 1

    await on_accounts(store, prune)
    refusal = await ada.refused(ada.do(undo, old), CursorExpired)
    assert refusal.detail == "These changes are too old to be undone."
    await ada.do(undo, changed)
    assert (await ada.now(task)).title == "old", "the value before what is kept is kept as well"


async def test_a_change_of_which_nobody_knows_what_was_before_cannot_be_undone() -> None:
    store = MemoryStore()
    ada = await somebody(store)
    await ada.change(await ada.add("old"), title="new")
    shelf = store._state.shelves[ada.owner]
    shelf.feed = [replace(change, previous=None) for change in shelf.feed]
    await ada.refused(undo_last(ada), CursorExpired)


async def test_an_undo_writes_at_most_so_many_things(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await somebody(store)
    tasks = await ada.do(apply_batch, [AddStep(TASKS.draft(title=title)) for title in ("one", "two", "three", "four")])
    await ada.do(apply_batch, [ChangeStep(task.id, TASKS.patch(title="new")) for task in tasks])
    monkeypatch.setattr(undoing, "FIRST_READ", 1)
    monkeypatch.setattr(undoing, "AFFECTED_MAX", 3)
    await ada.refused(undo_last(ada), TooMany)
    monkeypatch.setattr(undoing, "AFFECTED_MAX", 4)
    assert len(await undo_last(ada)) == 4


async def test_only_so_many_conflicts_are_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await somebody(store)
    tasks = await ada.do(apply_batch, [AddStep(TASKS.draft(title=title)) for title in ("one", "two", "three")])
    created = await last_set(ada)
    await ada.do(apply_batch, [ChangeStep(task.id, TASKS.patch(title="new")) for task in tasks])
    monkeypatch.setattr(undoing, "TOLD_MAX", 2)
    assert len(await conflicts(ada, created)) == 2
