"""The trash: one entry for each deletion, restored as it was as far as its list and parent are still there."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.usecases.person import Person, seeing, somebody
from todo_adapters.contracts.kit import together
from todo_core.errors import Conflict, NotFound, Stale
from todo_core.limits import LEVELS_MAX
from todo_core.model.change import Action
from todo_core.model.task import TASKS, Task
from todo_core.model.task_list import TaskList
from todo_core.ports.storage import Store
from todo_core.usecases.completing import complete_task
from todo_core.usecases.things import remove_thing
from todo_core.usecases.trash import empty_trash, list_trash, purge_expired, purge_thing, restore_thing


async def a_project(person: Person) -> tuple[TaskList, Task, Task, Task]:
    """A list with a task, one below it and one below that."""
    home = await person.add_list(color="#ffffff")
    top = await person.add("top", list_id=home.id, tags=["Home", "x"], priority="high", due_date="2026-11-20T15:00")
    middle = await person.add("middle", parent_id=top.id, deferred_until="2026-11-21", completed=True)
    return home, top, middle, await person.add("leaf", parent_id=middle.id, description="below")


def but_for_revision(thing: Any) -> Any:
    return replace(thing, revision=0)


async def test_a_deletion_is_one_entry_with_everything_that_went_with_it(store: Store) -> None:
    ada = await somebody(store)
    home, top, middle, leaf = await a_project(ada)
    await ada.remove(middle)
    ada.clock.advance(seconds=60)
    await ada.remove(home)
    [latest, earlier] = (await ada.see(list_trash, None, 10)).items
    assert (latest.id, latest.entity, latest.things, latest.deleted_at) == (home.id, "list", 2, ada.clock.now())
    assert (earlier.id, earlier.entity, earlier.things) == (middle.id, "task", 2)
    assert earlier.deleted_at == ada.clock.now() - timedelta(seconds=60)
    assert but_for_revision(latest.value) == but_for_revision(home)
    assert but_for_revision(earlier.value) == but_for_revision(middle)
    for thing in (home, top, middle, leaf):
        await ada.refused(ada.now(thing), NotFound)


async def test_a_restored_tree_is_as_it_was(store: Store) -> None:
    ada = await somebody(store)
    _, top, middle, leaf = await a_project(ada)
    before = await ada.everything()
    await ada.remove(top)
    ada.clock.advance(timedelta(days=3))
    restored = await ada.restore(top)
    now = await ada.everything()
    assert restored == now[top.id]
    for task in (top, middle, leaf):
        assert but_for_revision(now[task.id]) == but_for_revision(before[task.id])
    assert await ada.thrown() == []
    assert [change.action for change in (await ada.feed())[-3:]] == [Action.RESTORED] * 3


async def test_a_restored_list_has_its_tasks_in_their_order(store: Store) -> None:
    ada = await somebody(store)
    home, *_ = await a_project(ada)
    first = await ada.add("first", list_id=home.id)
    await ada.move(first, after=None)
    before = await ada.everything()
    await ada.remove(home)
    restored = await ada.restore(home)
    assert (restored.name, restored.color, restored.position) == (home.name, home.color, home.position)
    now = await ada.everything()
    assert {key: but_for_revision(task) for key, task in now.items()} == {
        key: but_for_revision(task) for key, task in before.items()
    }
    assert await ada.titles(home.id) == ["first", "top"]


async def test_what_was_deleted_before_with_another_entry_stays_in_the_trash(store: Store) -> None:
    ada = await somebody(store)
    home, top, middle, leaf = await a_project(ada)
    await ada.remove(leaf)
    await ada.remove(home)
    await ada.restore(home)
    assert set(await ada.everything()) == {top.id, middle.id}
    assert await ada.thrown() == [(leaf.id, 1)]
    assert (await ada.restore(leaf)).parent_id == middle.id


async def test_only_a_deletion_can_be_restored_or_purged(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    _, top, middle, _ = await a_project(ada)
    theirs = await bob.add()
    await bob.remove(theirs)
    await ada.remove(top)
    alive = await ada.add()
    for thing in (middle, theirs, alive):
        await ada.refused(ada.restore(thing), NotFound)
        await ada.refused(ada.do(purge_thing, thing.id), NotFound)
    assert await bob.thrown() == [(theirs.id, 1)]


async def test_without_its_list_a_task_comes_back_in_the_inbox(store: Store) -> None:
    ada = await somebody(store)
    home, top, middle, leaf = await a_project(ada)
    await ada.remove(top)
    await ada.remove(home)
    restored = await ada.restore(top)
    now = await ada.everything()
    assert (restored.list_id, restored.position, restored.tags) == (None, top.position, top.tags)
    assert [(now[task.id].list_id, now[task.id].parent_id) for task in (middle, leaf)] == [
        (None, top.id),
        (None, middle.id),
    ]
    assert (await ada.restore(home)).id == home.id
    assert await ada.titles(home.id) == []


async def test_without_its_parent_a_task_comes_back_at_the_top_level_of_its_list(store: Store) -> None:
    ada = await somebody(store)
    home, top, middle, leaf = await a_project(ada)
    await ada.remove(middle)
    await ada.remove(top)
    restored = await ada.restore(middle)
    assert (restored.list_id, restored.parent_id) == (home.id, None)
    assert (await ada.now(leaf)).parent_id == middle.id
    await ada.restore(top)
    assert (await ada.now(middle)).parent_id is None


async def test_a_task_comes_back_below_its_parent_wherever_that_is_now(store: Store) -> None:
    ada = await somebody(store)
    _, top, middle, leaf = await a_project(ada)
    work = await ada.add_list("Work")
    await ada.remove(middle)
    await ada.change(top, list_id=work.id)
    restored = await ada.restore(middle)
    assert (restored.list_id, restored.parent_id) == (work.id, top.id)
    assert (await ada.now(leaf)).list_id == work.id


async def test_a_task_that_would_be_too_deep_comes_back_at_the_top_level(store: Store) -> None:
    ada = await somebody(store)
    home, top, middle, leaf = await a_project(ada)
    await ada.remove(middle)
    above = [await ada.add("level 1")]
    for number in range(2, LEVELS_MAX - 1):
        above.append(await ada.add(f"level {number}", parent_id=above[-1].id))
    await ada.change(top, parent_id=above[-1].id)
    restored = await ada.restore(middle)
    assert (restored.list_id, restored.parent_id) == (home.id, None)
    await ada.remove(leaf)
    await ada.remove(middle)
    await ada.change(top, parent_id=above[-2].id)
    assert (await ada.restore(middle)).parent_id is None, "its parent was none when it was deleted"


async def test_an_id_in_the_trash_is_taken(store: Store) -> None:
    ada = await somebody(store)
    home, top, middle, _ = await a_project(ada)
    await ada.remove(home)
    for taken in (home.id, top.id, middle.id):
        assert (await ada.refused(ada.add(id=taken), Conflict)).code == "conflict"
        await ada.refused(ada.add_list(id=taken), Conflict)
    await ada.do(purge_thing, home.id)
    assert (await ada.add(id=top.id)).title == "Buy milk"


async def test_what_was_purged_cannot_be_restored(store: Store) -> None:
    ada = await somebody(store)
    home, *_ = await a_project(ada)
    other = await ada.add()
    await ada.remove(home)
    await ada.remove(other)
    await ada.do(purge_thing, home.id)
    await ada.refused(ada.restore(home), NotFound)
    await ada.refused(ada.do(purge_thing, home.id), NotFound)
    assert await ada.thrown() == [(other.id, 1)]
    purged = (await ada.feed())[-4:]
    assert [(change.action, change.value) for change in purged] == [(Action.PURGED, None)] * 4


async def test_an_emptied_trash_is_empty(store: Store) -> None:
    ada, bob = await somebody(store), await somebody(store)
    for person in (ada, bob):
        home, *_ = await a_project(person)
        await person.remove(home)
        await person.remove(await person.add())
    kept = await ada.add("kept")
    await ada.do(empty_trash)
    assert await ada.thrown() == []
    assert await ada.everything() == {kept.id: kept}
    assert len(await bob.thrown()) == 2
    begun = len(await ada.feed())
    await ada.do(empty_trash)
    assert len(await ada.feed()) == begun


async def test_what_has_lain_there_too_long_is_purged_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("todo_core.usecases.trash.PURGED_AT_ONCE", 3)
    ada = await somebody(store)
    home, *_ = await a_project(ada)
    old = [await ada.add(f"{number}") for number in range(4)]
    for task in old[:2]:
        await ada.remove(task)
    await ada.remove(home)
    await ada.remove(old[2])
    limit = ada.clock.advance(seconds=60)
    await ada.remove(old[3])
    sizes = []
    while number := await ada.do(purge_expired, limit):
        sizes.append(number)
    assert sum(sizes) == 4
    assert max(sizes) <= 3
    assert await ada.thrown() == [(old[3].id, 1)]


async def test_a_restoration_and_a_purge_expect_the_deletion_that_was_seen(store: Store) -> None:
    ada = await somebody(store)
    _, top, *_ = await a_project(ada)
    await ada.remove(top)
    [entry] = (await ada.see(list_trash, None, 10)).items
    for use_case in (purge_thing, restore_thing):
        stale = ada.run.carry_out(ada.owner, seeing(top), use_case, top.id)
        assert (await ada.refused(stale, Stale)).revision == entry.value.revision
    restored = await ada.run.carry_out(ada.owner, seeing(entry.value), restore_thing, top.id)
    await ada.refused(ada.run.carry_out(ada.owner, seeing(top), remove_thing, top.id, TASKS), Stale)
    await ada.run.carry_out(ada.owner, seeing(restored.value), remove_thing, top.id, TASKS)
    [entry] = (await ada.see(list_trash, None, 10)).items
    await ada.run.carry_out(ada.owner, seeing(entry.value), purge_thing, top.id)
    assert await ada.thrown() == []


async def test_restorations_and_other_writes_at_once_leave_nothing_half_done(store: Store) -> None:
    ada = await somebody(store)
    home, top, middle, leaf = await a_project(ada)
    for _ in range(4):
        await ada.remove(top)
        outcomes = await together(ada.restore(top), ada.restore(top), ada.do(purge_thing, middle.id), ada.restore(top))
        assert outcomes == {"done": 1, "NotFound": 3}
        outcomes = await together(
            ada.do(complete_task, top.id), ada.remove(middle), ada.change(leaf, title="changed"), ada.remove(top)
        )
        assert set(outcomes) <= {"done", "NotFound"}
        thrown = dict(await ada.thrown())
        assert sum(thrown.values()) == 3
        for root in thrown:
            await ada.do(restore_thing, root)
        await ada.change(middle, parent_id=top.id)
        assert {task.list_id for task in (await ada.everything()).values()} == {home.id}
