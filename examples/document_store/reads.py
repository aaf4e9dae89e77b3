"""What can be read of one owner's box: things, pages of tasks, the trash, receipts."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

from document_store.box import Box
from todo_core.errors import NotFound
from todo_core.limits import PAGE_BYTES
from todo_core.model.counts import Counts, Moments, TagUse, count, tag_uses
from todo_core.model.kinds import E, Form, Kind
from todo_core.model.registry import KINDS
from todo_core.model.task import TASKS, Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.model.trash import Trashed, TrashPosition
from todo_core.model.write_options import Receipt
from todo_core.paging import Page

T = TypeVar("T")
P = TypeVar("P")
Look: TypeAlias = Callable[[], Box]
"""Reads the box anew, with what a unit of work has written."""


def page(
    found: Sequence[T], limit: int, size: Callable[[T], int], position: Callable[[T], P], revision: int
) -> Page[T, P]:
    """The first of what was found, and the position of the last of them if more follow."""
    items = first_ones(found, limit, size)
    following = position(items[-1]) if len(items) < len(found) else None
    return Page(items, following, revision if found else None)


def first_ones(found: Sequence[T], limit: int, size: Callable[[T], int]) -> tuple[T, ...]:
    """The first of what was found, up to the limit and up to where the texts reach PAGE_BYTES."""
    begins = [0, *accumulate(map(size, found))]
    return tuple(each for each, begin in zip(found[:limit], begins, strict=False) if begin < PAGE_BYTES)


class BoxThings(Generic[E]):
    def __init__(self, kind: Kind[E], look: Look) -> None:
        self._kind = kind
        self._look = look

    async def get(self, thing_id: UUID) -> E:
        stored = self._look().things.get(thing_id)
        if stored is None or stored.kind != self._kind.name:
            raise NotFound(self._kind.name)
        thing: E = stored.thing
        return thing

    async def get_as(self, thing_id: UUID, form: Form[T]) -> T:
        return form(*self._kind.plain(await self.get(thing_id)))

    async def page(self, after: UUID | None, limit: int) -> Page[E, UUID]:
        box = self._look()
        found = [thing for thing in box.of(self._kind) if after is None or thing.id > after]
        return page(found, limit, self._kind.text_bytes, lambda thing: thing.id, box.revision)


class BoxTasks:
    def __init__(self, look: Look) -> None:
        self._look = look

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: Form[T]
    ) -> Page[T, TaskPosition]:
        box = self._look()
        matching = sort.arrange([task for task in box.of(TASKS) if which.matches(task)])
        found = [task for task in matching if after is None or sort.is_behind(task, after)]
        tasks = page(found, limit, TASKS.text_bytes, sort.position, box.revision)
        return Page(tuple(form(*TASKS.plain(task)) for task in tasks.items), tasks.next, tasks.as_of)

    async def subtrees(self, ids: Collection[UUID], most: int) -> Sequence[Task]:
        tasks = self._look().of(TASKS)
        reached: dict[UUID, Task] = {}
        level = [task for task in tasks if task.id in set(ids)]
        while level:
            for task in level:
                reached.pop(task.id, None)  # parents come before their subtasks
                reached[task.id] = task
            parents = {task.id for task in level}
            level = [task for task in tasks if task.parent_id in parents]
        return list(reached.values())[:most]

    async def tags(self) -> Page[TagUse, None]:
        box = self._look()
        found = tag_uses(box.of(TASKS))
        return Page(tuple(found), None, box.revision if found else None)

    async def counts(self, moments: Moments) -> Counts:
        box = self._look()
        return replace(count(box.of(TASKS), moments), as_of=box.revision)


class BoxTrash:
    def __init__(self, look: Look) -> None:
        self._look = look

    def _deletions(self, box: Box) -> list[Trashed]:
        """All deletions, the earliest first."""
        roots = [each.root for each in box.trash.values()]
        tops = [each for each in box.trash.values() if each.thing.id == each.root]
        found = [
            Trashed(id=top.root, entity=top.kind, deleted_at=top.at, things=roots.count(top.root), value=top.thing)
            for top in tops
        ]
        return sorted(found, key=_position)

    async def page(self, after: TrashPosition | None, limit: int) -> Page[Trashed, TrashPosition]:
        box = self._look()
        found = [each for each in reversed(self._deletions(box)) if after is None or _position(each) < after]
        return page(found, limit, lambda each: KINDS[each.entity].text_bytes(each.value), _position, box.revision)

    async def expired(self, before: datetime, limit: int) -> Sequence[Trashed]:
        return [each for each in self._deletions(self._look()) if each.deleted_at < before][:limit]

    async def things(self, roots: Collection[UUID], most: int) -> Sequence[tuple[Kind[Any], Any]]:
        """What was deleted last of one deletion is the first to be put back."""
        found = [each for each in reversed(self._look().trash.values()) if each.root in set(roots)]
        found.sort(key=lambda each: each.root)
        return [(KINDS[each.kind], each.thing) for each in found][:most]


def _position(deletion: Trashed) -> TrashPosition:
    return deletion.deleted_at, deletion.id


class BoxReceipts:
    def __init__(self, look: Look) -> None:
        self._look = look

    async def get(self, key: str, since: datetime) -> Receipt | None:
        receipt, at = self._look().receipts.get(key, (None, since))
        return receipt if at >= since else None
