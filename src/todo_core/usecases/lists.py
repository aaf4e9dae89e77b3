"""Lists of tasks: in their manual order, and what becomes of the tasks of a removed one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from todo_core.ids import ListId
from todo_core.limits import LISTS_MAX
from todo_core.model import order
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_list import LISTS, TaskList
from todo_core.paging import Page
from todo_core.ports.storage import UnitOfWork, View
from todo_core.usecases.gathering import gathered, in_pieces, parents_first
from todo_core.usecases.subtasks import remove_all


class ListRules:
    """What is particular to adding, changing and removing lists."""

    async def added(self, _: UnitOfWork, __: Mapping[str, Any], fresh: UUID) -> Mapping[str, Any]:
        """Behind all others."""
        return {"position": order.newest(fresh)}

    async def changed(self, _: UnitOfWork, before: TaskList, after: TaskList, fields: Mapping[str, Any]) -> TaskList:
        return after

    async def remove(self, tx: UnitOfWork, list_id: UUID) -> None:
        """Moves the list to the trash, with its tasks. Raises NotFound, TooMany."""
        await tx.lock()
        task_list = await tx.of(LISTS).get(list_id)
        await remove_all(tx, parents_first(await _tasks_of(tx, task_list.id)), task_list.id)
        tx.of(LISTS).remove(task_list)


RULES: Final = ListRules()


async def find_lists(view: View, archived: bool | None = None) -> Page[TaskList, None]:
    """Returns the lists in manual order; only those that are archived, or are not, unless ``archived`` is None."""
    page = await view.of(LISTS).page(None, LISTS_MAX)
    found = [each for each in page.items if archived is None or each.archived == archived]
    return Page(tuple(_arranged(found)), None, page.as_of)


async def all_lists(tx: UnitOfWork) -> Sequence[TaskList]:
    """All lists in manual order. Raises TooMany."""
    lists = (await tx.of(LISTS).page(None, LISTS_MAX)).items
    tx.budget.spend(len(lists))
    return _arranged(lists)


def _arranged(lists: Iterable[TaskList]) -> list[TaskList]:
    return sorted(lists, key=lambda each: (each.position, each.id))


async def empty_list_into_inbox(tx: UnitOfWork, list_id: UUID) -> None:
    """Moves the list to the trash and its tasks to the end of the inbox. Raises NotFound, TooMany."""
    await tx.lock()
    task_list = await tx.of(LISTS).get(list_id)
    async for task in in_pieces(await _tasks_of(tx, task_list.id)):
        position = task.position if task.parent_id else order.newest(tx.ids.new())
        tx.of(TASKS).update(replace(task, list_id=None, position=position, updated_at=tx.now))
    tx.of(LISTS).remove(task_list)


async def _tasks_of(tx: UnitOfWork, list_id: ListId) -> list[Task]:
    """The tasks of the list in manual order. Raises TooMany."""
    return await gathered(tx, TaskFilter(lists=frozenset([list_id])))
