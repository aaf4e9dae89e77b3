"""Somebody with an account on any store, and short ways to do and to see what people do and see."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from todo_adapters.contracts.fakes import FixedClock
from todo_adapters.contracts.kit import IDS, all_tasks, feed, join
from todo_adapters.memory.security import ListEventLog
from todo_core.errors import Invalid
from todo_core.ids import UserId
from todo_core.model.change import Change
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskFilter, TaskQuery
from todo_core.model.task_list import LISTS, TaskList
from todo_core.model.task_sort import SortField, TaskSort
from todo_core.model.write_options import Expected, WriteOptions
from todo_core.ports.storage import Store
from todo_core.runner import Runner
from todo_core.usecases.lists import find_lists
from todo_core.usecases.moving import Move, move_thing
from todo_core.usecases.tasks import find_tasks
from todo_core.usecases.things import add_thing, change_thing, get_thing, remove_thing
from todo_core.usecases.trash import list_trash, restore_thing

MANUAL = TaskSort(SortField.POSITION)


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody does goes through a runner of their own."""

    store: Store
    owner: UserId
    clock: FixedClock = field(default_factory=FixedClock)

    @property
    def run(self) -> Runner:
        return Runner(self.store, self.clock, IDS, ListEventLog())

    async def do(self, use_case: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        return await self.run.write(self.owner, use_case, *args, **kwargs)

    async def see(self, query: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        return await self.run.read(self.owner, query, *args)

    async def add(self, title: str = "Buy milk", **fields: Any) -> Task:
        added: Task = await self.do(add_thing, TASKS.draft(title=title, **fields))
        return added

    async def add_list(self, name: str = "Home", **fields: Any) -> TaskList:
        added: TaskList = await self.do(add_thing, LISTS.draft(name=name, **fields))
        return added

    async def change(self, thing: Any, **fields: Any) -> Any:
        return await self.do(change_thing, thing.id, (LISTS if isinstance(thing, TaskList) else TASKS).patch(**fields))

    async def move(self, thing: Any, **where: Any) -> Any:
        kind = LISTS if isinstance(thing, TaskList) else TASKS
        return await self.do(move_thing, thing.id, Move.of(kind, **where))

    async def remove(self, thing: Any) -> None:
        await self.do(remove_thing, thing.id, LISTS if isinstance(thing, TaskList) else TASKS)

    async def restore(self, thing: Any) -> Any:
        return await self.do(restore_thing, thing.id)

    async def now(self, thing: Any) -> Any:
        """The thing as it is now."""
        return await self.see(get_thing, thing.id, LISTS if isinstance(thing, TaskList) else TASKS)

    async def titles(self, list_id: Any = None, parent_id: Any = None) -> list[str]:
        """The titles of the tasks with this list and parent in manual order."""
        which = TaskFilter(lists=frozenset([list_id]), parents=frozenset([parent_id]))
        page = await self.store.view(self.owner).tasks.page(which, MANUAL, None, 1000, TASKS.of_plain)
        return [task.title for task in page.items]

    async def found(self, **query: Any) -> list[str]:
        """The titles of the tasks that a query finds."""
        page = await self.see(find_tasks, self.clock, TaskQuery(**query))
        return [task.title for task in page.items]

    async def names(self, archived: bool | None = None) -> list[str]:
        """The names of the lists in manual order."""
        return [each.name for each in (await self.see(find_lists, archived)).items]

    async def thrown(self) -> list[tuple[UUID, int]]:
        """The deletions in the trash, with their numbers of things."""
        return [(each.id, each.things) for each in (await self.see(list_trash, None, 100)).items]

    async def everything(self) -> dict[UUID, Task]:
        return {task.id: task for task in await all_tasks(self.store, self.owner)}

    async def feed(self) -> list[Change]:
        return await feed(self.store, self.owner)

    async def refused(self, deed: Awaitable[Any], error: type[Exception]) -> Any:
        """How the deed is refused, and that it has changed nothing."""
        before = await self.everything(), await self.feed(), await self.thrown()
        with pytest.raises(error) as refusal:
            await deed
        assert (await self.everything(), await self.feed(), await self.thrown()) == before
        return refusal.value

    async def broken(self, deed: Awaitable[Any]) -> list[tuple[str, str]]:
        """The fields and codes of the rules that the deed breaks."""
        invalid = await self.refused(deed, Invalid)
        return [(violation.field, violation.code) for violation in invalid.violations]


async def somebody(store: Store, **fields: Any) -> Person:
    return Person(store, (await join(store, **fields)).id)


def seeing(thing: Any, *revisions: int) -> WriteOptions:
    """Expects the thing as one of these revisions; as its own without any."""
    return WriteOptions(expected=Expected(thing.id, frozenset(revisions or [thing.revision])))
