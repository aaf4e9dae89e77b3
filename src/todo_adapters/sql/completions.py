"""Completions: how they are stored, and what was done, which also tasks tell that do not recur."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Select, and_, bindparam, false, literal_column, or_, select, union_all

from todo_adapters.sql.database import Reader
from todo_adapters.sql.functions import one_of_ids
from todo_adapters.sql.kinds import KindTable
from todo_adapters.sql.pages import within_bytes
from todo_adapters.sql.statements import LIMIT, Statement, bind
from todo_adapters.sql.tables import completions, tasks
from todo_adapters.sql.types import IDS
from todo_core.ids import TaskId, UserId
from todo_core.limits import PAGE_BYTES
from todo_core.model.completion import COMPLETIONS, Completion, Done, DoneFilter, DonePosition
from todo_core.model.due import DueDate
from todo_core.paging import Page

C = completions.c
T = tasks.c
COMPLETION_TABLE: Final = KindTable(COMPLETIONS, completions)

MINE: Final = C.user_id == bind(C.user_id)
DONE: Final = [C.id, C.task_id, C.title, C.occurrence, C.completed_at, C.skipped]
DONE_ONCE: Final = [T.id, T.id.label("task_id"), T.title, T.due_date.label("occurrence"), T.completed_at]
NO_LIMIT: Final = literal_column(str(2**63 - 1))
EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
LATEST: Final = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))
"""The position before all others."""


def _page(*, of_task: bool) -> Statement:
    """The latest of both tables, each read by its own key; of one task all completions are read and sorted."""
    completed = select(*DONE).where(MINE)
    once = select(*DONE_ONCE, false().label("skipped"))
    once = once.where(T.user_id == bind(T.user_id), T.completed_at.is_not(None), T.recurrence.is_(None))
    if of_task:
        # The order, which SQLite heeds only with a limit, has it take the index of the task.
        theirs = completed.where(C.task_id == bind(C.task_id)).order_by(C.series, C.number).limit(NO_LIMIT)
        found = theirs.cte("of_task").prefix_with("MATERIALIZED")
        completed = select(*found.c)
        once = once.where(T.id == bind(C.task_id))
        of_completions = found.c
    else:
        of_completions = C
    parts = [_latest(completed, of_completions.completed_at, of_completions.id), _latest(once, T.completed_at, T.id)]
    both = union_all(*[select(part.subquery()) for part in parts]).subquery()
    page = select(both).order_by(*_order(both)).limit(LIMIT).subquery()
    return Statement(within_bytes(page, DONE, ["title"], _order))


def _latest(part: Select[Any], at: Column[Any], key: Column[Any]) -> Select[Any]:
    """The latest rows behind the position and within the bounds, which are always given."""
    after, after_id = bind(C.completed_at, "after_at"), bind(C.id, "after_id")
    within = and_(at >= bind(C.completed_at, "since"), at < bind(C.completed_at, "until"))
    behind = and_(at <= after, or_(at < after, key < after_id))
    return part.where(within, behind).order_by(at.desc(), key.desc()).limit(LIMIT)


def _order(rows: Any) -> Sequence[Any]:
    return [rows.c.completed_at.desc(), rows.c.id.desc()]


PAGE: Final = _page(of_task=False)
PAGE_OF_TASK: Final = _page(of_task=True)
LATEST_OF_TASK: Final = Statement(
    select(*COMPLETION_TABLE.columns)
    .where(MINE, C.task_id == bind(C.task_id))
    .order_by(C.series.desc(), C.number.desc())
    .limit(literal_column("1")),
    keyed=True,
)
OF_TASKS: Final = Statement(
    select(*COMPLETION_TABLE.columns)
    .where(MINE, one_of_ids(C.task_id, bindparam("ids", type_=IDS)))
    .order_by(C.task_id, C.series, C.number)
    .limit(LIMIT)
)


@dataclass(frozen=True, slots=True)
class SqlCompletionReads:
    """What one owner has done, as it is stored."""

    reader: Reader
    owner: UserId

    async def page(self, which: DoneFilter, after: DonePosition | None, limit: int) -> Page[Done, DonePosition]:
        at, after_id = after or LATEST
        values: dict[str, Any] = {"user_id": self.owner, "after_at": at, "after_id": after_id}
        values |= {"since": which.since or EARLIEST, "until": which.until or LATEST[0]}
        values |= {"task_id": which.task_id, "limit": limit + 1, "page_bytes": PAGE_BYTES}
        rows = await self.reader.all(PAGE if which.task_id is None else PAGE_OF_TASK, values)
        if not rows:
            return Page((), None)
        as_of, found = rows[0][len(DONE) :]
        items = tuple([_done(*row[: len(DONE)]) for row in rows[:limit]])
        last = items[-1]
        return Page(items, (last.completed_at, last.id) if found > len(items) else None, as_of)

    async def latest(self, task_id: UUID) -> Completion | None:
        row = await self.reader.one(LATEST_OF_TASK, {"user_id": self.owner, "task_id": task_id})
        return None if row is None else COMPLETION_TABLE.entity(row)

    async def of_tasks(self, task_ids: Collection[UUID], most: int) -> Sequence[Completion]:
        values = {"user_id": self.owner, "ids": task_ids, "limit": most}
        return COMPLETION_TABLE.entities(await self.reader.all(OF_TASKS, values))


def _done(done_id: UUID, task_id: UUID, title: str, occurrence: str | None, at: datetime, skipped: bool) -> Done:
    return Done(
        id=done_id,
        task_id=TaskId(task_id),
        title=title,
        occurrence=None if occurrence is None else DueDate(occurrence),
        completed_at=at,
        skipped=skipped,
    )
