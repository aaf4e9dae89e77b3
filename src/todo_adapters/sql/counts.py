"""How many tasks there are to do, in one statement."""

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, null, or_, select, type_coerce, union_all

from todo_adapters.sql.counters import MINE
from todo_adapters.sql.database import Reader
from todo_adapters.sql.due_bounds import comparand, comparands
from todo_adapters.sql.statements import Statement, bind
from todo_adapters.sql.tables import task_tags, tasks, users
from todo_adapters.sql.types import COUNT, TEXT
from todo_core.ids import UserId
from todo_core.model.counts import Counts, Moments

T = tasks.c
G = task_tags.c
NOTHING: Final = null()


def _due_before(name: str) -> ColumnElement[bool]:
    return T.due_at < comparand(name, T.due_kind, T.due_at)


def _statement() -> Statement:
    """A row for each list (and the inbox) with open tasks, then one for each tag, and one with the counter."""
    mine = T.user_id == bind(T.user_id)
    later = T.deferred_at > comparand("now", T.deferred_kind, T.deferred_at)
    today, tomorrow = _due_before("today"), _due_before("tomorrow")
    number = func.count()
    lists = (
        select(
            T.list_id,
            type_coerce(NOTHING, TEXT).label("name"),
            number.label("number"),
            number.filter(_due_before("overdue")).label("overdue"),
            number.filter(and_(tomorrow, ~today)).label("today"),
            number.filter(and_(_due_before("later"), ~tomorrow)).label("upcoming"),
        )
        .where(mine, T.completed_at.is_(None), or_(T.deferred_at.is_(None), ~later))
        .group_by(T.list_id)
    )
    deferred = (
        select(G.tag, number.label("number"))
        .select_from(tasks.join(task_tags, and_(G.user_id == T.user_id, G.task_id == T.id)))
        .where(mine, G.user_id == bind(T.user_id), T.completed_at.is_(None), later)
        .group_by(G.tag)
        .subquery()
    )
    used = (
        select(G.tag, func.min(G.name).label("name"), number.filter(G.open).label("number"))
        .where(G.user_id == bind(T.user_id))
        .group_by(G.tag)
        .subquery()
    )
    still = used.c.number - func.coalesce(deferred.c.number, 0)
    tags = select(NOTHING, used.c.name, still, NOTHING, NOTHING, NOTHING).select_from(
        used.outerjoin(deferred, deferred.c.tag == used.c.tag)
    )
    counter = select(NOTHING, NOTHING, type_coerce(users.c.revision, COUNT), NOTHING, NOTHING, NOTHING).where(MINE)
    return Statement(union_all(lists, tags, counter))


COUNTS: Final = _statement()


async def read_counts(reader: Reader, owner: UserId, moments: Moments) -> Counts:
    """The counts of the owner at these moments."""
    values: dict[str, Any] = {"user_id": owner}
    for name in ("now", "overdue", "today", "tomorrow", "later"):
        values |= comparands(name, getattr(moments, name))
    rows = await reader.all(COUNTS, values)
    lists = [row for row in rows if row[1] is None and row[3] is not None]
    return Counts(
        inbox=sum(row[2] for row in lists if row[0] is None),
        overdue=sum(row[3] for row in lists),
        today=sum(row[4] for row in lists),
        upcoming=sum(row[5] for row in lists),
        lists={row[0]: row[2] for row in lists if row[0] is not None},
        tags={row[1]: row[2] for row in rows if row[1] is not None and row[2] > 0},
        as_of=sum(row[2] for row in rows if row[1] is None and row[3] is None),
    )
