"""What only tasks have, as it is stored: pages, subtrees, tags and counts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from todo_adapters.sql.counts import read_counts
from todo_adapters.sql.database import Reader
from todo_adapters.sql.page_shapes import PageShape, page_values
from todo_adapters.sql.statements import Row
from todo_adapters.sql.subtrees import Forest, read_subtrees
from todo_adapters.sql.tags import read_tags
from todo_adapters.sql.task_pages import page_statement
from todo_adapters.sql.tasks import TASK_TABLE
from todo_core.ids import UserId
from todo_core.model.counts import Counts, Moments, TagUse
from todo_core.model.kinds import Form
from todo_core.model.task import Task
from todo_core.model.task_filter import TaskFilter
from todo_core.model.task_sort import TaskPosition, TaskSort
from todo_core.paging import Page

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class SqlTaskReads:
    """The tasks of one owner."""

    reader: Reader
    owner: UserId

    async def page(
        self, which: TaskFilter, sort: TaskSort, after: TaskPosition | None, limit: int, form: Form[Item]
    ) -> Page[Item, TaskPosition]:
        shape = PageShape.of(which, sort, after, limit)
        values = {"user_id": self.owner, **page_values(which, after, limit)}
        rows: Sequence[Row] = await self.reader.all(page_statement(shape), values)
        as_of = rows[0][TASK_TABLE.width] if rows else None
        found = rows[0][TASK_TABLE.width + 1] if rows and shape.weighed else len(rows)
        items = rows[:limit]
        last = sort.position(TASK_TABLE.entity(items[-1])) if found > len(items) else None
        return Page(tuple(TASK_TABLE.shape(items, form)), last, as_of)

    async def subtrees(self, ids: Collection[UUID], most: int) -> Sequence[Task]:
        forest = Forest({})
        for task in await read_subtrees(self.reader, self.owner, ids, most):
            forest.note(task.id, task)
        return forest.subtrees(ids, most)

    async def tags(self) -> Page[TagUse, None]:
        return await read_tags(self.reader, self.owner)

    async def counts(self, moments: Moments) -> Counts:
        return await read_counts(self.reader, self.owner, moments)
