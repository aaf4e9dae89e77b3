"""What every page of tasks promises: what the filter's predicate says, in the sort's order, each task once."""

import asyncio
from dataclasses import replace
from itertools import islice, pairwise

import pytest

from todo_adapters.contracts.crowd import crowd, filters, single_filters
from todo_adapters.contracts.kit import IDS, NOW, a_task, a_thing, add, new_owner, write
from todo_core.ids import UserId
from todo_core.limits import SEARCHED_MAX
from todo_core.model.task import TASKS, Priority, Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_list import LISTS
from todo_core.model.task_sort import SortField, TaskPosition, TaskSort
from todo_core.ports.storage import Store
from todo_core.ports.things import TaskReads

SORTS = [TaskSort(field, descending) for field in SortField for descending in (False, True)]
SHARES = 5
"""Of all filters each sort meets one in so many, another one than its neighbours."""

every_sort = pytest.mark.parametrize("sort", SORTS, ids=lambda sort: f"{'-' * sort.descending}{sort.field.value}")


async def gather(store: Store, seed: int = 7) -> tuple[TaskReads, list[Task]]:
    """Somebody with many tasks, beside somebody else who has some as well."""
    owner, neighbour = await new_owner(store), await new_owner(store)
    await settle(store, neighbour, crowd(neighbour, 20, seed + 1))
    stored = await settle(store, owner, crowd(owner, seed=seed))
    return store.view(owner).tasks, stored


async def settle(store: Store, owner: UserId, tasks: list[Task]) -> list[Task]:
    """The tasks as one unit of work stored them, with the lists that they are in."""
    async with store.begin(owner, NOW, IDS) as unit:
        for list_id in {task.list_id for task in tasks if task.list_id is not None}:
            unit.of(LISTS).add(replace(a_thing(LISTS, owner), id=list_id))
        for task in tasks:
            unit.of(TASKS).add(task)
        changes = await unit.commit()
    return [change.value for change in changes if change.entity == TASKS.name]


async def walk(tasks: TaskReads, which: TaskFilter, sort: TaskSort, limit: int) -> list[Task]:
    """All pages, one after the other, to the end."""
    position: TaskPosition | None = None
    found: list[Task] = []
    while True:
        page = await tasks.page(which, sort, position, limit, TASKS.of_plain)
        found += page.items
        if page.next is None:
            assert len(page.items) <= limit
            return found
        assert len(page.items) == limit
        assert page.next == sort.position(page.items[-1])
        assert page.next != position, "the next page is this one again"
        position = page.next


def differences(found: list[Task], expected: list[Task]) -> list[str]:
    """For people: which titles are where they should not be."""
    return [f"{a.title!r} instead of {b.title!r}" for a, b in zip(found, expected, strict=False) if a != b]


@pytest.mark.parametrize("field", single_filters())
async def test_each_field_of_the_filter_restricts_as_the_predicate_says(store: Store, field: str) -> None:
    tasks, stored = await gather(store, seed=5)
    for which in single_filters()[field]:
        expected = [task for task in stored if which.matches(task)]
        assert 0 < len(expected) < len(stored)
        assert await walk(tasks, which, TaskSort(), 1000) == expected


@every_sort
async def test_a_page_is_what_the_predicate_says_in_the_order_of_the_sort(store: Store, sort: TaskSort) -> None:
    tasks, stored = await gather(store)
    for which in islice(filters(), SORTS.index(sort) % SHARES, None, SHARES):
        expected = sort.arrange([task for task in stored if which.matches(task)])
        found = await walk(tasks, which, sort, 1000)
        assert found == expected, (which, differences(found, expected))


@every_sort
async def test_pages_of_every_size_leave_nothing_out_and_repeat_nothing(store: Store, sort: TaskSort) -> None:
    tasks, stored = await gather(store, seed=11)
    some = TaskFilter(completed=False, priorities=frozenset({None, Priority.HIGH}))
    for which, limits in ((TaskFilter(), (1, 2, 3, 7, 69, 70, 71)), (some, (1, 4)), (TaskFilter(words=("a",)), (1, 3))):
        expected = sort.arrange([task for task in stored if which.matches(task)])
        for limit in limits:
            assert await walk(tasks, which, sort, limit) == expected


@every_sort
async def test_a_page_can_begin_behind_a_task_that_is_no_longer_there(store: Store, sort: TaskSort) -> None:
    owner = await new_owner(store)
    stored = await settle(store, owner, [replace(task, parent_id=None) for task in crowd(owner, 12)])
    tasks, expected = store.view(owner).tasks, sort.arrange(stored)
    for gone, task in enumerate(expected):
        await write(store, owner, lambda unit, task=task: unit.of(TASKS).remove(task))  # type: ignore[misc]
        page = await tasks.page(TaskFilter(), sort, sort.position(task), 1000, TASKS.of_plain)
        assert list(page.items) == expected[gone + 1 :]


async def test_tasks_that_come_and_go_between_pages_do_not_disturb_the_others(store: Store) -> None:
    owner, sort = await new_owner(store), TaskSort(SortField.TITLE)
    old = await settle(store, owner, [a_task(owner, f"title {i:02}") for i in range(20)])
    tasks = store.view(owner).tasks
    page = await tasks.page(TaskFilter(), sort, None, 5, TASKS.of_plain)
    seen = [*page.items]
    while page.next is not None:
        await add(store, owner, "title 00 and before all")
        last = seen[-1]
        await write(store, owner, lambda unit, last=last: unit.of(TASKS).remove(last))  # type: ignore[misc]
        page = await tasks.page(TaskFilter(), sort, page.next, 5, TASKS.of_plain)
        seen += page.items
    assert seen == old


