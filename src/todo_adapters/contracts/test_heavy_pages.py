"""Pages of long texts: they end early, and what follows them is complete."""

from dataclasses import replace
from uuid import UUID

import pytest

from todo_adapters.contracts.kit import NOW, a_task, add, new_owner
from todo_adapters.contracts.test_task_pages import every_sort, settle
from todo_core.ids import UserId
from todo_core.limits import DESCRIPTION_MAX, PAGE_BYTES, PAGE_MAX
from todo_core.model.completion import COMPLETIONS, Before
from todo_core.model.due import DueDate
from todo_core.model.task import TASKS, Priority, Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.ports.storage import Store
from todo_core.ports.things import TaskReads

LONG = "🥛" * DESCRIPTION_MAX
"""Forty thousand bytes."""

PRIORITIES = (None, *Priority)


def heavy_tasks(owner: UserId, count: int) -> list[Task]:
    tasks = [a_task(owner, f"title {number % 7}", description=LONG) for number in range(count)]
    due = [None if number % 3 else DueDate(f"2026-11-{10 + number % 5}") for number in range(count)]
    return [replace(task, priority=PRIORITIES[number % 4], due_date=due[number]) for number, task in enumerate(tasks)]


async def page_sizes(tasks: TaskReads, sort: TaskSort, limit: int, expected: list[Task]) -> list[int]:
    """How many items each page has, when together they are what is expected."""
    position: TaskPosition | None = None
    found: list[Task] = []
    sizes: list[int] = []
    while not sizes or position is not None:
        page = await tasks.page(TaskFilter(), sort, position, limit, TASKS.of_plain)
        found += page.items
        sizes.append(len(page.items))
        assert page.next is None or page.next != position, "the next page is this one again"
        position = page.next
    assert found == expected
    return sizes


@pytest.mark.check("P5")
@every_sort
async def test_a_page_ends_when_its_texts_are_long_and_the_next_one_goes_on(store: Store, sort: TaskSort) -> None:
    owner = await new_owner(store)
    stored = sort.arrange(await settle(store, owner, heavy_tasks(owner, 70)))
    sizes = await page_sizes(store.view(owner).tasks, sort, PAGE_MAX, stored)
    most = PAGE_BYTES // len(LONG.encode()) + 1
    assert sizes == [most, 70 - most]


async def test_a_page_that_is_full_by_its_limit_and_by_its_texts_is_counted_once(store: Store) -> None:
    owner = await new_owner(store)
    stored = await settle(store, owner, heavy_tasks(owner, 53))
    tasks = store.view(owner).tasks
    for limit in (51, 52, 53, 54, 55):
        assert sum(await page_sizes(tasks, TaskSort(), limit, stored)) == 53


async def test_light_pages_are_as_long_as_asked_for(store: Store) -> None:
    owner = await new_owner(store)
    stored = await settle(store, owner, [a_task(owner, f"title {number}") for number in range(120)])
    assert await page_sizes(store.view(owner).tasks, TaskSort(), 100, stored) == [100, 20]


@pytest.mark.check("P5")
async def test_what_completions_of_many_subtasks_restore_counts_as_text(store: Store) -> None:
    owner = await new_owner(store)
    task = await add(store, owner)
    restored = Before({}, {UUID(int=number): NOW for number in range(6_000)}).text()
    assert (each := len(restored)) > PAGE_BYTES // 6
    for number in range(1, 8):
        await add(store, owner, kind=COMPLETIONS, task_id=task.id, number=number, before=restored)
    completions = store.view(owner).of(COMPLETIONS)
    page = await completions.page(None, PAGE_MAX)
    assert len(page.items) == PAGE_BYTES // each + 1
    assert page.next is not None
    assert len((await completions.page(page.next, PAGE_MAX)).items) == 7 - len(page.items)
