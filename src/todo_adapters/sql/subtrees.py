"""Tasks with everything below them, as they are stored and as a unit of work has changed them."""

from collections.abc import Collection, Sequence
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import bindparam, exists, select

from todo_adapters.sql.database import Reader
from todo_adapters.sql.functions import from_row, one_of_ids
from todo_adapters.sql.pieces import in_pieces
from todo_adapters.sql.statements import LIMIT, Statement, bind
from todo_adapters.sql.tables import tasks
from todo_adapters.sql.tasks import COLUMNS, TASK_TABLE
from todo_adapters.sql.types import IDS
from todo_core.ids import UserId
from todo_core.model.task import Task

T = tasks.c

Known: TypeAlias = dict[UUID, Task | None]


def _statement() -> Statement:
    """The owner and the revision are in the tree so that PostgreSQL looks up each id instead of reading an index."""
    revision = from_row(T.revision).label("revision")
    mine = T.user_id == bind(T.user_id)
    top = select(T.user_id, T.id, revision).where(mine, one_of_ids(T.id, bindparam("ids", type_=IDS)))
    tree = top.cte("tree", recursive=True)
    below = select(T.user_id, T.id, revision).where(T.user_id == tree.c.user_id, T.parent_id == tree.c.id)
    tree = tree.union(below)
    parents_first = select(tree.c.id).limit(LIMIT).subquery()
    return Statement(select(*COLUMNS).select_from(parents_first.join(tasks, T.id == parents_first.c.id)).where(mine))


def _alone() -> Statement:
    """One task, and whether it has subtasks."""
    below = tasks.alias("below").c
    has_subtasks = exists(select(below.id).where(below.user_id == bind(T.user_id), below.parent_id == bind(T.id)))
    mine = [T.user_id == bind(T.user_id), T.id == bind(T.id)]
    return Statement(select(*COLUMNS, has_subtasks.label("has_subtasks")).where(*mine), keyed=True)


SUBTREES: Final = _statement()
ALONE: Final = _alone()


async def read_subtrees(reader: Reader, owner: UserId, ids: Collection[UUID], most: int) -> list[Task]:
    """The stored tasks with these ids and everything below them, each once.

    At most so many, which are then the upper ones.
    """
    if len(ids) == 1:  # by far the most frequent case, and most tasks have no subtasks
        [task_id] = ids
        row = await reader.one(ALONE, {"user_id": owner, "id": task_id})
        if row is None or not row[TASK_TABLE.width]:
            return [TASK_TABLE.entity(row)] if row else []
    rows = await reader.all(SUBTREES, {"user_id": owner, "ids": ids, "limit": most})
    return await in_pieces(rows, TASK_TABLE.entities)


class Forest:
    """The tasks that a unit of work knows, by id and by parent; None for those that are not there.

    ``whole`` has the ids of tasks whose subtasks, as they are stored, are all known.
    """

    def __init__(self, known: Known) -> None:
        self.whole: set[UUID] = set()
        self._known = known
        self._below: dict[UUID, dict[UUID, None]] = {}

    def note(self, task_id: UUID, task: Task | None) -> None:
        """Makes this known of a task."""
        before = self._known.get(task_id)
        if before is not None and before.parent_id is not None:
            self._below[before.parent_id].pop(task_id, None)
        self._known[task_id] = task
        if task is not None and task.parent_id is not None:
            self._below.setdefault(task.parent_id, {})[task_id] = None

    def clear(self) -> None:
        self.whole.clear()
        self._below.clear()

    def unread(self, ids: Collection[UUID]) -> list[UUID]:
        """Of these tasks and those known below them, the ones whose stored subtasks may not be known."""
        return [task_id for task_id in self._reached(ids) if task_id not in self.whole]

    def subtrees(self, ids: Collection[UUID], most: int) -> list[Task]:
        """The tasks with these ids and everything known below them, parents before their subtasks."""
        found = (self._known.get(task_id) for task_id in self._reached(ids))
        return [task for task in found if task is not None][:most]

    def _reached(self, ids: Collection[UUID]) -> Sequence[UUID]:
        reached: dict[UUID, None] = {}
        level = list(dict.fromkeys(ids))
        while level:
            for task_id in level:
                reached.pop(task_id, None)  # it comes after its parent if both were asked for
                reached[task_id] = None
            level = [child for task_id in level for child in self._below.get(task_id, ())]
        return list(reached)
