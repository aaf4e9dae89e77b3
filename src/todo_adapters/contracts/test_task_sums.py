"""What TaskReads promises beside pages: subtasks of all levels, tags and counts, as the pure functions define them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from todo_adapters.contracts.crowd import CLOCKS_BACK, NEW_YORK, crowd
from todo_adapters.contracts.kit import IDS, NOW, a_task, add, new_owner, write
from todo_adapters.contracts.test_task_pages import settle
from todo_core.ids import UserId
from todo_core.model.counts import Counts, Moments, TagUse, count, tag_uses
from todo_core.model.task import TASKS, Task
from todo_core.paging import Page
from todo_core.ports.storage import Store

ZONES = (NEW_YORK, UTC, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Pacific/Kiritimati"))
MOMENTS = [Moments.at(now, where) for now in (CLOCKS_BACK, NOW) for where in ZONES]


def a_tree(owner: UserId) -> list[Task]:
    """Two trees, parents before their subtasks: top, top.a, top.b, top.a.x, top.a.x.y and other, other.a."""
    made: dict[str, Task] = {}
    for path in ("top", "other", "top.a", "top.b", "other.a", "top.a.x", "top.a.x.y"):
        parent = made.get(path.rpartition(".")[0])
        made[path] = a_task(owner, path, parent_id=parent and parent.id)
    return list(made.values())


async def planted(store: Store) -> tuple[UserId, dict[str, Task]]:
    """Somebody with trees, beside somebody else who has some as well."""
    owner, neighbour = await new_owner(store), await new_owner(store)
    await settle(store, neighbour, a_tree(neighbour))
    return owner, {task.title: task for task in await settle(store, owner, a_tree(owner))}


async def below(reads: Any, *tasks: Task, most: int = 100) -> list[str]:
    """The titles of the subtrees; asserts that parents come before their subtasks, and each task once."""
    found: Sequence[Task] = await reads.subtrees([task.id for task in tasks], most)
    seen: set[object] = set()
    within = {task.id for task in found}
    for task in found:
        assert task.id not in seen
        assert task.parent_id not in within or task.parent_id in seen
        seen.add(task.id)
    return sorted(task.title for task in found)


async def test_a_subtree_is_everything_below_a_task(store: Store) -> None:
    owner, made = await planted(store)
    reads = store.begin(owner, NOW, IDS)
    async with reads as unit:
        assert await below(unit.tasks, made["top"]) == ["top", "top.a", "top.a.x", "top.a.x.y", "top.b"]
        assert await below(unit.tasks, made["top.a.x.y"]) == ["top.a.x.y"]
        assert await below(unit.tasks, made["top.a"], made["other"]) == [
            "other",
            "other.a",
            "top.a",
            "top.a.x",
            "top.a.x.y",
        ]
        assert await below(unit.tasks, made["top.a.x"], made["top"], made["top.a"]) == sorted(
            title for title in made if title.startswith("top")
        )
        assert list(await unit.tasks.subtrees([made["top.b"].id], 9)) == [made["top.b"]]
        assert await below(unit.tasks) == []
        assert await below(unit.tasks, a_task(owner)) == []


async def test_a_subtree_is_cut_off_at_the_limit(store: Store) -> None:
    owner, made = await planted(store)
    async with store.begin(owner, NOW, IDS) as unit:
        for most in (1, 2, 4, 5):
            assert len(await below(unit.tasks, made["top"], most=most)) == most


async def test_nobody_elses_subtrees_are_found(store: Store) -> None:
    owner, _ = await planted(store)
    _, theirs = await planted(store)
    async with store.begin(owner, NOW, IDS) as unit:
        assert await below(unit.tasks, theirs["top"]) == []


async def test_a_unit_of_work_sees_the_subtrees_as_it_has_changed_them(store: Store) -> None:
    owner, made = await planted(store)
    async with store.begin(owner, NOW, IDS) as unit:
        assert len(await below(unit.tasks, made["top"])) == 5
        tasks = unit.of(TASKS)
        tasks.add(a_task(owner, "top.b.new", parent_id=made["top.b"].id))
        tasks.update(replace(made["top.a.x"], parent_id=made["other.a"].id))
        assert await below(unit.tasks, made["top"]) == ["top", "top.a", "top.b", "top.b.new"]
        assert await below(unit.tasks, made["other"]) == ["other", "other.a", "top.a.x", "top.a.x.y"]
        tasks.remove(made["top.a"])
        tasks.update(replace(made["top.b"], title="renamed"))
        assert await below(unit.tasks, made["top"]) == ["renamed", "top", "top.b.new"]
        assert await below(unit.tasks, made["top.a"]) == []
        await unit.commit()
    async with store.begin(owner, NOW, IDS) as unit:
        assert await below(unit.tasks, made["other"]) == ["other", "other.a", "top.a.x", "top.a.x.y"]


@pytest.mark.parametrize("seed", range(4))
async def test_counts_are_those_of_the_definition(store: Store, seed: int) -> None:
    owner, neighbour = await new_owner(store), await new_owner(store)
    await settle(store, neighbour, crowd(neighbour, 30, seed + 100))
    stored = await settle(store, owner, crowd(owner, 150, seed))
    as_of = await store.view(owner).revision()
    for moments in MOMENTS:
        expected = replace(count(stored, moments), as_of=as_of)
        found = await store.view(owner).tasks.counts(moments)
        assert found == expected
        assert found.inbox > 0
        assert sum(found.lists.values()) > 0
        assert len(found.tags) > 3


async def test_there_is_nothing_to_count_at_first(store: Store) -> None:
    owner = await new_owner(store)
    nothing = Counts(inbox=0, overdue=0, today=0, upcoming=0, lists={}, tags={})
    assert await store.view(owner).tasks.counts(MOMENTS[0]) == nothing
    assert await store.view(owner).tasks.tags() == Page((), None)


@pytest.mark.parametrize("seed", range(4))
async def test_tags_are_those_of_the_definition(store: Store, seed: int) -> None:
    owner, neighbour = await new_owner(store), await new_owner(store)
    await settle(store, neighbour, crowd(neighbour, 30, seed + 100))
    stored = await settle(store, owner, crowd(owner, 60, seed))
    page = await store.view(owner).tasks.tags()
    assert page == Page(tuple(tag_uses(stored)), None, await store.view(owner).revision())


async def test_tags_follow_every_change_of_their_tasks(store: Store) -> None:
    owner = await new_owner(store)
    reads = store.view(owner).tasks
    task, other = await add(store, owner, tags=("Home", "x")), await add(store, owner, tags=("home",))

    async def uses() -> list[tuple[str, int, int]]:
        found = (await reads.tags()).items
        return [(use.name, use.open, use.total) for use in found]

    assert await uses() == [("Home", 2, 2), ("x", 1, 1)]
    [change] = await write(store, owner, lambda unit: unit.of(TASKS).update(replace(task, completed_at=NOW)))
    assert await uses() == [("Home", 1, 2), ("x", 0, 1)]
    changed = replace(change.value, tags=("y", "HOME"), completed_at=None)
    [change] = await write(store, owner, lambda unit: unit.of(TASKS).update(changed))
    assert await uses() == [("HOME", 2, 2), ("y", 1, 1)]
    await write(store, owner, lambda unit: unit.of(TASKS).remove(change.value))
    assert await uses() == [("home", 1, 1)]
    [(_, thing)] = await store.view(owner).trash.things([task.id], 9)
    await write(store, owner, lambda unit: unit.of(TASKS).restore(thing))
    assert await uses() == [("HOME", 2, 2), ("y", 1, 1)]
    await write(store, owner, lambda unit: unit.of(TASKS).update(replace(other, tags=())))
    assert await uses() == [("HOME", 1, 1), ("y", 1, 1)]


async def test_a_unit_of_work_sees_its_tags_and_counts(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner, tags=("home",))
    async with store.begin(owner, NOW, IDS) as unit:
        unit.of(TASKS).update(replace(task, tags=("away",)))
        unit.of(TASKS).add(a_task(owner, tags=("away",)))
        assert (await unit.tasks.tags()).items == (TagUse("away", 2, 2),)
        found = await unit.tasks.counts(MOMENTS[0])
        assert (found.inbox, found.tags) == (2, {"away": 2})
        await unit.commit()


async def test_counts_and_their_number_are_one_look_while_others_write(store: Store) -> None:
    """Every change here adds a task: counts from one moment with a number from another would not agree."""
    owner = await new_owner(store)
    reads, done = store.view(owner).tasks, asyncio.Event()
    disagreements: list[object] = []

    async def watch() -> None:
        while not done.is_set():
            found, page = await reads.counts(MOMENTS[0]), await reads.tags()
            disagreements.extend([found] if found.inbox != found.as_of else [])
            disagreements.extend([page] if page.items and page.items[0].total != page.as_of else [])
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(add(store, owner, tags=("home",)) for _ in range(30)))
    done.set()
    await watching
    assert disagreements == []
