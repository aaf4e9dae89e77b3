"""The end of pages: at most so many rows, and none that begins behind PAGE_BYTES of text."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, FromClause, Select, func, literal, select

from todo_adapters.sql.functions import octets
from todo_adapters.sql.statements import bind, number
from todo_adapters.sql.tables import users

AS_OF: Final = (
    select(users.c.revision).where(users.c.id == bind(users.c.id, "user_id")).scalar_subquery().label("as_of")
)
"""The owner's counter, seen by the same statement as the rows beside which it stands."""


def within_bytes(
    page: FromClause,
    columns: Sequence[Column[Any]],
    texts: Iterable[str],
    order: Callable[[FromClause], Sequence[ColumnElement[Any]]],
) -> Select[Any]:
    """The rows of a page that begin within PAGE_BYTES, each with AS_OF and the number of rows behind the columns."""
    weights: list[ColumnElement[Any]] = [func.coalesce(octets(page.c[name]), 0) for name in texts]
    weight = sum(weights[1:], start=weights[0] if weights else literal(0))
    begin = func.sum(weight).over(order_by=order(page), rows=(None, 0)) - weight
    rows = select(*page.c, begin.label("page_begin"), func.count().over().label("page_found")).subquery()
    within = rows.c.page_begin < number("page_bytes")
    return (
        select(*[rows.c[column.name] for column in columns], AS_OF, rows.c.page_found)
        .where(within)
        .order_by(*order(rows))
    )
