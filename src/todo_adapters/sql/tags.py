"""The tags of tasks: the table that follows from them, and how often each tag is used."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from todo_adapters.sql.database import Reader
from todo_adapters.sql.pages import AS_OF
from todo_adapters.sql.set_statements import SetStatement, given
from todo_adapters.sql.statements import Statement, bind
from todo_adapters.sql.tables import task_tags
from todo_core.ids import UserId
from todo_core.model.counts import TagUse, names
from todo_core.model.kinds import Kind
from todo_core.model.task import TASKS, Task
from todo_core.paging import Page

G = task_tags.c
OUT: Final = (G.user_id, G.task_id)
COLUMNS: Final = {column.name: column for column in G}
OF_TASK: Final = {"user_id": G.user_id, "task_id": G.task_id}


def _insertion() -> SetStatement:
    """Adds tags, or replaces what is known of them."""
    rows = given("tags_in", COLUMNS)
    # PostgreSQL's syntax, which SQLite supports as well
    arrays = insert(task_tags).from_select(list(COLUMNS), select(*rows.c))
    each = insert(task_tags).values({name: bind(column) for name, column in COLUMNS.items()})
    one, many = [
        statement.on_conflict_do_update(
            index_elements=[G.user_id, G.task_id, G.tag],
            set_={G.name: statement.excluded.name, G.open: statement.excluded.open},
        ).returning(*OUT)
        for statement in (each, arrays)
    ]
    return SetStatement("tags_in", tuple(COLUMNS), many, Statement(one))


def _deletion() -> SetStatement:
    """Deletes all tags of tasks."""
    rows = given("tags_out", OF_TASK)
    arrays = delete(task_tags).where(*[column == rows.c[name] for name, column in OF_TASK.items()])
    each = delete(task_tags).where(*[column == bind(column) for column in OF_TASK.values()])
    return SetStatement("tags_out", tuple(OF_TASK), arrays.returning(*OUT), Statement(each.returning(*OUT)))


TAGS_IN: Final = _insertion()
TAGS_OUT: Final = _deletion()

USES: Final = Statement(
    select(func.min(G.name), func.count().filter(G.open), func.count(), AS_OF)
    .where(G.user_id == bind(G.user_id))
    .group_by(G.tag)
    .order_by(G.tag)
)


def tag_rows(task: Task) -> list[dict[str, Any]]:
    """The rows of the tags of a task."""
    known = {"user_id": task.user_id, "task_id": task.id, "open": not task.completed}
    return [{"tag": tag, "name": name, **known} for tag, name in names(task.tags).items()]


def has_tag_rows(kind: Kind[Any], thing: Any) -> bool:
    """True if the thing is a task with tags."""
    return kind is TASKS and bool(thing.tags)


def tag_rows_differ(kind: Kind[Any], before: Any, after: Any) -> bool:
    """True if the rows of the tags of a thing may differ; ``before`` is None if it is not known."""
    if kind is not TASKS:
        return False
    return before is None or before.tags != after.tags or bool(after.tags and before.completed != after.completed)


async def read_tags(reader: Reader, owner: UserId) -> Page[TagUse, None]:
    """The tags of all tasks of the owner."""
    rows: Sequence[Any] = await reader.all(USES, {"user_id": owner})
    return Page(tuple([TagUse(*row[:3]) for row in rows]), None, rows[0][3] if rows else None)