async def test_a_page_tells_up_to_which_change_it_goes(store: Store) -> None:
    owner, neighbour = await new_owner(store), await new_owner(store)
    tasks = store.view(owner).tasks
    assert (await tasks.page(TaskFilter(), TaskSort(), None, 10, TASKS.of_plain)).as_of is None
    task = await add(store, owner)
    await add(store, neighbour)
    assert (await tasks.page(TaskFilter(), TaskSort(), None, 10, TASKS.of_plain)).as_of == 1
    await write(store, owner, lambda unit: unit.of(TASKS).update(replace(task, title="Buy bread")))
    await write(store, owner, lambda unit: unit.of(TASKS).add(a_task(owner)))
    page = await tasks.page(TaskFilter(), TaskSort(), None, 1, TASKS.of_plain)
    assert page.as_of == 3
    assert (await tasks.page(TaskFilter(), TaskSort(), page.next, 1, TASKS.of_plain)).as_of == 3
    assert (await tasks.page(TaskFilter(words=("bread",)), TaskSort(), None, 1, TASKS.of_plain)).as_of == 3
    assert (await tasks.page(TaskFilter(words=("wine",)), TaskSort(), None, 1, TASKS.of_plain)).as_of is None


async def test_a_page_and_its_number_are_one_look_while_others_write(store: Store) -> None:
    """Every change here adds a task: a page from one moment with a number from another would not agree."""
    owner = await new_owner(store)
    tasks, disagreements, done = store.view(owner).tasks, [], asyncio.Event()

    async def watch() -> None:
        while not done.is_set():
            page = await tasks.page(TaskFilter(), TaskSort(), None, 1000, TASKS.of_plain)
            if page.items and page.as_of != len(page.items):
                disagreements.append((page.as_of, len(page.items)))
            await asyncio.sleep(0)

    watching = [asyncio.create_task(watch()) for _ in range(3)]
    await asyncio.gather(*(add(store, owner) for _ in range(30)))
    done.set()
    await asyncio.gather(*watching)
    assert disagreements == []


async def test_equal_titles_of_different_spelling_come_in_order_of_creation(store: Store) -> None:
    owner = await new_owner(store)
    spelled = ["Äpfel", "apfel", "APFEL", "a\u0308pfel"]
    stored = await settle(store, owner, [a_task(owner, title) for title in spelled])
    for descending in (False, True):
        found = await walk(store.view(owner).tasks, TaskFilter(), TaskSort(SortField.TITLE, descending), 1)
        assert found == stored


async def test_those_without_a_priority_are_found_and_come_last(store: Store) -> None:
    owner = await new_owner(store)
    order = [None, Priority.LOW, None, Priority.HIGH]
    stored = await settle(store, owner, [replace(a_task(owner), priority=priority) for priority in order])
    tasks = store.view(owner).tasks
    without = await walk(tasks, TaskFilter(priorities=frozenset({None})), TaskSort(), 10)
    assert without == [stored[0], stored[2]]
    for descending, expected in ((False, (1, 3, 0, 2)), (True, (3, 1, 0, 2))):
        found = await walk(tasks, TaskFilter(), TaskSort(SortField.PRIORITY, descending), 1)
        assert found == [stored[i] for i in expected]


async def test_a_position_is_between_two_tasks_of_equal_value(store: Store) -> None:
    owner, sort = await new_owner(store), TaskSort(SortField.PRIORITY)
    task = replace(a_task(owner), priority=Priority.LOW)
    [stored] = await settle(store, owner, [task])
    before = TaskPosition(1, a_task(owner).id)
    tasks = store.view(owner).tasks
    assert (await tasks.page(TaskFilter(), sort, before, 10, TASKS.of_plain)).items == ()
    assert (await tasks.page(TaskFilter(), sort, TaskPosition(1, stored.id), 10, TASKS.of_plain)).items == ()
    later = await add(store, owner, priority=Priority.LOW)
    assert (await tasks.page(TaskFilter(), sort, TaskPosition(1, stored.id), 10, TASKS.of_plain)).items == (later,)


async def test_the_default_order_is_oldest_first_by_id(store: Store) -> None:
    owner = await new_owner(store)
    stored = await settle(store, owner, crowd(owner, 10))
    ids = [task.id for task in await walk(store.view(owner).tasks, TaskFilter(), TaskSort(), 3)]
    assert ids == [task.id for task in stored]
    assert all(first < second for first, second in pairwise(ids))


@pytest.mark.check("P4")
async def test_a_description_that_folding_makes_far_longer_is_searched_only_at_its_beginning(
    store: Store,
) -> None:
    owner = await new_owner(store)
    sign, growth = "\ufdfa", 18
    within, beyond = sign * (SEARCHED_MAX // growth - 1), sign * (SEARCHED_MAX // growth)
    stored = [await add(store, owner, description=beginning + " wine") for beginning in (within, beyond)]
    which = TaskFilter(words=("wine",))
    assert [which.matches(task) for task in stored] == [True, False]
    assert await walk(store.view(owner).tasks, which, TaskSort(), 10) == stored[:1]


@pytest.mark.parametrize("word", ["%", "_", "\\", "100%", "a_b", "\\%", "*", "["])
async def test_every_character_of_a_word_means_itself(store: Store, word: str) -> None:
    owner = await new_owner(store)
    stored = [await add(store, owner, title) for title in (f"with {word} in it", "100 a-b", "axb 1000")]
    assert await walk(store.view(owner).tasks, TaskFilter(words=(word,)), TaskSort(), 10) == stored[:1]
