"""Tasks in lists and below others: what may be where, what follows a task that moves, and every refusal."""

from typing import Any

import pytest

from tests.usecases.person import Person, somebody
from todo_adapters.contracts.kit import IDS, together
from todo_core.errors import Invalid, NotFound
from todo_core.ids import TaskId
from todo_core.limits import LEVELS_MAX
from todo_core.model.task import TASKS, Task
from todo_core.ports.storage import Store
from todo_core.usecases.moving import Move, move_thing
from todo_core.usecases.things import change_thing


async def chain(person: Person, levels: int, **fields: Any) -> list[Task]:
    """Tasks, each below the one before."""
    made = [await person.add("level 1", **fields)]
    for number in range(2, levels + 1):
        made.append(await person.add(f"level {number}", parent_id=made[-1].id))
    return made


async def test_a_subtask_is_in_the_list_of_its_parent(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    parent = await ada.add(list_id=home.id)
    assert (await ada.add(parent_id=parent.id)).list_id == home.id
    assert (await ada.add(parent_id=parent.id, list_id=home.id)).list_id == home.id
    loose = await ada.add()
    assert (await ada.change(loose, parent_id=parent.id)).list_id == home.id


async def test_a_subtask_in_another_list_than_its_parent_is_refused(store: Store) -> None:
    ada = await somebody(store)
    home, work = await ada.add_list(), await ada.add_list("Work")
    parent, loose = await ada.add(list_id=home.id), await ada.add()
    for list_id in (work.id, None):
        assert await ada.broken(ada.add(parent_id=parent.id, list_id=list_id)) == [("list_id", "list-mismatch")]
        both = {"parent_id": parent.id, "list_id": list_id}
        assert await ada.broken(ada.change(loose, **both)) == [("list_id", "list-mismatch")]
        assert await ada.broken(ada.move(loose, **both)) == [("list_id", "list-mismatch")]


async def test_another_list_detaches_a_subtask_from_its_parent(store: Store) -> None:
    ada = await somebody(store)
    home, work = await ada.add_list(), await ada.add_list("Work")
    top, middle, leaf = await chain(ada, 3, list_id=home.id)
    same = await ada.change(middle, list_id=home.id)
    assert (same.parent_id, same.revision) == (top.id, middle.revision), "it is in that list already"
    moved = await ada.change(middle, list_id=work.id)
    assert (moved.list_id, moved.parent_id) == (work.id, None)
    assert (await ada.now(leaf)).list_id == work.id
    assert (await ada.now(leaf)).parent_id == middle.id
    back = await ada.move(leaf, list_id=None)
    assert (back.list_id, back.parent_id) == (None, None)
    assert (await ada.now(top)) == top


async def test_a_task_takes_its_subtasks_along(store: Store) -> None:
    ada = await somebody(store)
    home, work = await ada.add_list(), await ada.add_list("Work")
    tree = await chain(ada, 4, list_id=home.id)
    other = await ada.add(list_id=work.id)
    stays = await ada.add(list_id=home.id)
    ada.clock.advance(seconds=60)
    moved = await ada.change(tree[1], parent_id=other.id)
    now = await ada.everything()
    assert [now[task.id].list_id for task in tree] == [home.id, work.id, work.id, work.id]
    assert [now[task.id].parent_id for task in tree[1:]] == [other.id, tree[1].id, tree[2].id]
    assert [now[task.id].position for task in tree[2:]] == [task.position for task in tree[2:]]
    assert {now[task.id].updated_at for task in tree[1:]} == {moved.updated_at} == {ada.clock.now()}
    assert (now[stays.id], now[other.id], now[tree[0].id]) == (stays, other, tree[0])


async def test_within_a_list_subtasks_follow_their_parent_without_a_change(store: Store) -> None:
    ada = await somebody(store)
    top, middle, leaf = await chain(ada, 3)
    other = await ada.add()
    await ada.change(middle, parent_id=other.id)
    assert await ada.now(leaf) == leaf
    detached = await ada.change(middle, parent_id=None)
    assert (detached.parent_id, detached.list_id) == (None, None)
    assert await ada.now(leaf) == leaf
    assert await ada.now(top) == top


async def test_a_task_that_changes_list_or_parent_goes_last(store: Store) -> None:
    ada = await somebody(store)
    home = await ada.add_list()
    first, _ = await ada.add("first"), await ada.add("second")
    there = await ada.add("there", list_id=home.id)
    child = await ada.add("child", parent_id=there.id)
    await ada.change(first, list_id=home.id)
    assert await ada.titles(home.id) == ["there", "first"]
    await ada.change(there, list_id=None)
    assert await ada.titles() == ["second", "there"]
    await ada.change(child, parent_id=None)
    assert await ada.titles() == ["second", "there", "child"]
    await ada.change(first, title="changed")
    assert (await ada.now(first)).position == (await ada.change(first, list_id=home.id)).position


async def test_there_are_at_most_eight_levels(store: Store) -> None:
    ada = await somebody(store)
    tree = await chain(ada, LEVELS_MAX)
    assert await ada.broken(ada.add(parent_id=tree[-1].id)) == [("parent_id", "too-deep")]
    top, _, _ = await chain(ada, 3)
    for use_case in (ada.change, ada.move):
        assert await ada.broken(use_case(top, parent_id=tree[LEVELS_MAX - 3].id)) == [("parent_id", "too-deep")]
    moved = await ada.change(top, parent_id=tree[LEVELS_MAX - 4].id)
    assert moved.parent_id == tree[LEVELS_MAX - 4].id


async def test_a_task_cannot_be_below_itself(store: Store) -> None:
    ada = await somebody(store)
    tree = await chain(ada, 3)
    for use_case in (ada.change, ada.move):
        for parent in tree:
            assert await ada.broken(use_case(tree[0], parent_id=parent.id)) == [("parent_id", "cycle")]


async def test_two_tasks_cannot_get_below_each_other_at_once(store: Store) -> None:
    ada = await somebody(store)
    for _ in range(5):
        left, right = await ada.add(), await ada.add()
        outcomes = await together(ada.change(left, parent_id=right.id), ada.move(right, parent_id=left.id))
        assert outcomes == {"done": 1, "Invalid": 1}


async def test_a_chain_does_not_grow_too_long_from_both_ends_at_once(store: Store) -> None:
    ada = await somebody(store)
    upper, lower = await chain(ada, 5), await chain(ada, 3)
    outcomes = await together(ada.change(lower[0], parent_id=upper[-1].id), ada.add("one more", parent_id=lower[-1].id))
    assert outcomes == {"done": 1, "Invalid": 1}


@pytest.mark.parametrize("field", ["list_id", "parent_id"])
async def test_an_unknown_reference_is_refused_alike_for_another_owners_id(store: Store, field: str) -> None:
    ada, bob = await somebody(store), await somebody(store)
    task = await ada.add()
    theirs = await (bob.add_list() if field == "list_id" else bob.add())
    gone = await (ada.add_list() if field == "list_id" else ada.add())
    await ada.remove(gone)
    refusals = []
    for target in (theirs.id, gone.id, IDS.new(), str(theirs.id)):
        place: dict[str, Any] = {field: target}
        refusals += [await ada.refused(ada.add(**place), Invalid)]
        refusals += [await ada.refused(use_case(task, **place), Invalid) for use_case in (ada.change, ada.move)]
    assert {(each.violations, each.detail) for each in refusals} == {(refusals[0].violations, refusals[0].detail)}
    assert [(found.field, found.code) for found in refusals[0].violations] == [(field, "unknown-reference")]


@pytest.mark.parametrize("text", ["", "x", "0189D5B4-0000-7000-8000-000000000001", "x" * 10_000])
async def test_a_reference_that_is_no_id_is_unknown_as_well(store: Store, text: str) -> None:
    ada = await somebody(store)
    both = {"list_id": text, "parent_id": text}

    async def add() -> None:
        await ada.add(**both)

    expected = [("list_id", "unknown-reference"), ("parent_id", "unknown-reference")]
    assert sorted(await ada.broken(add())) == expected


async def test_all_broken_references_are_told_at_once(store: Store) -> None:
    ada = await somebody(store)
    deed = ada.add(list_id=IDS.new(), parent_id=IDS.new())
    assert sorted(await ada.broken(deed)) == [("list_id", "unknown-reference"), ("parent_id", "unknown-reference")]


async def test_a_list_is_no_parent_and_a_task_no_list(store: Store) -> None:
    ada = await somebody(store)
    home, task = await ada.add_list(), await ada.add()
    assert await ada.broken(ada.add(parent_id=home.id)) == [("parent_id", "unknown-reference")]
    assert await ada.broken(ada.add(list_id=task.id)) == [("list_id", "unknown-reference")]


async def test_what_is_not_there_cannot_get_a_parent(store: Store) -> None:
    ada = await somebody(store)
    parent = await ada.add()
    nobody = TaskId(IDS.new())
    await ada.refused(ada.do(change_thing, nobody, TASKS.patch(parent_id=parent.id)), NotFound)
    await ada.refused(ada.do(move_thing, nobody, Move.of(TASKS, parent_id=parent.id)), NotFound)


async def test_a_change_of_parent_and_a_removal_of_it_at_once_leave_no_orphan(store: Store) -> None:
    ada = await somebody(store)
    for _ in range(8):
        parent, task = await ada.add("parent"), await ada.add("task")
        outcomes = await together(ada.change(task, parent_id=parent.id), ada.remove(parent))
        assert outcomes["done"] >= 1
        now = await ada.everything()
        assert all(each.parent_id is None or each.parent_id in now for each in now.values())
        assert (task.id in now) == (outcomes["done"] == 1)
